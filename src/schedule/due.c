#include "schedule/due.h"

#include <string.h>

enum { LOOK_BACK_S = 7 * DAY_S };

static void miss(struct due *due, int64_t due_s)
{
    due->n_missed++;
    if (due_s > due->last_missed_s)
        due->last_missed_s = due_s;
}

static void add(struct due *due, int64_t due_s)
{
    if (due->n_runs == DUE_RUNS_MAX) { /* the oldest makes room */
        miss(due, due->runs[0]);
        memmove(due->runs, due->runs + 1, sizeof(due->runs) - sizeof(due->runs[0]));
        due->n_runs--;
    }
    due->runs[due->n_runs++] = due_s;
}

static void take(const struct due_policy *policy, int64_t now_s, int64_t due_s, struct due *due)
{
    const int64_t late_s = now_s - due_s;
    switch (policy->missed) {
    case DUE_SKIP:
        if (late_s <= DUE_LATE_S)
            add(due, due_s);
        else
            miss(due, due_s);
        return;
    case DUE_ONCE: /* a later run replaces a late one */
        if (due->n_runs > 0 && now_s - due->runs[due->n_runs - 1] > DUE_LATE_S) {
            due->n_runs--;
            miss(due, due->runs[due->n_runs]);
        }
        add(due, due_s);
        return;
    case DUE_ALL:
        if (late_s <= DUE_LATE_S || late_s <= policy->within_s)
            add(due, due_s);
        else
            miss(due, due_s);
        return;
    }
}

void due_collect(const struct rule *rule, const struct zone *zone, const struct due_policy *policy,
                 int64_t now_s, int64_t *last_s, struct due *ret_due)
{
    struct due due = {.n_runs = 0};
    if (*last_s - now_s > DUE_SET_BACK_MAX_S)
        *last_s = now_s;
    if (now_s - *last_s > LOOK_BACK_S)
        *last_s = now_s - LOOK_BACK_S;
    for (;;) {
        const int64_t due_s = rule_next(rule, zone, *last_s);
        if (due_s > now_s)
            break;
        take(policy, now_s, due_s, &due);
        *last_s = due_s;
    }
    if (*last_s < now_s)
        *last_s = now_s;
    *ret_due = due;
}
