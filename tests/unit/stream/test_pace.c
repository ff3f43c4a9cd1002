/* Frames of a camera at one rate, passed on at another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>

#include "base/clock.h"
#include "stream/pace.h"

/* Of 10 s of frames whose times waver by 3 ms. */
static unsigned passed(double camera_fps, unsigned max_fps)
{
    struct pace pace = {0};
    unsigned n = 0;
    for (int i = 0; i < (int)(10 * camera_fps); i++) {
        const int64_t jitter_us = (i * 7 % 5 - 2) * 1500;
        n += pace_take(&pace, max_fps,
                       5 * US_PER_S + (int64_t)(i / camera_fps * US_PER_S) + jitter_us);
    }
    return n;
}

static void test_rates(void **state)
{
    (void)state;
    static const struct {
        double camera_fps;
        unsigned max_fps, at_least, at_most; /* in 10 s */
    } ROWS[] = {
        {30, 0, 300, 300},    {30, 2, 20, 21},    {30, 1, 10, 11},      {30, 5, 49, 51},
        {30, 10, 99, 101},    {30, 15, 149, 151}, {60, 30, 298, 302},   {25, 10, 98, 102},
        {30.1, 30, 300, 301}, {31, 30, 309, 310}, {29.5, 30, 295, 295}, {15, 30, 150, 150},
        {120, 2, 20, 21},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        const unsigned n = passed(ROWS[i].camera_fps, ROWS[i].max_fps);
        if (n < ROWS[i].at_least || n > ROWS[i].at_most)
            print_error("%g fps at %u: %u in 10 s\n", ROWS[i].camera_fps, ROWS[i].max_fps, n);
        assert_in_range(n, ROWS[i].at_least, ROWS[i].at_most);
    }
}

static void test_a_silence_is_not_made_up_for(void **state)
{
    (void)state;
    struct pace pace = {0};
    assert_true(pace_take(&pace, 10, 1 * US_PER_S));
    assert_true(pace_take(&pace, 10, 60 * US_PER_S));
    assert_false(pace_take(&pace, 10, 60 * US_PER_S + 33 * US_PER_MS));
    assert_false(pace_take(&pace, 10, 60 * US_PER_S + 66 * US_PER_MS));
    assert_true(pace_take(&pace, 10, 60 * US_PER_S + 100 * US_PER_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_a_silence_is_not_made_up_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
