/* Which runs of a schedule are due now, and which were missed while the program did not run or the
 * clock jumped. Pure; any thread.
 *
 * A clock that is set back a little does not repeat what has run; one that is set back by more than
 * three hours was wrong before, and counting begins anew. */
#pragma once
#include <stdint.h>

#include "schedule/rule.h"

enum { DUE_RUNS_MAX = 100, DUE_LATE_S = 60, DUE_SET_BACK_MAX_S = 3 * HOUR_S };

enum due_missed {
    DUE_SKIP, /* what is more than DUE_LATE_S late does not run */
    DUE_ONCE, /* of all that is late, the latest runs */
    DUE_ALL,  /* all that is late by no more than within_s runs, at most DUE_RUNS_MAX */
};

struct due_policy {
    enum due_missed missed;
    int64_t within_s;
};

struct due {
    int64_t runs[DUE_RUNS_MAX]; /* the times (UTC) that they were due, rising */
    unsigned n_runs;
    uint64_t n_missed;     /* beyond a week ago they are not counted */
    int64_t last_missed_s; /* when the latest of them was due */
};

/* Moves *last_s, up to which everything is dealt with, to now_s. The next time that it has
 * something to do is rule_next after *last_s. */
void due_collect(const struct rule *rule, const struct zone *zone, const struct due_policy *policy,
                 int64_t now_s, int64_t *last_s, struct due *ret_due);
