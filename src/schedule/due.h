/* Which runs of a schedule are due now, and which were missed while the program did not run or the
 * clock jumped. Pure; any thread.
 *
 * A clock that is set back a little does not repeat runs; one that is set back by more than three
 * hours was wrong before, and counting starts again. */
#pragma once
#include <stdint.h>

#include "schedule/rule.h"

enum { DUE_RUNS_MAX = 100, DUE_LATE_S = 60, DUE_SET_BACK_MAX_S = 3 * HOUR_S };

enum due_missed {
    DUE_SKIP, /* runs more than DUE_LATE_S late are skipped */
    DUE_ONCE, /* of all late runs, only the latest runs */
    DUE_ALL,  /* all that are late by at most within_s run, up to DUE_RUNS_MAX */
};

struct due_policy {
    enum due_missed missed;
    int64_t within_s;
};

struct due {
    int64_t runs[DUE_RUNS_MAX]; /* the times (UTC) when they were due, rising */
    unsigned n_runs;
    uint64_t n_missed;     /* those more than a week ago are not counted */
    int64_t last_missed_s; /* when the latest of them was due */
};

/* Moves *last_s, up to which everything is handled, to now_s. It next has something to do at
 * rule_next after *last_s. */
void due_collect(const struct rule *rule, const struct zone *zone, const struct due_policy *policy,
                 int64_t now_s, int64_t *last_s, struct due *ret_due);
