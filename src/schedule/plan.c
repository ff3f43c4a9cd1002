#include "schedule/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "schedule/stamp.h"

static void find_next(struct plan *plan)
{
    plan->next_s = plan->schedule.enabled
                       ? rule_next(&plan->schedule.rule, &plan->zone, plan->last_s)
                       : RULE_NEVER;
}

struct plan *plan_create(const char *id, const struct schedule *schedule, int64_t now_s)
{
    struct plan *plan = mem_new(struct plan);
    list_init(&plan->node);
    snprintf(plan->id, sizeof(plan->id), "%s", id);
    plan_replace(plan, schedule, now_s);
    return plan;
}

void plan_destroy(struct plan *plan)
{
    if (!plan)
        return;
    zone_finish(&plan->zone);
    mem_free(plan);
}

void plan_replace(struct plan *plan, const struct schedule *schedule, int64_t now_s)
{
    struct zone zone = {0}; /* a zone whose file is missing now counts as UTC */
    zone_finish(&plan->zone);
    plan->zone = zone_load(schedule->zone, &zone) == 0 ? zone : (struct zone){0};
    plan->schedule = *schedule;
    plan->last_s = now_s;
    plan->n_queued = 0;
    find_next(plan);
}

uint64_t plan_add_run(struct plan *plan, const struct run *run)
{
    plan->runs[plan->n_runs % PLAN_RUNS_KEPT] = *run;
    return plan->n_runs++;
}

void plan_load_run(struct plan *plan, uint64_t number, const struct run *run)
{
    plan->n_runs = number;
    (void)plan_add_run(plan, run);
    if (run->due_s > plan->last_s) {
        plan->last_s = run->due_s;
        find_next(plan);
    }
}

const struct run *plan_run(const struct plan *plan, unsigned index)
{
    if (index >= plan->n_runs || index >= PLAN_RUNS_KEPT)
        return NULL;
    return &plan->runs[(plan->n_runs - 1 - index) % PLAN_RUNS_KEPT];
}

static bool was_busy_at(const struct plan *plan, int64_t due_s)
{
    const struct run *before = plan_run(plan, 0);
    return before && before->result != RUN_MISSED && due_s * US_PER_S >= before->start_us &&
           due_s * US_PER_S <= before->start_us + before->duration_us;
}

static void describe_missed(const struct plan *plan, const struct due *due, int64_t now_us,
                            struct run *ret_missed)
{
    *ret_missed = (struct run){.due_s = due->last_missed_s,
                               .start_us = now_us,
                               .result = RUN_MISSED,
                               .count = due->n_missed};
    snprintf(ret_missed->detail, sizeof(ret_missed->detail), "%s",
             was_busy_at(plan, due->last_missed_s) ? "the previous run was still going on"
                                                   : "the server was off, or its clock was set");
}

/* Keeps only the latest of several due runs, unless the policy wants all. */
static void drop_all_but_the_latest(struct due *due)
{
    if (due->n_runs < 2)
        return;
    due->n_missed += due->n_runs - 1;
    if (due->runs[due->n_runs - 2] > due->last_missed_s)
        due->last_missed_s = due->runs[due->n_runs - 2];
    due->runs[0] = due->runs[due->n_runs - 1];
    due->n_runs = 1;
}

static void collect(struct plan *plan, int64_t now_us, struct run *ret_missed)
{
    const int64_t now_s = now_us / US_PER_S;
    const struct schedule *schedule = &plan->schedule;
    struct due due;
    due_collect(&schedule->rule, &plan->zone, &schedule->policy, now_s, &plan->last_s, &due);
    if (schedule->policy.missed != DUE_ALL)
        drop_all_but_the_latest(&due);
    if (due.n_missed > 0)
        describe_missed(plan, &due, now_us, ret_missed);
    memcpy(plan->queue, due.runs, due.n_runs * sizeof(due.runs[0]));
    plan->n_queued = due.n_runs;
    find_next(plan);
}

bool plan_take(struct plan *plan, int64_t now_us, int64_t *ret_due_s, struct run *ret_missed)
{
    const int64_t now_s = now_us / US_PER_S;
    ret_missed->count = 0;
    if (plan->n_queued == 0 && plan->schedule.enabled &&
        (plan->next_s <= now_s || plan->last_s - now_s > DUE_SET_BACK_MAX_S))
        collect(plan, now_us, ret_missed);
    if (plan->n_queued == 0)
        return false;
    *ret_due_s = plan->queue[0];
    plan->n_queued--;
    memmove(plan->queue, plan->queue + 1, plan->n_queued * sizeof(plan->queue[0]));
    return true;
}

unsigned plan_next(const struct schedule *schedule, const struct zone *zone, int64_t now_s,
                   int64_t *ret_times, unsigned max)
{
    unsigned n = 0;
    for (int64_t at = now_s; schedule->enabled && n < max; n++) {
        at = rule_next(&schedule->rule, zone, at);
        if (at == RULE_NEVER)
            break;
        ret_times[n] = at;
    }
    return n;
}

json_t *plan_stamp(const struct zone *zone, int64_t utc_s)
{
    char text[STAMP_MAX_BYTES];
    stamp_format(utc_s * US_PER_S, zone_offset(zone, utc_s), text);
    return json_string(text);
}

json_t *plan_to_json(const struct plan *plan, const struct run *running)
{
    json_t *json = schedule_to_json(&plan->schedule);
    const struct run *last = plan_run(plan, 0);
    json_object_set_new(json, "id", json_string(plan->id));
    json_object_set_new(json, "next",
                        plan->next_s == RULE_NEVER ? json_null()
                                                   : plan_stamp(&plan->zone, plan->next_s));
    json_object_set_new(json, "running", running ? run_to_json(running) : json_null());
    json_object_set_new(json, "last", last ? run_to_json(last) : json_null());
    return json;
}
