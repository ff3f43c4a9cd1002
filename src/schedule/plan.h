/* An active schedule: when it is due next, which of its runs are to begin, and the results of
 * earlier ones. Pure except for the zone's file, which plan_create and plan_replace read; one
 * thread at a time. */
#pragma once
#include "base/list.h"
#include "schedule/run.h"
#include "schedule/schedule.h"

enum { PLAN_RUNS_KEPT = 100, PLAN_ID_MAX = 20 };

struct plan {
    struct list node; /* the owner's */
    char id[PLAN_ID_MAX + 1];
    struct schedule schedule;
    struct zone zone;
    int64_t last_s;              /* up to here everything is handled */
    int64_t next_s;              /* RULE_NEVER: never, or it is disabled */
    int64_t queue[DUE_RUNS_MAX]; /* due times of runs that are to begin, rising */
    unsigned n_queued;
    uint64_t n_runs;                 /* recorded so far; the newest are in runs */
    struct run runs[PLAN_RUNS_KEPT]; /* a ring: number n is at n % PLAN_RUNS_KEPT */
};

/* Runs due before now_s are not made up for. */
struct plan *plan_create(const char *id, const struct schedule *schedule, int64_t now_s)
    __attribute__((returns_nonnull));
void plan_destroy(struct plan *plan); /* takes NULL */
void plan_replace(struct plan *plan, const struct schedule *schedule, int64_t now_s);

/* Records a run and returns its number. */
uint64_t plan_add_run(struct plan *plan, const struct run *run);
/* The same for a run recorded before the program started: everything up to it is handled. Call with
 * rising numbers. */
void plan_load_run(struct plan *plan, uint64_t number, const struct run *run);
/* NULL: none. 0 is the newest. */
const struct run *plan_run(const struct plan *plan, unsigned index);

/* True, and *ret_due_s: a run is to begin. Call while none is going on; runs that became due
 * meanwhile count as missed, except the latest, or all of them if the policy wants them.
 * *ret_missed: count is 0, or it is to be recorded first. */
bool plan_take(struct plan *plan, int64_t now_us, int64_t *ret_due_s, struct run *ret_missed);

/* The next times (UTC) after now_s; how many, up to max. */
unsigned plan_next(const struct schedule *schedule, const struct zone *zone, int64_t now_s,
                   int64_t *ret_times, unsigned max);

/* An instant (UTC) in the plan's zone. */
json_t *plan_stamp(const struct zone *zone, int64_t utc_s);
/* The whole object of docs/protocol.md, section 3.2. running: the current run, or NULL. */
json_t *plan_to_json(const struct plan *plan, const struct run *running);
