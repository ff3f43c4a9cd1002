/* A schedule at work: when it is due next, which of its runs are to begin, and what became of
 * those before. Pure but for the zone's file, which plan_create and plan_replace read; one thread
 * at a time. */
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
    int64_t last_s;              /* up to here everything is dealt with */
    int64_t next_s;              /* RULE_NEVER: never, or it is disabled */
    int64_t queue[DUE_RUNS_MAX]; /* due times of runs that are to begin, rising */
    unsigned n_queued;
    uint64_t n_runs;                 /* recorded so far; the newest are in runs */
    struct run runs[PLAN_RUNS_KEPT]; /* a ring: number n is at n % PLAN_RUNS_KEPT */
};

/* What was due before now_s is not made up for. */
struct plan *plan_create(const char *id, const struct schedule *schedule, int64_t now_s)
    __attribute__((returns_nonnull));
void plan_destroy(struct plan *plan); /* takes NULL */
void plan_replace(struct plan *plan, const struct schedule *schedule, int64_t now_s);

/* Records a run; its number. */
uint64_t plan_add_run(struct plan *plan, const struct run *run);
/* The same for one that was recorded before the program started: what was due up to it is dealt
 * with. Rising numbers. */
void plan_load_run(struct plan *plan, uint64_t number, const struct run *run);
/* NULL: there is none. 0 is the newest. */
const struct run *plan_run(const struct plan *plan, unsigned index);

/* True, and *ret_due_s: a run is to begin. To be called while none is under way; runs that came due
 * meanwhile count as missed, but for the latest, or all of them where the policy wants those.
 * *ret_missed: count is 0, or it is to be recorded first. */
bool plan_take(struct plan *plan, int64_t now_us, int64_t *ret_due_s, struct run *ret_missed);

/* The next times (UTC) after now_s; how many, up to max. */
unsigned plan_next(const struct schedule *schedule, const struct zone *zone, int64_t now_s,
                   int64_t *ret_times, unsigned max);

/* An instant (UTC) in the plan's zone. */
json_t *plan_stamp(const struct zone *zone, int64_t utc_s);
/* The whole object of docs/protocol.md, section 3.2. running: the run at hand, or NULL. */
json_t *plan_to_json(const struct plan *plan, const struct run *running);
