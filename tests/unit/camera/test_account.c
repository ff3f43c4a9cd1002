/* Awake accounting: by reason and hour, across hours, days and the change of the clocks. */
#include "camera/internal.h"
#include "rig.h"

#include <stdlib.h>
#include <time.h>

static int64_t hour_s(struct rig *rig, unsigned hour, unsigned column)
{
    camera_account(rig->camera, rig->now_us);
    return rig->camera->awake.hours_us[hour][column] / US_PER_S;
}

static int64_t today_s(struct rig *rig, unsigned column)
{
    int64_t sum_us = 0;
    camera_account(rig->camera, rig->now_us);
    for (unsigned hour = 0; hour < CAMERA_HOURS; hour++)
        sum_us += rig->camera->awake.hours_us[hour][column];
    return sum_us / US_PER_S;
}

/* Frames each second for so long. */
static void run(struct rig *rig, int64_t seconds)
{
    for (int64_t i = 0; i < seconds; i++) {
        rig_good_frame(rig);
        rig_pass(rig, 1 * US_PER_S);
    }
}

/* As run, for long spans: a frame each 4 s. */
static void run_long(struct rig *rig, int64_t seconds)
{
    for (int64_t i = 0; i < seconds; i += 4) {
        rig_good_frame(rig);
        rig_pass(rig, 4 * US_PER_S);
    }
}

/* An NTP step or a person sets the wall clock: what is measured is not touched. */
static void test_wall_clock_jumps_change_no_duration(void **state)
{
    static const int64_t JUMPS_US[] = {90 * US_PER_S, -90 * US_PER_S, 7200 * US_PER_S,
                                       -7200 * US_PER_S};
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *viewer = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    int64_t total_us = 0;
    for (unsigned i = 0; i < sizeof(JUMPS_US) / sizeof(JUMPS_US[0]); i++) {
        run(rig, 5);
        rig->wall_us += JUMPS_US[i];
        run(rig, 5);
        total_us += 10 * US_PER_S;
        camera_account(rig->camera, rig->now_us);
        assert_int_equal(rig->camera->awake.totals_us[CAMERA_AWAKE_TOTAL], total_us);
        assert_string_equal(rig_described(rig, "last_frame_age_s"), "1.0");
        assert_string_equal(rig_described(rig, "fps"), "1.0");
        assert_int_equal(today_s(rig, CAMERA_AWAKE_TOTAL), total_us / US_PER_S);
    }
    lease_release(&viewer);
    rig->wall_us -= 3600 * US_PER_S;
    rig_pass(rig, 9 * US_PER_S);
    assert_string_equal(rig_described(rig, "state"), "\"lingering\"");
    rig_pass(rig, 2 * US_PER_S);
    assert_string_equal(rig_described(rig, "state"), "\"asleep\"");
    assert_string_equal(rig_described(rig, "state_since_s"), "1.0");
}

static void test_each_reason_has_its_time(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    rig_pass(rig, 100 * US_PER_S); /* asleep: nothing */
    struct lease *viewer = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    run(rig, 10);
    struct lease *second = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    run(rig, 5); /* two viewers do not make the seconds longer */
    lease_release(&viewer);
    struct lease *snapshot = rig_lease(rig, LEASE_SNAPSHOT, RENDITION_JPEG);
    run(rig, 3); /* both reasons */
    lease_release(&second);
    run(rig, 2); /* the snapshot alone */
    lease_release(&snapshot);
    rig_pass(rig, 60 * US_PER_S); /* 10 of them lingering */
    assert_int_equal(today_s(rig, LEASE_VIEWER), 18);
    assert_int_equal(today_s(rig, LEASE_SNAPSHOT), 5);
    assert_int_equal(today_s(rig, CAMERA_AWAKE_LINGER), 10);
    assert_int_equal(today_s(rig, CAMERA_AWAKE_TOTAL), 30);
    assert_int_equal(rig->camera->awake.totals_us[CAMERA_AWAKE_TOTAL], 30 * US_PER_S);
    assert_string_equal(rig_described(rig, "awake_today_s"),
                        "{\"viewer\":18,\"snapshot\":5,\"linger\":10,\"total\":30}");
}

static void test_waiting_for_a_device_is_not_awake(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    camera_source_down(camera);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_pass(rig, 100 * US_PER_S);
    assert_int_equal(today_s(rig, CAMERA_AWAKE_TOTAL), 0);
    rig_device_up(rig, true);
    run(rig, 7);
    camera_source_down(camera);
    rig_pass(rig, 100 * US_PER_S);
    assert_int_equal(today_s(rig, CAMERA_AWAKE_TOTAL), 7);
    lease_release(&lease);
}

static void test_hours_end(void **state)
{
    struct rig *rig = *state;
    struct demand_policy policy = demand_policy_default;
    policy.stall_timeout_us = 24 * 3600 * US_PER_S;
    rig_registry(rig, &(struct registry_params){.env.policy = policy});
    rig_camera(rig, true);
    rig_pass(rig, (3600 - 20) * US_PER_S);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_good_frame(rig);
    rig_pass(rig, (20 + 3600 + 40) * US_PER_S); /* to 02:00:40 in one go */
    assert_int_equal(hour_s(rig, 0, LEASE_VIEWER), 20);
    assert_int_equal(hour_s(rig, 1, LEASE_VIEWER), 3600);
    assert_int_equal(hour_s(rig, 2, LEASE_VIEWER), 40);
    lease_release(&lease);
}

static void test_days_end(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    rig_pass(rig, (86400 - 400) * US_PER_S);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    run_long(rig, 100);
    assert_int_equal(hour_s(rig, 23, LEASE_VIEWER), 100);
    int day = rig->camera->awake.day;
    run_long(rig, 304); /* 4 s into the new day */
    assert_int_equal(hour_s(rig, 0, LEASE_VIEWER), 4);
    assert_int_equal(today_s(rig, CAMERA_AWAKE_TOTAL), 4);
    assert_int_equal(rig->camera->awake.day, day + 1);
    assert_int_equal(rig->camera->awake.totals_us[CAMERA_AWAKE_TOTAL],
                     404 * US_PER_S); /* since the start */
    lease_release(&lease);
    rig_pass(rig, 86400 * US_PER_S);
    assert_int_equal(today_s(rig, CAMERA_AWAKE_TOTAL), 0);
}

static void set_wall(struct rig *rig, const char *zone, int64_t wall_s)
{
    setenv("TZ", zone, 1);
    tzset();
    rig->wall_us = wall_s * US_PER_S;
}

/* Central European rules, spelt out so that no time zone database is needed. */
static const char BERLIN[] = "CET-1CEST,M3.5.0,M10.5.0/3";

static void test_the_hour_that_comes_twice(void **state)
{
    struct rig *rig = *state;
    set_wall(rig, BERLIN, 1792885800); /* 2026-10-25 01:50 CEST */
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    run_long(rig, 600 + 2 * 3600 + 300); /* to 03:05 CET */
    assert_int_equal(hour_s(rig, 1, LEASE_VIEWER), 600);
    assert_int_equal(hour_s(rig, 2, LEASE_VIEWER), 7200);
    assert_int_equal(hour_s(rig, 3, LEASE_VIEWER), 300);
    lease_release(&lease);
}

static void test_the_hour_that_does_not_come(void **state)
{
    struct rig *rig = *state;
    set_wall(rig, BERLIN, 1774745400); /* 2026-03-29 01:50 CET */
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    run_long(rig, 600 + 300); /* to 03:05 CEST */
    assert_int_equal(hour_s(rig, 1, LEASE_VIEWER), 600);
    assert_int_equal(hour_s(rig, 2, LEASE_VIEWER), 0);
    assert_int_equal(hour_s(rig, 3, LEASE_VIEWER), 300);
    lease_release(&lease);
}

static void test_days_are_local(void **state)
{
    struct rig *rig = *state;
    set_wall(rig, BERLIN, 1795132800 - 60); /* 2026-11-20 00:59 CET, 23:59 the day before in UTC */
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    run_long(rig, 120);
    assert_int_equal(hour_s(rig, 0, LEASE_VIEWER), 60);
    assert_int_equal(hour_s(rig, 1, LEASE_VIEWER), 60);
    json_t *awake = camera_describe_awake(rig->camera, rig->now_us);
    assert_string_equal(json_string_value(json_object_get(awake, "day")), "2026-11-20");
    json_decref(awake);
    lease_release(&lease);
}

static void test_a_time_before_the_last_one_changes_nothing(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    run(rig, 10);
    camera_account(rig->camera, rig->now_us);
    camera_account(rig->camera, rig->now_us - 5 * US_PER_S); /* a caller with an older clock */
    assert_int_equal(today_s(rig, LEASE_VIEWER), 10);
    assert_int_equal(rig->camera->awake.totals_us[CAMERA_AWAKE_TOTAL], 10 * US_PER_S);
    lease_release(&lease);
}

static void test_the_wall_clock_is_set(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    run(rig, 10);
    rig->wall_us += 5 * 3600 * US_PER_S;
    run(rig, 10);
    assert_int_equal(today_s(rig, LEASE_VIEWER), 20); /* measured by the other clock */
    lease_release(&lease);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {
        T(test_wall_clock_jumps_change_no_duration),
        T(test_each_reason_has_its_time),
        T(test_waiting_for_a_device_is_not_awake),
        T(test_hours_end),
        T(test_days_end),
        T(test_the_hour_that_comes_twice),
        T(test_the_hour_that_does_not_come),
        T(test_days_are_local),
        T(test_a_time_before_the_last_one_changes_nothing),
        T(test_the_wall_clock_is_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
