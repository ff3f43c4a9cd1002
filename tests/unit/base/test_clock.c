#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_system(void **state)
{
    (void)state;
    int64_t last = clock_now_us(&clock_system);
    assert_true(last > 0);
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_now_us(&clock_system);
        assert_true(now >= last && now < CLOCK_NEVER_US);
        last = now;
    }
    const int64_t year_2020_us = INT64_C(1577836800) * US_PER_S;
    assert_true(clock_wall_us(&clock_system) > year_2020_us);
}

static int64_t fake_now(void *ctx)
{
    return *(int64_t *)ctx;
}

static int64_t fake_wall(void *ctx)
{
    return *(int64_t *)ctx + 7;
}

static void test_fake(void **state)
{
    (void)state;
    int64_t time_us = 5 * US_PER_S;
    const struct clock clock = {.now_us = fake_now, .wall_us = fake_wall, .ctx = &time_us};
    assert_true(clock_now_us(&clock) == 5000000);
    assert_true(clock_wall_us(&clock) == 5000007);
    time_us += 3 * US_PER_MS;
    assert_true(clock_now_us(&clock) == 5003000);
}

static void test_thread_cpu(void **state)
{
    (void)state;
    int64_t start = clock_thread_cpu_us();
    while (clock_thread_cpu_us() < start + 2 * US_PER_MS) {
    } /* ends only because working costs CPU time */
    assert_true(start >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system),
        cmocka_unit_test(test_fake),
        cmocka_unit_test(test_thread_cpu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
