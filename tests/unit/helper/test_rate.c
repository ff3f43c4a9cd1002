/* Which frames of a stream are shown, and which picture is a still. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>

#include "helper/libcamera/rate.h"

/* How many of the frames of a second are taken, from a stream of this interval. */
static unsigned taken(int64_t interval_us, uint32_t fps)
{
    struct rate rate = {0};
    unsigned n = 0;
    for (int64_t t = 5000000; t < 6000000; t += interval_us)
        n += rate_takes(&rate, t, fps);
    return n;
}

static void test_a_fast_stream_is_thinned_out(void **state)
{
    (void)state;
    assert_int_equal(taken(33333, 30), 31); /* from the first to the one at the full second */
    assert_int_equal(taken(33333, 60), 31); /* there are no more */
    assert_int_equal(taken(33333, 15), 16);
    assert_int_equal(taken(33333, 5), 6);
    assert_int_equal(taken(33333, 1), 2);
    assert_in_range(taken(33333, 20), 20, 21); /* no divisor of the camera's own */
}

static void test_jitter_loses_nothing(void **state)
{
    (void)state;
    struct rate rate = {0};
    unsigned n = 0;
    for (int i = 0; i < 100; i++)
        n += rate_takes(&rate, 1000000 + i * INT64_C(33333) + (i % 2 ? 7000 : 0), 30);
    assert_int_equal(n, 100);
}

static void test_lost_frames_are_not_made_up_for(void **state)
{
    (void)state;
    struct rate rate = {0};
    unsigned n = 0;
    assert_true(rate_takes(&rate, 1000000, 10));
    for (int64_t t = 3000000; t < 4000000; t += 33333) /* after two seconds without a frame */
        n += rate_takes(&rate, t, 10);
    assert_in_range(n, 9, 11);
}

static void test_a_clock_that_jumps_back_stops_nothing(void **state)
{
    (void)state;
    struct rate rate = {0};
    assert_true(rate_takes(&rate, 9000000, 10));
    assert_true(rate_takes(&rate, 1000000, 10));
    assert_false(rate_takes(&rate, 1010000, 10));
}

static void test_a_still_waits_for_the_exposure(void **state)
{
    (void)state;
    assert_false(rate_is_still(1, true, true, 0)); /* may be of the mode before */
    assert_true(rate_is_still(RATE_STILL_SKIP, true, true, 0));
    assert_false(rate_is_still(RATE_STILL_SKIP, true, false, 0));
    assert_false(rate_is_still(RATE_STILL_SKIP, false, false, 0)); /* it does not say */
    assert_true(rate_is_still(RATE_STILL_UNRATED, false, false, 0));
    assert_false(rate_is_still(RATE_STILL_FRAMES - 1, true, false, 0));
}

static void test_a_still_does_not_wait_for_ever(void **state)
{
    (void)state;
    assert_true(rate_is_still(RATE_STILL_FRAMES, true, false, 0));
    assert_true(rate_is_still(1, true, false, RATE_STILL_US));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fast_stream_is_thinned_out),
        cmocka_unit_test(test_jitter_loses_nothing),
        cmocka_unit_test(test_lost_frames_are_not_made_up_for),
        cmocka_unit_test(test_a_clock_that_jumps_back_stops_nothing),
        cmocka_unit_test(test_a_still_waits_for_the_exposure),
        cmocka_unit_test(test_a_still_does_not_wait_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
