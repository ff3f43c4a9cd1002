#include "firmware/main/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_the_ends_of_the_quality(void **state)
{
    (void)state;
    assert_int_equal(control_sensor_quality(1), 63);
    assert_int_equal(control_sensor_quality(100), 4);
    assert_int_equal(control_sensor_quality(0), 63);
    assert_int_equal(control_sensor_quality(-5), 63);
    assert_int_equal(control_sensor_quality(1000), 4);
}

static void test_better_is_never_worse(void **state)
{
    (void)state;
    for (int quality = 2; quality <= 100; quality++) {
        int step = control_sensor_quality(quality - 1) - control_sensor_quality(quality);
        assert_in_range(step, 0, 1);
    }
}

static void test_presets_are_allowed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CONTROL_COUNT; i++) {
        const struct agent_control *control = &control_table[i];
        assert_non_null(control->name);
        assert_true(control->min < control->max && control->step >= 1);
        assert_true(control->preset >= control->min && control->preset <= control->max);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_ends_of_the_quality),
        cmocka_unit_test(test_better_is_never_worse),
        cmocka_unit_test(test_presets_are_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
