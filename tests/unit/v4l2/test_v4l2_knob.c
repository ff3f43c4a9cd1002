/* The kernel's controls, as the owner sees them. */
#include "v4l2/v4l2_schema.h"

#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "camera/control_json.h"

struct option {
    int64_t value;
    const char *text;
};

static struct v4l2_knob *add(struct v4l2_knobs *knobs, uint32_t cid, uint32_t type,
                             const char *name, int64_t min, int64_t max, int64_t fallback)
{
    struct v4l2_query_ext_ctrl query = {.id = cid,
                                        .type = type,
                                        .minimum = min,
                                        .maximum = max,
                                        .step = 1,
                                        .default_value = fallback,
                                        .elems = 1};
    strncpy(query.name, name, sizeof(query.name) - 1);
    return v4l2_knobs_add(knobs, &query);
}

static void add_menu(struct v4l2_knobs *knobs, uint32_t cid, const char *name, int64_t fallback,
                     const struct option *options)
{
    struct v4l2_knob *knob = add(knobs, cid, V4L2_CTRL_TYPE_MENU, name, 0, 9, fallback);
    assert_non_null(knob);
    for (; options->text; options++)
        v4l2_knob_add_option(knob, options->value, options->text);
}

static const struct option UVC_EXPOSURE[] = {{V4L2_EXPOSURE_MANUAL, "Manual Mode"},
                                             {V4L2_EXPOSURE_APERTURE_PRIORITY, "Aperture Priority"},
                                             {0}};
static const struct option LINE_FREQUENCY[] = {{0, "Disabled"}, {1, "50 Hz"}, {2, "60 Hz"}, {0}};
static const struct option ALONE[] = {{3, "Only this"}, {0}};

/* What a usual webcam has. */
static struct v4l2_knobs webcam(void)
{
    struct v4l2_knobs knobs = {.count = 0};
    add(&knobs, V4L2_CID_BRIGHTNESS, V4L2_CTRL_TYPE_INTEGER, "Brightness", -64, 64, 0);
    add(&knobs, V4L2_CID_AUTO_WHITE_BALANCE, V4L2_CTRL_TYPE_BOOLEAN, "White Balance, Automatic", 0,
        1, 1);
    add_menu(&knobs, V4L2_CID_POWER_LINE_FREQUENCY, "Power Line Frequency", 1, LINE_FREQUENCY);
    add(&knobs, V4L2_CID_WHITE_BALANCE_TEMPERATURE, V4L2_CTRL_TYPE_INTEGER,
        "White Balance Temperature", 2800, 6500, 4600);
    add_menu(&knobs, V4L2_CID_EXPOSURE_AUTO, "Auto Exposure", V4L2_EXPOSURE_APERTURE_PRIORITY,
             UVC_EXPOSURE);
    add(&knobs, V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CTRL_TYPE_INTEGER, "Exposure Time, Absolute", 1,
        5000, 156);
    add_menu(&knobs, V4L2_CID_COLORFX, "Effect", 3, ALONE);
    v4l2_knobs_complete(&knobs);
    return knobs;
}

static void a_webcam(void **state)
{
    (void)state;
    static const char WANTED[] =
        "[{\"name\":\"brightness\",\"type\":\"int\",\"min\":-64,\"max\":64,\"step\":1,\"default\":"
        "0,"
        "\"value\":0,\"group\":\"image\"},"
        "{\"name\":\"white_balance_automatic\",\"type\":\"bool\",\"default\":true,\"value\":true,"
        "\"group\":\"image\"},"
        "{\"name\":\"power_line_frequency\",\"type\":\"menu\",\"options\":[\"Disabled\",\"50 Hz\","
        "\"60 Hz\"],\"default\":\"50 Hz\",\"value\":\"50 Hz\",\"group\":\"image\"},"
        "{\"name\":\"white_balance_temperature\",\"type\":\"int\",\"min\":2800,\"max\":6500,"
        "\"step\":1,"
        "\"default\":4600,\"value\":4600,\"group\":\"image\",\"auto\":\"white_balance_automatic\"},"
        "{\"name\":\"auto_exposure\",\"type\":\"bool\",\"default\":true,\"value\":true,\"group\":"
        "\"camera\"},"
        "{\"name\":\"exposure_time_absolute\",\"type\":\"int\",\"min\":1,\"max\":5000,\"step\":1,"
        "\"default\":156,\"value\":156,\"group\":\"camera\",\"auto\":\"auto_exposure\"}]";
    struct v4l2_knobs knobs = webcam();
    struct v4l2_modes modes = {0};
    v4l2_modes_add(&modes, &(struct v4l2_mode){V4L2_PIX_FMT_MJPEG, 1280, 720, 30}, 4096, 4096);
    v4l2_modes_add(&modes, &(struct v4l2_mode){V4L2_PIX_FMT_YUYV, 640, 480, 30}, 4096, 4096);
    struct v4l2_target owner = v4l2_mode_default(&modes);
    struct controls controls;
    v4l2_schema(&modes, &owner, &knobs, &controls);
    json_t *schema = control_json_list(&controls);
    json_t *stream = json_loads(
        "[{\"name\":\"format\",\"type\":\"menu\",\"options\":[\"auto\",\"MJPEG\",\"YUYV\"],"
        "\"default\":\"auto\",\"value\":\"auto\",\"group\":\"stream\"},"
        "{\"name\":\"size\",\"type\":\"menu\",\"options\":[\"640x480\",\"1280x720\"],\"default\":"
        "\"1280x720\",\"value\":\"1280x720\",\"group\":\"stream\"},"
        "{\"name\":\"fps\",\"type\":\"int\",\"min\":1,\"max\":30,\"step\":1,\"default\":30,"
        "\"value\":30,"
        "\"group\":\"stream\"}]",
        0, NULL);
    json_t *wanted = json_loads(WANTED, 0, NULL);
    assert_non_null(stream);
    assert_non_null(wanted);
    json_array_extend(stream, wanted);
    assert_true(json_equal(schema, stream));
    json_decref(stream);
    json_decref(wanted);
    json_decref(schema);
    controls_finish(&controls);
}

static void take(json_t *takes_values, const struct controls *schema,
                 const struct v4l2_modes *modes, const struct v4l2_knobs *knobs,
                 struct v4l2_target *owner, struct v4l2_wanted *wanted)
{
    struct control_values values;
    char wrong[96];
    assert_null(control_json_read(schema, takes_values, &values, wrong, sizeof(wrong)));
    json_decref(takes_values);
    v4l2_schema_take(schema, &values, modes, knobs, owner, wanted);
}

static void the_owners_choice(void **state)
{
    (void)state;
    struct v4l2_knobs knobs = webcam();
    struct v4l2_modes modes = {0};
    v4l2_modes_add(&modes, &(struct v4l2_mode){V4L2_PIX_FMT_MJPEG, 1280, 720, 30}, 4096, 4096);
    v4l2_modes_add(&modes, &(struct v4l2_mode){V4L2_PIX_FMT_YUYV, 640, 480, 30}, 4096, 4096);
    struct v4l2_target owner = v4l2_mode_default(&modes);
    struct v4l2_wanted wanted = {0};
    json_t *values =
        json_pack("{s:s, s:s, s:i, s:i, s:b, s:s}", "format", "YUYV", "size", "640x480", "fps", 15,
                  "brightness", -3, "auto_exposure", 0, "power_line_frequency", "60 Hz");
    struct controls schema;
    v4l2_schema(&modes, &owner, &knobs, &schema);
    take(values, &schema, &modes, &knobs, &owner, &wanted);
    assert_int_equal(owner.fourcc, V4L2_PIX_FMT_YUYV);
    assert_int_equal(owner.width, 640);
    assert_int_equal(owner.height, 480);
    assert_int_equal(owner.fps, 15);
    static const bool IS_SET[] = {true, false, true, false, true, false};
    static const int64_t VALUES[] = {-3, 0, 2, 0, 0, 0};
    for (unsigned i = 0; i < knobs.count; i++) {
        assert_int_equal(wanted.is_set[i], IS_SET[i]);
        assert_int_equal(wanted.values[i], VALUES[i]);
    }
    assert_int_equal(v4l2_knob_to_kernel(&knobs.list[4], 0), V4L2_EXPOSURE_MANUAL);
    assert_int_equal(v4l2_knob_to_kernel(&knobs.list[4], 1), V4L2_EXPOSURE_APERTURE_PRIORITY);
    assert_int_equal(v4l2_knob_from_kernel(&knobs.list[4], V4L2_EXPOSURE_MANUAL), 0);

    values = json_pack("{s:s}", "format", "auto");
    take(values, &schema, &modes, &knobs, &owner, &wanted);
    controls_finish(&schema);
    assert_int_equal(owner.fourcc, 0);
    assert_int_equal(owner.width, 640); /* absent members stay unchanged */
}

static void taken_over(void **state)
{
    (void)state;
    struct v4l2_knobs knobs = webcam();
    assert_true(v4l2_knob_is_taken(&knobs, &knobs.list[3]));
    knobs.list[1].value = 0;
    assert_false(v4l2_knob_is_taken(&knobs, &knobs.list[3]));
    assert_false(v4l2_knob_is_taken(&knobs, &knobs.list[0]));
}

static void exposure_without_two_sides_stays_a_menu(void **state)
{
    (void)state;
    static const struct option PRIORITIES[] = {{V4L2_EXPOSURE_MANUAL, "Manual"},
                                               {V4L2_EXPOSURE_SHUTTER_PRIORITY, "Shutter Priority"},
                                               {0}};
    static const struct option ALL[] = {{V4L2_EXPOSURE_AUTO, "Auto Mode"},
                                        {V4L2_EXPOSURE_MANUAL, "Manual Mode"},
                                        {V4L2_EXPOSURE_APERTURE_PRIORITY, "Aperture Priority"},
                                        {0}};
    struct v4l2_knobs knobs = {.count = 0};
    add_menu(&knobs, V4L2_CID_EXPOSURE_AUTO, "Auto Exposure", V4L2_EXPOSURE_MANUAL, PRIORITIES);
    add(&knobs, V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CTRL_TYPE_INTEGER, "Exposure", 1, 5000, 156);
    v4l2_knobs_complete(&knobs);
    assert_int_equal(knobs.list[0].type, V4L2_KNOB_MENU);
    assert_int_equal(knobs.list[1].automatic, -1);
    knobs.count = 0;
    add_menu(&knobs, V4L2_CID_EXPOSURE_AUTO, "Auto Exposure", V4L2_EXPOSURE_MANUAL, ALL);
    v4l2_knobs_complete(&knobs);
    assert_int_equal(knobs.list[0].type, V4L2_KNOB_BOOL);
    assert_int_equal(knobs.list[0].fallback, 0);
    assert_int_equal(knobs.list[0].on_value, V4L2_EXPOSURE_AUTO);
}

static void not_for_the_owner(void **state)
{
    (void)state;
    static const uint32_t FLAGS[] = {V4L2_CTRL_FLAG_DISABLED, V4L2_CTRL_FLAG_READ_ONLY,
                                     V4L2_CTRL_FLAG_WRITE_ONLY, V4L2_CTRL_FLAG_HAS_PAYLOAD};
    static const uint32_t TYPES[] = {V4L2_CTRL_TYPE_BUTTON, V4L2_CTRL_TYPE_CTRL_CLASS,
                                     V4L2_CTRL_TYPE_BITMASK, V4L2_CTRL_TYPE_STRING};
    struct v4l2_knobs knobs = {.count = 0};
    struct v4l2_query_ext_ctrl query = {.id = V4L2_CID_GAIN,
                                        .type = V4L2_CTRL_TYPE_INTEGER,
                                        .name = "Gain",
                                        .maximum = 9,
                                        .step = 1};
    for (unsigned i = 0; i < 4; i++) {
        query.flags = FLAGS[i];
        assert_null(v4l2_knobs_add(&knobs, &query));
        query.flags = 0;
        query.type = TYPES[i];
        assert_null(v4l2_knobs_add(&knobs, &query));
        query.type = V4L2_CTRL_TYPE_INTEGER;
    }
    query.elems = 2;
    assert_null(v4l2_knobs_add(&knobs, &query));
    query.elems = 1;
    query.minimum = 10;
    assert_null(v4l2_knobs_add(&knobs, &query));
    query.minimum = 0;
    query.flags = V4L2_CTRL_FLAG_INACTIVE | V4L2_CTRL_FLAG_VOLATILE | V4L2_CTRL_FLAG_SLIDER;
    assert_non_null(v4l2_knobs_add(&knobs, &query));
}

static void names_and_bounds(void **state)
{
    (void)state;
    struct v4l2_knobs knobs = {.count = 0};
    static const char *const TEXTS[] = {"Size", "Gain", "gain!", "\xc3\xa4\xc3\xb6", "  A--b  "};
    static const char *const WANTED[] = {"size_00980900", "gain", "gain_00980902", "_00980903",
                                         "a_b"};
    for (uint32_t i = 0; i < 5; i++) {
        assert_non_null(add(&knobs, V4L2_CID_BASE + i, V4L2_CTRL_TYPE_INTEGER, TEXTS[i], 0, 9, 0));
        assert_string_equal(knobs.list[i].name, WANTED[i]);
    }
    for (uint32_t i = 5; i < 200; i++)
        add(&knobs, V4L2_CID_BASE + i, V4L2_CTRL_TYPE_INTEGER, "x", 0, 9, 0);
    assert_int_equal(knobs.count, V4L2_KNOBS_MAX);

    knobs.count = 0;
    struct v4l2_knob *menu = add(&knobs, V4L2_CID_BASE, V4L2_CTRL_TYPE_MENU, "M", 0, 200, 0);
    static const char *const OPTIONS[] = {"one", "one", "", "t\tab"};
    static const char *const SHOWN[] = {"one", "1", "2", "t?ab"};
    for (unsigned i = 0; i < 200; i++)
        v4l2_knob_add_option(menu, i, i < 4 ? OPTIONS[i] : "more");
    assert_int_equal(menu->n_options, V4L2_OPTIONS_MAX);
    for (unsigned i = 0; i < 4; i++)
        assert_string_equal(menu->options[i].text, SHOWN[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_webcam),
        cmocka_unit_test(the_owners_choice),
        cmocka_unit_test(taken_over),
        cmocka_unit_test(exposure_without_two_sides_stays_a_menu),
        cmocka_unit_test(not_for_the_owner),
        cmocka_unit_test(names_and_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
