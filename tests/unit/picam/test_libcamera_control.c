/* A helper's controls as the camera's, and values back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>

#include "picam/libcamera_control.h"

static const struct helper_control CONTROLS[] = {
    {.name = "exposure_auto", .type = HELPER_BOOL, .max = 1, .step = 1, .fallback = 1},
    {.name = "gain",
     .group = "exposure",
     .auto_name = "exposure_auto",
     .type = HELPER_INT,
     .min = 100,
     .max = 1600,
     .step = 1,
     .fallback = 100},
    {.name = "size",
     .type = HELPER_MENU,
     .options = {"640x480", "1280x720"},
     .n_options = 2,
     .max = 1,
     .step = 1,
     .fallback = 1},
};
enum { N = sizeof(CONTROLS) / sizeof(CONTROLS[0]) };

/* What the camera's own gatekeeper makes of it: nothing is lost. */
static void test_the_schema_takes_them_all(void **state)
{
    (void)state;
    struct controls schema;
    libcamera_control_schema(CONTROLS, N, &schema);
    assert_int_equal(schema.count, N);
    const struct control *gain = &schema.list[1], *size = &schema.list[2];
    assert_string_equal(gain->automatic, "exposure_auto");
    assert_int_equal(gain->max, 1600);
    assert_int_equal(size->n_options, 2);
    assert_string_equal(size->options[size->value], "1280x720");
    assert_int_equal(schema.list[0].fallback, 1);
    assert_int_equal(schema.impossible, 0);
    controls_finish(&schema);
}

static int order_of(const struct control *control, int64_t value, struct helper_set *ret_order)
{
    return libcamera_control_order(CONTROLS, N, control, value, ret_order);
}

static void test_values_become_orders(void **state)
{
    (void)state;
    struct helper_set order;
    struct controls schema;
    libcamera_control_schema(CONTROLS, N, &schema);
    assert_int_equal(order_of(&schema.list[0], 0, &order), 0);
    assert_int_equal(order.control, 0);
    assert_int_equal(order.value, 0);
    assert_int_equal(order_of(&schema.list[1], 1600, &order), 0);
    assert_int_equal(order.control, 1);
    assert_int_equal(order.value, 1600);
    assert_int_equal(order_of(&schema.list[2], 0, &order), 0);
    assert_int_equal(order.control, 2);
    assert_int_equal(order.value, 0);
    controls_finish(&schema);
}

/* A helper that was started again may have other controls than the schema. */
static void test_controls_missing_in_the_helper(void **state)
{
    (void)state;
    struct helper_set order = {.control = 77};
    const control_text other[] = {"1x1"};
    const struct control speed = {.name = "speed", .max = 9}, wide = {.name = "gain", .max = 99999},
                         bool_gain = {.name = "gain", .type = CONTROL_BOOL, .max = 1},
                         flat_size = {.name = "size", .max = 1},
                         small = {.name = "size",
                                  .type = CONTROL_MENU,
                                  .options = other,
                                  .n_options = 1};
    assert_int_equal(order_of(&speed, 1, &order), -ENOENT);
    assert_int_equal(order_of(&wide, 99, &order), -EINVAL);
    assert_int_equal(order_of(&wide, INT64_MAX, &order), -EINVAL);
    assert_int_equal(order_of(&bool_gain, 1, &order), -EINVAL);
    assert_int_equal(order_of(&flat_size, 1, &order), -EINVAL);
    assert_int_equal(order_of(&small, 0, &order), -EINVAL);
    assert_int_equal(order.control, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_schema_takes_them_all),
        cmocka_unit_test(test_values_become_orders),
        cmocka_unit_test(test_controls_missing_in_the_helper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
