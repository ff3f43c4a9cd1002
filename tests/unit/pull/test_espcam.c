#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "camera/control_json.h"
#include "pull/espcam.h"

/* As arduino-esp32 2.0 sends it for an OV2640. */
static const char OV2640[] =
    "{\"0xd3\":0,\"0x111\":0,\"0x132\":137,\"xclk\":20,\"pixformat\":4,\"framesize\":8,"
    "\"quality\":10,\"brightness\":-1,\"contrast\":0,\"saturation\":0,\"sharpness\":0,"
    "\"special_effect\":2,\"wb_mode\":0,\"awb\":1,\"awb_gain\":1,\"aec\":1,\"aec2\":0,"
    "\"ae_level\":0,\"aec_value\":168,\"agc\":1,\"agc_gain\":0,\"gainceiling\":0,\"bpc\":0,"
    "\"wpc\":1,\"raw_gma\":1,\"lenc\":1,\"hmirror\":0,\"dcw\":1,\"colorbar\":0,"
    "\"led_intensity\":-1,\"face_detect\":0}";
static const char OV3660[] =
    "{\"0x3400\":1024,\"0x3402\":1024,\"framesize\":10,\"quality\":4,\"brightness\":3,"
    "\"ae_level\":-5,\"aec_value\":1536,\"gainceiling\":511,\"hmirror\":1,\"vflip\":1,"
    "\"led_intensity\":0}";

static json_t *status_of(const char *text)
{
    json_t *status = NULL;
    assert_int_equal(espcam_status(text, strlen(text), &status), 0);
    return status;
}

static void expect(const struct controls *controls, const char *name, const char *as_json)
{
    int place = controls_find(controls, name);
    if (!as_json) {
        assert_int_equal(place, -ENOENT);
        return;
    }
    assert_true(place >= 0);
    json_t *list = control_json_list(controls);
    char *text = json_dumps(json_array_get(list, (size_t)place), JSON_COMPACT);
    assert_string_equal(text, as_json);
    free(text);
    json_decref(list);
}

static const struct control *find(const struct controls *controls, const char *name)
{
    int place = controls_find(controls, name);
    assert_true(place >= 0);
    return &controls->list[place];
}

static void test_controls_of_the_ov2640(void **state)
{
    (void)state;
    json_t *status = status_of(OV2640);
    assert_string_equal(espcam_model(status), "OV2640");
    struct controls list;
    espcam_controls(status, ESPCAM_NUMBERING_2020, &list);
    expect(&list, "brightness",
           "{\"name\":\"brightness\",\"type\":\"int\",\"min\":-2,\"max\":2,\"step\":1,"
           "\"default\":0,\"value\":-1,\"group\":\"image\"}");
    expect(&list, "special_effect",
           "{\"name\":\"special_effect\",\"type\":\"menu\",\"options\":[\"none\",\"negative\","
           "\"grey\","
           "\"red tint\",\"green tint\",\"blue tint\",\"sepia\"],\"default\":\"none\","
           "\"value\":\"grey\",\"group\":\"image\"}");
    expect(&list, "aec_value",
           "{\"name\":\"aec_value\",\"type\":\"int\",\"min\":0,\"max\":1200,\"step\":1,"
           "\"default\":300,\"value\":168,\"group\":\"exposure\",\"auto\":\"aec\"}");
    /* It takes vflip, and does not tell it. */
    expect(&list, "vflip",
           "{\"name\":\"vflip\",\"type\":\"bool\",\"default\":false,\"value\":false,\"group\":"
           "\"image\"}");
    expect(&list, "led_intensity", NULL); /* it has no light */
    expect(&list, "face_detect", NULL);
    expect(&list, "size",
           "{\"name\":\"size\",\"type\":\"menu\",\"options\":[\"96x96\",\"160x120\",\"176x144\","
           "\"240x176\",\"240x240\",\"320x240\",\"400x296\",\"480x320\",\"640x480\",\"800x600\","
           "\"1024x768\",\"1280x720\",\"1280x1024\",\"1600x1200\"],\"default\":\"320x240\","
           "\"value\":\"640x480\",\"group\":\"stream\"}");
    controls_finish(&list);
    json_decref(status);
}

static void test_controls_of_the_ov3660(void **state)
{
    (void)state;
    json_t *status = status_of(OV3660);
    uint16_t width, height;
    assert_string_equal(espcam_model(status), "OV3660 or OV5640");
    struct controls list;
    espcam_controls(status, ESPCAM_NUMBERING_2024, &list);
    assert_int_equal(find(&list, "brightness")->max, 3);
    assert_int_equal(find(&list, "ae_level")->min, -5);
    assert_int_equal(find(&list, "gainceiling")->max, 511);
    assert_int_equal(find(&list, "vflip")->value, 1);
    assert_non_null(find(&list, "led_intensity"));
    const struct control *size = find(&list, "size");
    assert_string_equal(size->options[size->n_options - 1], "2048x1536");
    assert_int_equal(espcam_largest(status, ESPCAM_NUMBERING_2024, &width, &height), 19);
    assert_int_equal(width, 2048);
    assert_int_equal(height, 1536);
    controls_finish(&list);
    json_decref(status);
}

static void test_values_out_of_range_are_left_out(void **state)
{
    (void)state;
    json_t *status = status_of("{\"framesize\":200,\"quality\":64,\"brightness\":-3,\"wb_mode\":5,"
                               "\"special_effect\":-1,\"awb\":2,\"contrast\":9999999999}");
    struct controls list;
    espcam_controls(status, ESPCAM_NUMBERING_2024, &list);
    struct control_values values;
    espcam_values(&list, status, ESPCAM_NUMBERING_2024, &values);
    assert_int_equal(list.count, 0);
    assert_int_equal(values.mask, 0);
    assert_null(espcam_model(status));
    json_decref(status);
    /* Nor do they become values of controls that are there. */
    json_t *good = status_of(OV3660), *bad = status_of("{\"framesize\":200,\"quality\":64}");
    espcam_controls(good, ESPCAM_NUMBERING_2024, &list);
    espcam_values(&list, good, ESPCAM_NUMBERING_2024, &values);
    assert_int_equal(values.mask, (UINT64_C(1) << list.count) - 1);
    espcam_values(&list, bad, ESPCAM_NUMBERING_2024, &values);
    assert_int_equal(values.mask, 0);
    controls_finish(&list);
    json_decref(good);
    status = bad;
    json_decref(status);
}

static void test_how_it_counts(void **state)
{
    (void)state;
    static const struct {
        int number;
        uint16_t width, height;
        enum espcam_numbering count;
    } CASES[] = {
        {6, 640, 480, ESPCAM_NUMBERING_2019},      {8, 640, 480, ESPCAM_NUMBERING_2020},
        {10, 640, 480, ESPCAM_NUMBERING_2024},     {10, 1600, 1200, ESPCAM_NUMBERING_2019},
        {13, 1600, 1200, ESPCAM_NUMBERING_2020},   {15, 1600, 1200, ESPCAM_NUMBERING_2024},
        {0, 160, 120, ESPCAM_NUMBERING_2019},      {1, 160, 120, ESPCAM_NUMBERING_UNKNOWN},
        {0, 96, 96, ESPCAM_NUMBERING_UNKNOWN},     {8, 800, 600, ESPCAM_NUMBERING_UNKNOWN},
        {255, 640, 480, ESPCAM_NUMBERING_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        char text[64];
        snprintf(text, sizeof(text), "{\"framesize\":%d,\"quality\":10}", CASES[i].number);
        json_t *status = status_of(text);
        assert_int_equal(espcam_numbering_of(status, CASES[i].width, CASES[i].height),
                         CASES[i].count);
        json_decref(status);
    }
    /* Without knowing it there is no size to choose, and none to take stills with. */
    json_t *status = status_of(OV2640);
    struct controls list;
    espcam_controls(status, ESPCAM_NUMBERING_UNKNOWN, &list);
    uint16_t width = 7, height = 7;
    expect(&list, "size", NULL);
    assert_int_equal(espcam_largest(status, ESPCAM_NUMBERING_UNKNOWN, &width, &height), 0);
    assert_int_equal(width, 7);
    controls_finish(&list);
    json_decref(status);
}

static void test_commands(void **state)
{
    (void)state;
    const control_text sizes[] = {"1600x1200", "1601x1200"};
    static const struct {
        const char *name;
        int64_t value;
        const char *variable; /* NULL: there is none */
        int number;
    } CASES[] = {
        {"size", 0, "framesize", 13},
        {"size", 1, NULL, 0},
        {"brightness", -2, "brightness", -2},
        {"wb_mode", 4, "wb_mode", 4},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        struct control control = {.options = sizes, .n_options = 2};
        const char *variable = NULL;
        int number = 0;
        snprintf(control.name, sizeof(control.name), "%s", CASES[i].name);
        bool is_there =
            espcam_command(ESPCAM_NUMBERING_2020, &control, CASES[i].value, &variable, &number);
        assert_int_equal(is_there, CASES[i].variable != NULL);
        if (is_there) {
            assert_string_equal(variable, CASES[i].variable);
            assert_int_equal(number, CASES[i].number);
        }
    }
}

static void test_invalid_statuses(void **state)
{
    (void)state;
    static const char *const OTHERS[] = {
        "",           "null",
        "[]",         "{}",
        "<html>",     "{\"framesize\":\"8\",\"quality\":10}",
        "{\"ok\":1}", "{\"framesize\":8,\"quality\":10",
    };
    json_t *status = NULL;
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(*OTHERS); i++)
        assert_int_equal(espcam_status(OTHERS[i], strlen(OTHERS[i]), &status), -EINVAL);
    assert_null(status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_controls_of_the_ov2640),
        cmocka_unit_test(test_controls_of_the_ov3660),
        cmocka_unit_test(test_values_out_of_range_are_left_out),
        cmocka_unit_test(test_how_it_counts),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_invalid_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
