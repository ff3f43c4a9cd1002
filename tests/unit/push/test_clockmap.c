/* The map from a device's clock to ours: trips, drift, jumps, nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <stdlib.h>

#include "base/clock.h"
#include "push/clockmap.h"

static void test_without_an_exchange_arrival_counts(void **state)
{
    (void)state;
    struct clockmap map = {0};
    assert_int_equal(clockmap_to_server(&map, 5, 1000), 1000);
}

static void test_one_exchange(void **state)
{
    (void)state;
    struct clockmap map = {0};
    clockmap_add(&map, 1000000, 1020000, 500000); /* ours was 1010000 then */
    assert_int_equal(clockmap_to_server(&map, 600000, 1150000), 1110000);
    /* a bit in the future is now */
    assert_int_equal(clockmap_to_server(&map, 600000, 1100000), 1100000);
}

static void test_the_shortest_trip_is_believed(void **state)
{
    (void)state;
    struct clockmap map = {0};
    clockmap_add(&map, 1000000, 1100000, 580000);  /* 80 ms there, 20 ms back: 30 ms wrong */
    clockmap_add(&map, 2000000, 2002000, 1501000); /* true offset 500000 */
    clockmap_add(&map, 3000000, 3100000, 2520000);
    assert_int_equal(clockmap_to_server(&map, 3600000, 4200000), 4100000);
}

static void test_drift_is_followed(void **state)
{
    (void)state;
    struct clockmap map = {0};
    int64_t ours = 0, theirs = 0;
    for (int i = 0; i < 720; i++) { /* an hour at 100 ppm: 360 ms */
        clockmap_add(&map, ours, ours + 4000, theirs + 2000);
        int64_t mapped = clockmap_to_server(&map, theirs + 1000000, ours + 1300000);
        assert_true(llabs(mapped - (ours + 1000000)) < 6000);
        ours += 5000000;
        theirs += 5000500;
    }
}

static void test_a_jump_is_seen_by_the_next_frame_or_exchange(void **state)
{
    (void)state;
    struct clockmap map = {0};
    clockmap_add(&map, 1000000, 1020000, 500000);
    /* forward: into the future */
    assert_int_equal(clockmap_to_server(&map, 90000000, 1150000), 1150000);
    assert_int_equal(map.count, 0);
    /* back to zero after a restart, our clock far ahead */
    clockmap_add(&map, 100000000, 100020000, 99000000);
    assert_int_equal(clockmap_to_server(&map, 5, 100150000), 100150000);
    assert_int_equal(map.count, 0);
    /* a few seconds back: only the exchange tells */
    clockmap_add(&map, 100000000, 100020000, 99000000);
    assert_int_equal(clockmap_to_server(&map, 97000000, 101000000), 98010000);
    clockmap_add(&map, 101000000, 101040000, 97020000);
    assert_int_equal(map.count, 1);
    assert_int_equal(clockmap_to_server(&map, 97500000, 102000000), 101500000);
}

static void test_nonsense(void **state)
{
    (void)state;
    struct clockmap map = {0};
    clockmap_add(&map, 1000000, 999999, 5);             /* answered before asked */
    clockmap_add(&map, 1000000, 11000001 + 1000000, 5); /* a trip of 11 s */
    clockmap_add(&map, 1000000, 1020000, -5);
    assert_int_equal(map.count, 0);
    clockmap_add(&map, 1000000, 1020000, INT64_MAX);
    assert_int_equal(clockmap_to_server(&map, 7, 2000000), 2000000);
    clockmap_add(&map, 1000000, 1020000, INT64_MAX);
    clockmap_add(&map, INT64_MAX - 5, INT64_MAX, 0); /* opposite ends */
    assert_int_equal(map.count, 1);
    assert_int_equal(clockmap_to_server(&map, INT64_MAX, 2000000), 2000000);
    assert_int_equal(clockmap_to_server(&map, -1, 2000000), 2000000);
}

static void test_never_older_than_ten_seconds(void **state)
{
    (void)state;
    struct clockmap map = {0};
    clockmap_add(&map, 100000000, 100000000, 100000000);
    assert_int_equal(clockmap_to_server(&map, 90000000, 100000000), 90000000);
    assert_int_equal(clockmap_to_server(&map, 89999999, 100000000), 100000000);
    assert_int_equal(map.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_an_exchange_arrival_counts),
        cmocka_unit_test(test_one_exchange),
        cmocka_unit_test(test_the_shortest_trip_is_believed),
        cmocka_unit_test(test_drift_is_followed),
        cmocka_unit_test(test_a_jump_is_seen_by_the_next_frame_or_exchange),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_never_older_than_ten_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
