/* The week of battery reports: one an hour, bounded, and a wall clock that is set. */
#include "base/clock.h"
#include "camera/battery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOUR_US (3600 * US_PER_S)
#define START_US (INT64_C(494016) * HOUR_US) /* 2026-05-11T00:00:00Z */

static int percent_at(json_t *reports, size_t index)
{
    return (int)json_integer_value(json_object_get(json_array_get(reports, index), "percent"));
}

static void test_the_last_report_of_an_hour_stays(void **state)
{
    struct battery_history history = {0};
    (void)state;
    battery_note(&history, START_US, 90);
    battery_note(&history, START_US + HOUR_US / 2, 88);
    battery_note(&history, START_US + 3 * HOUR_US, 85);
    json_t *reports = battery_describe(&history, START_US + 3 * HOUR_US);
    assert_int_equal(json_array_size(reports), 2);
    assert_int_equal(percent_at(reports, 0), 88);
    assert_int_equal(percent_at(reports, 1), 85);
    assert_string_equal(json_string_value(json_object_get(json_array_get(reports, 0), "at")),
                        "2026-05-11T00:00:00Z");
    json_decref(reports);
}

static void test_a_week_is_kept_and_no_more(void **state)
{
    struct battery_history history = {0};
    (void)state;
    for (int hour = 0; hour < BATTERY_HOURS + 5; hour++)
        battery_note(&history, START_US + hour * HOUR_US, hour % 100);
    const int64_t last_us = START_US + (BATTERY_HOURS + 4) * HOUR_US;
    json_t *reports = battery_describe(&history, last_us);
    assert_int_equal(json_array_size(reports), BATTERY_HOURS);
    assert_int_equal(percent_at(reports, 0), 5);
    json_decref(reports);
    reports = battery_describe(&history, last_us + (BATTERY_HOURS - 1) * HOUR_US);
    assert_int_equal(json_array_size(reports), 1); /* the others are older than a week */
    json_decref(reports);
}

static void test_a_clock_that_is_set_back_drops_the_future(void **state)
{
    struct battery_history history = {0};
    (void)state;
    battery_note(&history, START_US, 90);
    battery_note(&history, START_US + 50 * HOUR_US, 80);
    battery_note(&history, START_US + 51 * HOUR_US, 79);
    battery_note(&history, START_US + 2 * HOUR_US, 78);
    json_t *reports = battery_describe(&history, START_US + 2 * HOUR_US);
    assert_int_equal(json_array_size(reports), 2);
    assert_int_equal(percent_at(reports, 1), 78);
    json_decref(reports);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_report_of_an_hour_stays),
        cmocka_unit_test(test_a_week_is_kept_and_no_more),
        cmocka_unit_test(test_a_clock_that_is_set_back_drops_the_future),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
