#include "schedule/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

enum { NOON_S = 1800000000 };

static struct plan *plan_with(int64_t every_s, enum due_missed missed)
{
    const struct schedule schedule = {
        .name = "A",
        .camera = "yard",
        .enabled = true,
        .job = JOB_PHOTO,
        .rule = {.kind = RULE_INTERVAL, .every_s = every_s, .anchor_s = NOON_S},
        .zone = "UTC",
        .policy = {.missed = missed, .within_s = DAY_S}};
    return plan_create("1", &schedule, NOON_S);
}

/* Takes the due run and records it as done. */
static bool take(struct plan *plan, int64_t now_s, int64_t *ret_due_s, struct run *ret_missed)
{
    if (!plan_take(plan, now_s * US_PER_S, ret_due_s, ret_missed))
        return false;
    (void)plan_add_run(plan, &(struct run){.due_s = *ret_due_s,
                                           .start_us = now_s * US_PER_S,
                                           .duration_us = US_PER_S,
                                           .result = RUN_DONE,
                                           .count = 1});
    return true;
}

static void each_run_is_taken_once(void **state)
{
    (void)state;
    struct plan *plan = plan_with(600, DUE_SKIP);
    struct run missed;
    int64_t due_s = 0;
    assert_int_equal(plan->next_s, NOON_S + 600);
    assert_false(take(plan, NOON_S + 599, &due_s, &missed));
    assert_true(take(plan, NOON_S + 601, &due_s, &missed));
    assert_int_equal(due_s, NOON_S + 600);
    assert_int_equal(missed.count, 0);
    assert_false(take(plan, NOON_S + 602, &due_s, &missed));
    assert_int_equal(plan->next_s, NOON_S + 1200);
    plan_destroy(plan);
}

/* A run that takes longer than the interval: the latest of those that came due follows it. */
static void runs_do_not_overlap(void **state)
{
    (void)state;
    struct plan *plan = plan_with(10, DUE_SKIP);
    struct run missed;
    int64_t due_s = 0;
    assert_true(plan_take(plan, (NOON_S + 10) * US_PER_S, &due_s, &missed));
    (void)plan_add_run(plan, &(struct run){.due_s = due_s,
                                           .start_us = (NOON_S + 10) * US_PER_S,
                                           .duration_us = 35 * US_PER_S,
                                           .result = RUN_DONE,
                                           .count = 1});
    assert_true(plan_take(plan, (NOON_S + 45) * US_PER_S, &due_s, &missed));
    assert_int_equal(due_s, NOON_S + 40);
    assert_int_equal(missed.count, 2);
    assert_int_equal(missed.due_s, NOON_S + 30);
    assert_string_equal(missed.detail, "the previous run was still going on");
    plan_destroy(plan);
}

static void late_runs_follow_the_policy(void **state)
{
    (void)state;
    static const struct {
        enum due_missed missed;
        unsigned runs;
        uint64_t n_missed;
    } CASES[] = {{DUE_SKIP, 0, 5}, {DUE_ONCE, 1, 4}, {DUE_ALL, 5, 0}};
    for (size_t i = 0; i < 3; i++) {
        struct plan *plan = plan_with(HOUR_S, CASES[i].missed);
        struct run missed;
        int64_t due_s, before_s = 0;
        unsigned n = 0;
        uint64_t n_missed = 0;
        while (take(plan, NOON_S + 5 * HOUR_S + HOUR_S / 2, &due_s, &missed)) {
            assert_true(due_s > before_s);
            before_s = due_s;
            n_missed += missed.count;
            n++;
        }
        n_missed += missed.count;
        assert_int_equal(n, CASES[i].runs);
        assert_int_equal(n_missed, CASES[i].n_missed);
        assert_int_equal(plan->next_s, NOON_S + 6 * HOUR_S);
        plan_destroy(plan);
    }
}

/* As after a restart: recorded runs are handled, those due since then are not. */
static void recorded_runs_are_not_repeated(void **state)
{
    (void)state;
    struct plan *plan = plan_with(600, DUE_ONCE);
    struct run missed;
    int64_t due_s = 0;
    for (uint64_t i = 7; i < 10; i++)
        plan_load_run(plan, i,
                      &(struct run){.due_s = NOON_S + 600 * (int64_t)i,
                                    .start_us = (NOON_S + 600 * (int64_t)i) * US_PER_S,
                                    .result = RUN_DONE,
                                    .count = 1});
    assert_false(plan_take(plan, (NOON_S + 600 * 9 + 300) * US_PER_S, &due_s, &missed));
    assert_int_equal(missed.count, 0);
    assert_true(plan_take(plan, (NOON_S + 600 * 10 + 300) * US_PER_S, &due_s, &missed));
    assert_int_equal(due_s, NOON_S + 600 * 10);
    assert_int_equal(plan_add_run(plan, &missed), 10);
    plan_destroy(plan);
}

static void a_clock_set_back_starts_over(void **state)
{
    (void)state;
    struct plan *plan = plan_with(HOUR_S, DUE_SKIP);
    struct run missed;
    int64_t due_s = 0;
    assert_true(take(plan, NOON_S + 10 * HOUR_S, &due_s, &missed));
    assert_false(take(plan, NOON_S + 8 * HOUR_S, &due_s, &missed)); /* ran already */
    assert_false(take(plan, NOON_S + 2 * HOUR_S, &due_s, &missed)); /* it was wrong before */
    assert_true(take(plan, NOON_S + 3 * HOUR_S, &due_s, &missed));
    assert_int_equal(due_s, NOON_S + 3 * HOUR_S);
    plan_destroy(plan);
}

static void a_disabled_one_never_runs(void **state)
{
    (void)state;
    struct plan *plan = plan_with(10, DUE_ALL);
    struct schedule schedule = plan->schedule;
    struct run missed;
    int64_t due_s, times[3];
    schedule.enabled = false;
    plan_replace(plan, &schedule, NOON_S);
    assert_true(plan->next_s == RULE_NEVER);
    assert_false(plan_take(plan, (NOON_S + 100) * US_PER_S, &due_s, &missed));
    assert_int_equal(plan_next(&schedule, &plan->zone, NOON_S, times, 3), 0);
    schedule.enabled = true;
    plan_replace(plan, &schedule, NOON_S + 105);
    assert_int_equal(plan->next_s, NOON_S + 110); /* nothing is made up for */
    assert_int_equal(plan_next(&schedule, &plan->zone, NOON_S, times, 3), 3);
    assert_int_equal(times[2], NOON_S + 30);
    plan_destroy(plan);
}

static void the_last_hundred_runs_are_kept(void **state)
{
    (void)state;
    struct plan *plan = plan_with(10, DUE_SKIP);
    for (int64_t i = 0; i < PLAN_RUNS_KEPT + 7; i++)
        assert_int_equal(plan_add_run(plan, &(struct run){.due_s = i, .count = 1}), i);
    assert_int_equal(plan_run(plan, 0)->due_s, PLAN_RUNS_KEPT + 6);
    assert_int_equal(plan_run(plan, PLAN_RUNS_KEPT - 1)->due_s, 7);
    assert_null(plan_run(plan, PLAN_RUNS_KEPT));
    plan_destroy(plan);
}

static void a_run_is_read_as_it_was_written(void **state)
{
    (void)state;
    const struct run run = {.due_s = NOON_S,
                            .start_us = NOON_S * US_PER_S + 12 * US_PER_MS,
                            .duration_us = 1310 * US_PER_MS,
                            .result = RUN_FAILED,
                            .item = 17,
                            .count = 1,
                            .detail = "the camera is \"offline\""};
    struct run again;
    json_t *json = run_to_json(&run);
    assert_int_equal(run_from_json(json, &again), 0);
    assert_true(again.due_s == run.due_s && again.start_us == run.start_us &&
                again.duration_us == run.duration_us && again.result == run.result &&
                again.item == run.item && again.count == run.count);
    assert_string_equal(again.detail, run.detail);
    json_object_set_new(json, "result", json_string("perfect"));
    assert_true(run_from_json(json, &again) < 0);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_run_is_taken_once),
        cmocka_unit_test(runs_do_not_overlap),
        cmocka_unit_test(late_runs_follow_the_policy),
        cmocka_unit_test(recorded_runs_are_not_repeated),
        cmocka_unit_test(a_clock_set_back_starts_over),
        cmocka_unit_test(a_disabled_one_never_runs),
        cmocka_unit_test(the_last_hundred_runs_are_kept),
        cmocka_unit_test(a_run_is_read_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
