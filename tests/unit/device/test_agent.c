#include "device/agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "rig.h"

#define SECOND_US INT64_C(1000000)

static int setup(void **state)
{
    *state = rig_create();
    return 0;
}

static int teardown(void **state)
{
    rig_destroy(*state);
    return 0;
}

static void params_out_of_bounds_are_refused(void **state)
{
    struct rig *rig = *state;
    static const struct agent_hal hal;
    struct agent_params params = rig->params;
    params.sizes_count = AGENT_MAX_SIZES + 1;
    assert_int_equal(agent_init(&rig->agent, &params, &hal, rig), -EINVAL);
    params = rig->params;
    params.controls_count = AGENT_MAX_CONTROLS + 1;
    assert_int_equal(agent_init(&rig->agent, &params, &hal, rig), -EINVAL);
    params = rig->params;
    params.max_fps_milli = 0;
    assert_int_equal(agent_init(&rig->agent, &params, &hal, rig), -EINVAL);
    params = rig->params;
    params.default_size = 3;
    assert_int_equal(agent_init(&rig->agent, &params, &hal, rig), -EINVAL);
    params = rig->params;
    static char name[AGENT_HELLO_MAX_BYTES];
    memset(name, 'n', sizeof(name) - 1);
    params.name = name;
    assert_int_equal(agent_init(&rig->agent, &params, &hal, rig), -E2BIG);
}

static void boot_dials_and_sets_the_controls(void **state)
{
    struct rig *rig = *state;
    rig_boot(rig);
    assert_int_equal(rig->agent.state, AGENT_DIALLING);
    assert_int_equal(rig->dials, 1);
    assert_int_equal(rig->applies, 3);
    assert_int_equal(rig->deadline_us, rig->now_us + AGENT_DIAL_TIMEOUT_US);
}

static void hello_is_the_first_word(void **state)
{
    struct rig *rig = *state;
    rig->params.model = "M\"1";
    rig_boot(rig);
    rig_battery(rig, 81);
    rig_step(rig, AGENT_UP);
    assert_int_equal(rig->agent.state, AGENT_IDLE);
    assert_int_equal(rig->sent_count, 1);
    assert_string_equal(
        rig_text(rig, 0),
        "{\"type\":\"hello\",\"id\":\"porch\",\"name\":\"Porch\",\"model\":\"M\\\"1\","
        "\"controls\":[{\"name\":\"brightness\",\"type\":\"int\",\"min\":-2,\"max\":2,\"step\":1,"
        "\"default\":0,\"value\":0,\"group\":\"image\"},{\"name\":\"contrast\",\"type\":\"int\","
        "\"min\":-4,\"max\":4,\"step\":2,\"default\":0,\"value\":0},{\"name\":\"mirror\","
        "\"type\":\"bool\",\"default\":false,\"value\":false,\"group\":\"image\"}],"
        "\"battery\":81}");
    assert_int_equal(rig->deadline_us, AGENT_NEVER_US);
    assert_int_equal(rig->starts, 0);
}

static void a_choked_socket_delays_the_hello_and_keeps_it_first(void **state)
{
    struct rig *rig = *state;
    rig_boot(rig);
    rig->choked = true;
    rig_step(rig, AGENT_UP);
    rig_hear(rig, "{\"type\":\"time\",\"server_us\":5}");
    assert_int_equal(rig->sent_count, 0);
    rig->choked = false;
    rig_step(rig, AGENT_READY);
    assert_int_equal(rig->sent_count, 2);
    assert_non_null(strstr(rig_text(rig, 0), "\"hello\""));
    assert_non_null(strstr(rig_text(rig, 1), "\"time\""));
}

static void start_streams_and_stop_ends_it(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_hear(rig, "{\"type\":\"start\",\"fps\":10,\"width\":600,\"height\":480}");
    assert_int_equal(rig->agent.state, AGENT_STREAMING);
    assert_int_equal(rig->stream.size.width, 640);
    assert_int_equal(rig->stream.fps_milli, 10000);
    assert_string_equal(rig_text(rig, 0), "{\"type\":\"state\",\"state\":\"streaming\"}");
    assert_int_equal(rig_frames(rig), 1); /* the first at once */
    rig_run(rig, SECOND_US);
    assert_int_equal(rig_frames(rig), 11);
    rig_forget(rig);
    rig_hear(rig, "{\"type\":\"stop\"}");
    assert_int_equal(rig->stops, 1);
    assert_string_equal(rig_text(rig, 0), "{\"type\":\"state\",\"state\":\"idle\"}");
    rig_run(rig, SECOND_US);
    assert_int_equal(rig->sent_count, 1);
    rig_hear(rig, "{\"type\":\"stop\"}"); /* a second one changes nothing */
    assert_int_equal(rig->stops, 1);
    assert_int_equal(rig->sent_count, 1);
}

static void start_while_streaming_changes_the_parameters(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_hear(rig, "{\"type\":\"start\",\"fps\":10}");
    rig_hear(rig, "{\"type\":\"start\",\"fps\":5,\"width\":160,\"height\":120}");
    assert_int_equal(rig->starts, 2);
    assert_int_equal(rig->stops, 0);
    assert_int_equal(rig->stream.size.width, 160);
    rig_forget(rig);
    rig_run(rig, SECOND_US);
    assert_int_equal(rig->sent_count, 5);
    assert_int_equal(rig_frames(rig), 5);
}

static void wishes_meet_what_the_device_can_do(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *text;
        uint16_t width;
        uint32_t fps_milli;
    } table[] = {
        {"{\"type\":\"start\"}", 640, 30000},
        {"{\"type\":\"start\",\"fps\":0,\"width\":0,\"height\":0}", 640, 30000},
        {"{\"type\":\"start\",\"fps\":31}", 640, 30000},
        {"{\"type\":\"start\",\"fps\":9223372036854775807}", 640, 30000},
        {"{\"type\":\"start\",\"fps\":1}", 640, 1000},
        {"{\"type\":\"start\",\"width\":1}", 160, 30000},
        {"{\"type\":\"start\",\"height\":900}", 1600, 30000},
        {"{\"type\":\"start\",\"width\":400}", 640, 30000}, /* half way: the larger */
        {"{\"type\":\"start\",\"width\":99999999,\"height\":1}", 1600, 30000},
    };
    rig_connect(rig);
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        rig_hear(rig, table[i].text);
        assert_int_equal(rig->starts, i + 1);
        assert_int_equal(rig->stream.size.width, table[i].width);
        assert_int_equal(rig->stream.fps_milli, table[i].fps_milli);
    }
    assert_int_equal(rig->agent.stats.texts_ignored, 0);
}

static void a_camera_that_does_not_start_is_reported_idle(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig->start_result = -EIO;
    rig_hear(rig, "{\"type\":\"start\"}");
    assert_int_equal(rig->agent.state, AGENT_IDLE);
    assert_int_equal(rig->sent_count, 1);
    assert_string_equal(rig_text(rig, 0), "{\"type\":\"state\",\"state\":\"idle\"}");
}

static void frames_carry_sequence_time_and_darkness(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig->dark = true;
    rig_hear(rig, "{\"type\":\"start\",\"fps\":10}");
    rig->dark = false;
    rig_run(rig, 200000);
    assert_int_equal(rig->sent_count, 4); /* state, three frames */
    for (unsigned i = 1; i < 4; i++) {
        assert_true(rig->sent[i].has_head);
        assert_int_equal(rig->sent[i].head.sequence, i - 1);
        assert_int_equal(rig->sent[i].head.flags, i == 1 ? WIRE_FLAG_DARK : 0);
        assert_int_equal(rig->sent[i].head.capture_us, SECOND_US + (i - 1) * 100000);
        assert_int_equal(rig->sent[i].picture.len_bytes, 4);
    }
    rig_hear(rig, "{\"type\":\"stop\"}");
    rig_hear(rig, "{\"type\":\"start\",\"fps\":10}");
    assert_int_equal(rig->sent[rig->sent_count - 1].head.sequence, 3); /* goes on rising */
}

static void the_rate_does_not_drift(void **state)
{
    struct rig *rig = *state;
    rig->params.max_fps_milli = 29970;
    rig_connect(rig);
    rig_hear(rig, "{\"type\":\"start\"}");
    for (int i = 0; i < 1000; i++) { /* every step comes a little late */
        rig->now_us = rig->deadline_us + 3000;
        rig_forget(rig);
        rig_step(rig, AGENT_TICK);
        assert_int_equal(rig_frames(rig), 1);
    }
    assert_int_equal(rig->deadline_us, SECOND_US + INT64_C(1001) * 1000000000 / 29970);
    assert_int_equal(rig->agent.stats.frames_skipped, 0);
}

static void steps_between_frames_send_none(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_hear(rig, "{\"type\":\"start\",\"fps\":10}");
    rig_forget(rig);
    rig->now_us += 99999;
    rig_step(rig, AGENT_TICK);
    rig_step(rig, AGENT_READY);
    assert_int_equal(rig->sent_count, 0);
    rig->now_us++;
    rig_step(rig, AGENT_TICK);
    assert_int_equal(rig_frames(rig), 1);
}

static void a_stall_of_the_platform_makes_no_burst(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_hear(rig, "{\"type\":\"start\",\"fps\":10}");
    rig_forget(rig);
    rig->now_us += 2 * SECOND_US + 50000;
    rig_step(rig, AGENT_TICK);
    assert_int_equal(rig_frames(rig), 1);
    assert_int_equal(rig->agent.stats.frames_skipped, 19);
    assert_int_equal(rig->deadline_us, rig->now_us + 50000); /* on the old grid */
    rig_run(rig, SECOND_US);
    assert_int_equal(rig_frames(rig), 11);
}

static void a_choked_socket_loses_frames_and_gains_none(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_hear(rig, "{\"type\":\"start\",\"fps\":10}");
    rig_forget(rig);
    unsigned grabs = rig->grabs;
    rig->choked = true;
    rig_run(rig, 1030000);
    assert_int_equal(rig->grabs, grabs); /* nothing is taken that cannot go */
    assert_int_equal(rig->agent.stats.frames_skipped, 9);
    rig->choked = false;
    rig_step(rig, AGENT_READY); /* 30 ms into its slot: the tenth goes late */
    assert_int_equal(rig_frames(rig), 1);
    rig_step(rig, AGENT_READY);
    assert_int_equal(rig_frames(rig), 1);
    rig_run(rig, 70000);
    assert_int_equal(rig_frames(rig), 2);
}

static void a_camera_without_picture_is_asked_again_next_time(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig->grab_result = -EAGAIN;
    rig_hear(rig, "{\"type\":\"start\",\"fps\":10}");
    rig_run(rig, 250000);
    assert_int_equal(rig->agent.stats.frames_failed, 3);
    assert_int_equal(rig_frames(rig), 0);
    rig->grab_result = 0;
    /* rig's release check counts failures by the stats: one more frame must be released */
    rig_run(rig, 50000);
    assert_int_equal(rig_frames(rig), 1);
    assert_int_equal(rig->sent[rig->sent_count - 1].head.sequence, 0);
}

static void set_applies_what_is_right_and_answers_what_is(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_hear(rig, "{\"type\":\"set\",\"values\":{\"brightness\":-2,\"mirror\":true}}");
    assert_string_equal(
        rig_text(rig, 0),
        "{\"type\":\"values\",\"values\":{\"brightness\":-2,\"contrast\":0,\"mirror\":true}}");
    assert_int_equal(rig->agent.values[0], -2);
    assert_int_equal(rig->agent.values[2], 1);
    assert_int_equal(rig->applied_control, 2);
    assert_int_equal(rig->applied_value, 1);
}

static void set_leaves_what_is_wrong(void **state)
{
    struct rig *rig = *state;
    static const char *const wrong[] = {
        "\"brightness\":3",
        "\"brightness\":-3",
        "\"brightness\":1.5",
        "\"brightness\":true",
        "\"brightness\":\"1\"",
        "\"brightness\":null",
        "\"brightness\":[1]",
        "\"contrast\":1",
        "\"mirror\":1",
        "\"mirror\":\"true\"",
        "\"sharpness\":1",
        "\"\":1",
        "\"brightness \":1",
        "\"brightness\":99999999999999999999999",
        "\"brightness\":{\"brightness\":1}",
    };
    rig_connect(rig);
    unsigned applies = rig->applies;
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char text[128] = "{\"type\":\"set\",\"values\":{";
        strcat(strcat(text, wrong[i]), "}}");
        rig_forget(rig);
        rig_hear(rig, text);
        assert_string_equal(
            rig_text(rig, 0),
            "{\"type\":\"values\",\"values\":{\"brightness\":0,\"contrast\":0,\"mirror\":false}}");
    }
    assert_int_equal(rig->applies, applies);
    rig->apply_result = -EIO; /* the sensor refuses */
    rig_hear(rig, "{\"type\":\"set\",\"values\":{\"contrast\":2}}");
    assert_int_equal(rig->agent.values[1], 0);
}

static void a_late_set_answer_tells_the_newest_values(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig->choked = true;
    rig_hear(rig, "{\"type\":\"set\",\"values\":{\"brightness\":1}}");
    rig_hear(rig, "{\"type\":\"set\",\"values\":{\"brightness\":2}}");
    rig->choked = false;
    rig_step(rig, AGENT_READY);
    assert_int_equal(rig->sent_count, 1);
    assert_non_null(strstr(rig_text(rig, 0), "\"brightness\":2"));
}

static void time_is_answered_with_the_clock_of_the_answer(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig->choked = true;
    rig_hear(rig, "{\"type\":\"time\",\"server_us\":-9223372036854775808}");
    rig->now_us = 5000000;
    rig->choked = false;
    rig_step(rig, AGENT_READY);
    assert_string_equal(
        rig_text(rig, 0),
        "{\"type\":\"time\",\"server_us\":-9223372036854775808,\"device_us\":5000000}");
}

static void battery_changes_are_told(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_battery(rig, 80);
    rig_battery(rig, 80);
    assert_int_equal(rig->sent_count, 1);
    assert_string_equal(rig_text(rig, 0), "{\"type\":\"state\",\"state\":\"idle\",\"battery\":80}");
    rig_battery(rig, AGENT_BATTERY_UNKNOWN);
    assert_string_equal(rig_text(rig, 1), "{\"type\":\"state\",\"state\":\"idle\"}");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(params_out_of_bounds_are_refused),
        TEST(boot_dials_and_sets_the_controls),
        TEST(hello_is_the_first_word),
        TEST(a_choked_socket_delays_the_hello_and_keeps_it_first),
        TEST(start_streams_and_stop_ends_it),
        TEST(start_while_streaming_changes_the_parameters),
        TEST(wishes_meet_what_the_device_can_do),
        TEST(a_camera_that_does_not_start_is_reported_idle),
        TEST(frames_carry_sequence_time_and_darkness),
        TEST(the_rate_does_not_drift),
        TEST(steps_between_frames_send_none),
        TEST(a_stall_of_the_platform_makes_no_burst),
        TEST(a_choked_socket_loses_frames_and_gains_none),
        TEST(a_camera_without_picture_is_asked_again_next_time),
        TEST(set_applies_what_is_right_and_answers_what_is),
        TEST(set_leaves_what_is_wrong),
        TEST(a_late_set_answer_tells_the_newest_values),
        TEST(time_is_answered_with_the_clock_of_the_answer),
        TEST(battery_changes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
