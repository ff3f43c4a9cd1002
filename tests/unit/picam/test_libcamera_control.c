/* A helper's controls as JSON, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>

#include "camera/control.h"
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
    json_t *list = libcamera_control_list(CONTROLS, N);
    json_t *schema = control_schema(list);
    assert_int_equal(json_array_size(schema), N);
    json_t *gain = json_array_get(schema, 1), *size = json_array_get(schema, 2);
    assert_string_equal(json_string_value(json_object_get(gain, "auto")), "exposure_auto");
    assert_int_equal(json_integer_value(json_object_get(gain, "max")), 1600);
    assert_int_equal(json_array_size(json_object_get(size, "options")), 2);
    assert_string_equal(json_string_value(json_object_get(size, "value")), "1280x720");
    assert_true(json_is_true(json_object_get(json_array_get(schema, 0), "default")));
    json_decref(schema);
    json_decref(list);
}

static int order_of(const char *name, json_t *takes_value, struct helper_set *ret_order)
{
    int r = libcamera_control_order(CONTROLS, N, name, takes_value, ret_order);
    json_decref(takes_value);
    return r;
}

static void test_values_become_orders(void **state)
{
    (void)state;
    struct helper_set order;
    assert_int_equal(order_of("exposure_auto", json_false(), &order), 0);
    assert_int_equal(order.control, 0);
    assert_int_equal(order.value, 0);
    assert_int_equal(order_of("gain", json_integer(1600), &order), 0);
    assert_int_equal(order.control, 1);
    assert_int_equal(order.value, 1600);
    assert_int_equal(order_of("size", json_string("640x480"), &order), 0);
    assert_int_equal(order.control, 2);
    assert_int_equal(order.value, 0);
}

static void test_what_is_no_value(void **state)
{
    (void)state;
    struct helper_set order = {.control = 77};
    assert_int_equal(order_of("speed", json_integer(1), &order), -ENOENT);
    assert_int_equal(order_of("gain", json_integer(99), &order), -EINVAL);
    assert_int_equal(order_of("gain", json_integer(INT64_MAX), &order), -EINVAL);
    assert_int_equal(order_of("gain", json_string("100"), &order), -EINVAL);
    assert_int_equal(order_of("size", json_string("1x1"), &order), -EINVAL);
    assert_int_equal(order_of("exposure_auto", json_integer(1), &order), -EINVAL);
    assert_int_equal(order.control, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_schema_takes_them_all),
        cmocka_unit_test(test_values_become_orders),
        cmocka_unit_test(test_what_is_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
