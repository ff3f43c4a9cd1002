#include "film/level.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N = 200 };

static void flicker_is_evened_out(void **state)
{
    (void)state;
    double means[N], worst_before = 0, worst_after = 0;
    for (unsigned i = 0; i < N; i++)
        means[i] = 100 * (1 + 0.15 * ((i * 7919U) % 13 - 6.0) / 6);
    for (unsigned i = LEVEL_REACH; i < N - LEVEL_REACH; i++) {
        uint8_t table[256];
        level_table(means, N, i, table);
        const double before = fabs(means[i] - 100), after = fabs(table[(int)means[i]] - 100.0);
        worst_before = before > worst_before ? before : worst_before;
        worst_after = after > worst_after ? after : worst_after;
    }
    assert_true(worst_before > 14);
    assert_true(worst_after < 5);
}

static void dusk_stays_dusk(void **state)
{
    (void)state;
    double means[N];
    for (unsigned i = 0; i < N; i++)
        means[i] = 200.0 - i * 0.8;
    for (unsigned i = LEVEL_REACH; i < N - LEVEL_REACH; i++) {
        uint8_t table[256];
        level_table(means, N, i, table);
        assert_true(fabs(table[(int)means[i]] - means[i]) < 4);
    }
}

static void photos_without_brightness_do_not_count(void **state)
{
    (void)state;
    const double means[] = {LEVEL_NONE, 100, LEVEL_NONE, 100, LEVEL_NONE}, alone[] = {LEVEL_NONE};
    uint8_t table[256], same[256];
    level_same(same);
    level_table(means, 5, 1, table);
    assert_memory_equal(table, same, 256);
    level_table(means, 5, 2, table);
    assert_memory_equal(table, same, 256);
    level_table(alone, 1, 0, table);
    assert_memory_equal(table, same, 256);
}

static void a_gain_is_bounded(void **state)
{
    (void)state;
    const double means[] = {200, 1, 200};
    uint8_t table[256];
    level_table(means, 3, 1, table);
    assert_int_equal(table[100], 200);
    assert_int_equal(table[255], 255);
    assert_int_equal(table[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flicker_is_evened_out),
        cmocka_unit_test(dusk_stays_dusk),
        cmocka_unit_test(photos_without_brightness_do_not_count),
        cmocka_unit_test(a_gain_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
