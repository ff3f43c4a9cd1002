#include "schedule/due.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct zone UTC;
static const struct rule HOURLY = {.kind = RULE_INTERVAL, .every_s = HOUR_S, .anchor_s = 0};
static const struct due_policy SKIP = {.missed = DUE_SKIP}, ONCE = {.missed = DUE_ONCE},
                               ALL = {.missed = DUE_ALL, .within_s = 3 * HOUR_S};

static struct due collect(const struct due_policy *policy, int64_t now_s, int64_t *last_s)
{
    struct due due;
    due_collect(&HOURLY, &UTC, policy, now_s, last_s, &due);
    return due;
}

static void what_is_due_runs_once(void **state)
{
    (void)state;
    static const struct due_policy *const POLICIES[] = {&SKIP, &ONCE, &ALL};
    for (int i = 0; i < 3; i++) {
        int64_t last_s = 100 * HOUR_S;
        assert_int_equal(collect(POLICIES[i], 101 * HOUR_S - 1, &last_s).n_runs, 0);
        const struct due due = collect(POLICIES[i], 101 * HOUR_S + 2, &last_s);
        assert_int_equal(due.n_runs, 1);
        assert_int_equal(due.runs[0], 101 * HOUR_S);
        assert_int_equal(due.n_missed, 0);
        assert_int_equal(collect(POLICIES[i], 101 * HOUR_S + 3, &last_s).n_runs, 0);
    }
}

/* Five hours off, back at half past. */
static void missed_runs_go_by_the_policy(void **state)
{
    (void)state;
    int64_t last_s = 100 * HOUR_S;
    const int64_t now_s = 105 * HOUR_S + HOUR_S / 2;
    struct due due = collect(&SKIP, now_s, &last_s);
    assert_int_equal(due.n_runs, 0);
    assert_int_equal(due.n_missed, 5);
    assert_int_equal(last_s, now_s);
    last_s = 100 * HOUR_S;
    due = collect(&ONCE, now_s, &last_s);
    assert_int_equal(due.n_runs, 1);
    assert_int_equal(due.runs[0], 105 * HOUR_S);
    assert_int_equal(due.n_missed, 4);
    last_s = 100 * HOUR_S;
    due = collect(&ALL, now_s, &last_s);
    assert_int_equal(due.n_runs, 3);
    assert_int_equal(due.runs[0], 103 * HOUR_S);
    assert_int_equal(due.runs[2], 105 * HOUR_S);
    assert_int_equal(due.n_missed, 2);
}

static void a_missed_run_and_one_in_time(void **state)
{
    (void)state;
    int64_t last_s = 100 * HOUR_S;
    struct due due = collect(&SKIP, 102 * HOUR_S + 5, &last_s);
    assert_int_equal(due.n_runs, 1);
    assert_int_equal(due.runs[0], 102 * HOUR_S);
    assert_int_equal(due.n_missed, 1);
    last_s = 100 * HOUR_S;
    due = collect(&ONCE, 102 * HOUR_S + 5, &last_s);
    assert_int_equal(due.n_runs, 1); /* the one in time stands for the other */
    assert_int_equal(due.runs[0], 102 * HOUR_S);
}

static void a_clock_set_back_repeats_nothing(void **state)
{
    (void)state;
    int64_t last_s = 100 * HOUR_S;
    assert_int_equal(collect(&ONCE, 101 * HOUR_S, &last_s).n_runs, 1);
    for (int64_t now_s = 99 * HOUR_S + 10; now_s < 102 * HOUR_S; now_s += 60)
        assert_int_equal(collect(&ONCE, now_s, &last_s).n_runs, 0);
    assert_int_equal(collect(&ONCE, 102 * HOUR_S, &last_s).n_runs, 1);
}

static void a_clock_that_was_wrong_is_forgotten(void **state)
{
    (void)state;
    int64_t last_s = 1000 * HOUR_S;
    assert_int_equal(collect(&ONCE, 100 * HOUR_S + 10, &last_s).n_runs, 0);
    assert_int_equal(collect(&ONCE, 101 * HOUR_S, &last_s).n_runs, 1);
}

static void a_clock_that_jumps_ahead_is_a_time_off(void **state)
{
    (void)state;
    int64_t last_s = 0; /* 1970: a board without a battery for its clock */
    const int64_t now_s = INT64_C(1800000000);
    const struct due due = collect(&ONCE, now_s, &last_s);
    assert_int_equal(due.n_runs, 1);
    assert_int_equal(due.n_missed, 7 * 24 - 1); /* a week and no more */
    assert_int_equal(last_s, now_s);
}

static void there_are_never_too_many(void **state)
{
    (void)state;
    const struct rule rule = {.kind = RULE_INTERVAL, .every_s = 1};
    const struct due_policy all = {.missed = DUE_ALL, .within_s = DAY_S};
    int64_t last_s = 0;
    struct due due;
    due_collect(&rule, &UTC, &all, 1000, &last_s, &due);
    assert_int_equal(due.n_runs, DUE_RUNS_MAX);
    assert_int_equal(due.n_missed, 1000 - DUE_RUNS_MAX);
    assert_int_equal(due.runs[DUE_RUNS_MAX - 1], 1000);
    assert_int_equal(due.runs[0], 1001 - DUE_RUNS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_due_runs_once),
        cmocka_unit_test(missed_runs_go_by_the_policy),
        cmocka_unit_test(a_missed_run_and_one_in_time),
        cmocka_unit_test(a_clock_set_back_repeats_nothing),
        cmocka_unit_test(a_clock_that_was_wrong_is_forgotten),
        cmocka_unit_test(a_clock_that_jumps_ahead_is_a_time_off),
        cmocka_unit_test(there_are_never_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
