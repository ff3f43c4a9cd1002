/* The schema of controls: what is taken of a device's list, what a value may be. */
#include "camera/internal.h"
#include "rig.h"

#include <limits.h>
#include <stdlib.h>

static void becomes(const char *list, const char *expected)
{
    json_t *in = json_loads(list, 0, NULL);
    struct controls controls;
    assert_non_null(in);
    control_json_schema(in, &controls);
    json_t *out = control_json_list(&controls);
    char *text = json_dumps(out, JSON_COMPACT);
    assert_string_equal(text, expected ? expected : "[]");
    free(text);
    json_decref(out);
    json_decref(in);
    controls_finish(&controls);
}

/* refusal: NULL = it is taken. What is refused is left out of what fits. */
static void refuses(const struct controls *controls, const char *name, const char *value,
                    const char *refusal)
{
    char out[96];
    struct control_values values = {0};
    json_t *object = json_object();
    json_object_set_new(object, name, json_loads(value, JSON_DECODE_ANY, NULL));
    const char *sentence = control_json_read(controls, object, &values, out, sizeof(out));
    if (refusal)
        assert_string_equal(sentence, refusal);
    else
        assert_null(sentence);
    control_json_fitting(controls, object, &values);
    assert_int_equal(values.mask == 0, refusal != NULL);
    json_decref(object);
}

static void test_schema(void **state)
{
    (void)state;
    becomes("[]", NULL);
    becomes("[7,null,\"x\",[],{}]", NULL);
    /* default and step may be missing, what we do not know is left out */
    becomes("[{\"name\":\"a_1\",\"type\":\"int\",\"min\":0,\"max\":9,\"value\":4,\"color\":1}]",
            "[{\"name\":\"a_1\",\"type\":\"int\",\"min\":0,\"max\":9,\"step\":1,\"default\":4,"
            "\"value\":4,\"group\":\"\"}]");
    becomes("[{\"name\":\"b\",\"type\":\"bool\",\"value\":true}]",
            "[{\"name\":\"b\",\"type\":\"bool\",\"default\":true,\"value\":true,\"group\":\"\"}]");
    /* malformed ones, one by one */
    becomes("[{\"name\":\"A\",\"type\":\"bool\",\"value\":true},"
            "{\"name\":\"\",\"type\":\"bool\",\"value\":true},"
            "{\"name\":\"abcdefghijklmnopqrstuvwxyz1234567\",\"type\":\"bool\",\"value\":true},"
            "{\"name\":\"a\",\"type\":\"float\",\"value\":1},"
            "{\"name\":\"a\",\"type\":\"bool\",\"value\":1},"
            "{\"name\":\"a\",\"type\":\"bool\"},"
            "{\"name\":\"a\",\"type\":\"int\",\"value\":1},"
            "{\"name\":\"a\",\"type\":\"int\",\"min\":2,\"max\":1,\"value\":1},"
            "{\"name\":\"a\",\"type\":\"int\",\"min\":0.5,\"max\":1,\"value\":1},"
            "{\"type\":\"bool\",\"value\":true}]",
            NULL);
    /* the first of a name counts; a step of nothing is one; a group of nonsense is none */
    becomes("[{\"name\":\"a\",\"type\":\"int\",\"min\":0,\"max\":9,\"step\":0,\"value\":4,"
            "\"default\":\"x\",\"group\":\"a\\u0001\"},"
            "{\"name\":\"a\",\"type\":\"bool\",\"value\":true}]",
            "[{\"name\":\"a\",\"type\":\"int\",\"min\":0,\"max\":9,\"step\":1,\"default\":4,"
            "\"value\":4,\"group\":\"\"}]");
}

static void test_values_are_ones_that_may_be(void **state)
{
    (void)state;
    static const struct {
        json_int_t min, max, step, preset, value, expected_preset, expected_value;
    } ROWS[] = {
        {0, 10, 2, 51, 4, 10, 4},
        {0, 10, 1, 5000, 5000, 10, 10},
        {0, 10, 3, 11, 8, 9, 6},
        {-7, 7, 5, -8, -3, -7, -7},
        {-7, 7, 5, -2, 3, -2, 3},
        {3, 3, 1, 0, 9, 3, 3},
        {LLONG_MIN, LLONG_MAX, 1, LLONG_MIN, LLONG_MAX, LLONG_MIN, LLONG_MAX},
        {LLONG_MIN, LLONG_MAX, LLONG_MAX, -2, LLONG_MAX, LLONG_MIN, LLONG_MAX - 1},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        json_t *list = json_pack("[{s:s,s:s,s:I,s:I,s:I,s:I,s:I}]", "name", "a", "type", "int",
                                 "min", ROWS[i].min, "max", ROWS[i].max, "step", ROWS[i].step,
                                 "default", ROWS[i].preset, "value", ROWS[i].value);
        struct controls controls;
        control_json_schema(list, &controls);
        assert_int_equal(controls.count, 1);
        assert_int_equal(controls.list[0].fallback, ROWS[i].expected_preset);
        assert_int_equal(controls.list[0].value, ROWS[i].expected_value);
        assert_int_equal(controls.impossible, ROWS[i].value != ROWS[i].expected_value);
        controls_finish(&controls);
        json_decref(list);
    }
}

static void test_menus(void **state)
{
    (void)state;
    becomes("[{\"name\":\"hz\",\"type\":\"menu\",\"options\":[\"50 Hz\",\"60 Hz\",\"50 "
            "Hz\",7,\"a\\nb\"],"
            "\"value\":\"60 Hz\"}]",
            "[{\"name\":\"hz\",\"type\":\"menu\",\"options\":[\"50 Hz\",\"60 "
            "Hz\"],\"default\":\"60 Hz\","
            "\"value\":\"60 Hz\",\"group\":\"\"}]");
    becomes("[{\"name\":\"gain\",\"type\":\"int\",\"min\":0,\"max\":9,\"value\":4,\"auto\":"
            "\"autogain\"}]",
            "[{\"name\":\"gain\",\"type\":\"int\",\"min\":0,\"max\":9,\"step\":1,\"default\":4,"
            "\"value\":4,\"group\":\"\",\"auto\":\"autogain\"}]");
    /* malformed ones */
    becomes("[{\"name\":\"a\",\"type\":\"menu\",\"options\":[],\"value\":\"x\"},"
            "{\"name\":\"b\",\"type\":\"menu\",\"options\":[\"y\"],\"value\":\"x\"},"
            "{\"name\":\"c\",\"type\":\"menu\",\"options\":[\"y\"]},"
            "{\"name\":\"d\",\"type\":\"menu\",\"value\":\"x\"}]",
            NULL);
    json_t *list =
        json_loads("[{\"name\":\"hz\",\"type\":\"menu\",\"options\":[\"50\",\"60\"],"
                   "\"default\":\"50\",\"value\":\"60\"},"
                   "{\"name\":\"on\",\"type\":\"bool\",\"default\":true,\"value\":false}]",
                   0, NULL);
    struct controls controls;
    struct control_values values;
    control_json_schema(list, &controls);
    refuses(&controls, "hz", "\"50\"", NULL);
    refuses(&controls, "hz", "\"70\"", "hz must be one of its options");
    controls_defaults(&controls, &values);
    json_t *defaults = control_json_values(&controls, &values);
    char *text = json_dumps(defaults, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text, "{\"hz\":\"50\",\"on\":true}");
    free(text);
    json_decref(defaults);
    json_decref(list);
    controls_finish(&controls);
}

/* As many options as may be, and one more. */
static void test_options_are_capped(void **state)
{
    (void)state;
    json_t *options = json_array();
    for (int i = 0; i < 65; i++)
        json_array_append_new(options, json_sprintf("%d", i));
    json_t *list = json_pack("[{s:s,s:s,s:o,s:s}]", "name", "m", "type", "menu", "options", options,
                             "value", "0");
    struct controls controls;
    control_json_schema(list, &controls);
    assert_int_equal(controls.list[0].n_options, CONTROL_OPTIONS_MAX);
    controls_finish(&controls);
    json_decref(list);
}

static void test_no_more_than_so_many(void **state)
{
    (void)state;
    json_t *list = json_array();
    for (int i = 0; i < CONTROLS_MAX + 5; i++) {
        char name[16];
        snprintf(name, sizeof(name), "c%d", i);
        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:b}", "name", name, "type", "bool", "value", 1));
    }
    struct controls controls, copy;
    control_json_schema(list, &controls);
    assert_int_equal(controls.count, CONTROLS_MAX);
    controls_copy(&copy, &controls);
    controls_finish(&controls);
    for (int i = 0; i < CONTROLS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof(name), "c%d", i);
        assert_int_equal(controls_find(&copy, name), i);
    }
    assert_int_equal(controls_find(&copy, "c64"), -ENOENT);
    controls_finish(&copy);
    json_decref(list);
}

static void test_refusal(void **state)
{
    (void)state;
    json_t *list = json_loads(
        "[{\"name\":\"gain\",\"type\":\"int\",\"min\":-3,\"max\":9,\"step\":4,\"value\":1},"
        "{\"name\":\"wide\",\"type\":\"int\",\"min\":-9223372036854775807,"
        "\"max\":9223372036854775807,\"step\":9223372036854775807,\"value\":0},"
        "{\"name\":\"on\",\"type\":\"bool\",\"value\":true}]",
        0, NULL);
    struct controls controls;
    control_json_schema(list, &controls);
    static const struct {
        const char *name, *value, *refusal;
    } ROWS[] = {
        {"gain", "-3", NULL},
        {"gain", "1", NULL},
        {"gain", "9", NULL},
        {"gain", "10", "gain must be -3 to 9"},
        {"gain", "-4", "gain must be -3 to 9"},
        {"gain", "2", "gain goes in steps of 4 from -3"},
        {"gain", "true", "gain must be -3 to 9"},
        {"gain", "null", "gain must be -3 to 9"},
        {"wide", "0", NULL},
        {"wide", "9223372036854775807", NULL},
        {"wide", "1", "wide goes in steps of 9223372036854775807 from -9223372036854775807"},
        {"on", "false", NULL},
        {"on", "0", "on must be true or false"},
        {"off", "0", "this camera has no control \"off\""},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        refuses(&controls, ROWS[i].name, ROWS[i].value, ROWS[i].refusal);
    controls_finish(&controls);
    json_decref(list);
}

static void test_only_differences_are_changed(void **state)
{
    (void)state;
    struct controls controls = {0};
    struct control_values values = {0};
    assert_int_equal(controls_add(&controls, &(struct control){.name = "gain", .max = 9}), 0);
    assert_int_equal(
        controls_add(&controls, &(struct control){.name = "on", .type = CONTROL_BOOL, .value = 1}),
        1);
    assert_int_equal(controls_add(&controls, &(struct control){.name = "on", .max = 9}), -EINVAL);
    control_values_put(&values, 0, 10); /* none that it can have */
    control_values_put(&values, 1, 1);  /* it has it */
    control_values_put(&values, 7, 1);  /* nothing is there */
    assert_int_equal(controls_update(&controls, &values), 0);
    control_values_put(&values, 0, 9);
    control_values_put(&values, 1, 0);
    assert_int_equal(controls_update(&controls, &values), 3);
    assert_int_equal(controls.list[0].value, 9);
    assert_int_equal(controls.list[1].value, 0);
    controls_finish(&controls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_values_are_ones_that_may_be),
        cmocka_unit_test(test_menus),
        cmocka_unit_test(test_options_are_capped),
        cmocka_unit_test(test_no_more_than_so_many),
        cmocka_unit_test(test_refusal),
        cmocka_unit_test(test_only_differences_are_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
