/* The agent's coming and going: backoff, captures across a link's life, sleep, plain mode. */
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

static void failed_dials_back_off_up_to_a_limit(void **state)
{
    struct rig *rig = *state;
    static const int64_t waits_us[] = {500000,  1000000,  2000000,  4000000,
                                       8000000, 15000000, 15000000, 15000000};
    for (unsigned pass = 0; pass < 2; pass++) { /* the smallest and the largest jitter */
        rig->random = pass ? UINT32_MAX : 0;
        rig_boot(rig);
        for (unsigned i = 0; i < sizeof(waits_us) / sizeof(waits_us[0]); i++) {
            unsigned dials = rig->dials;
            rig_step(rig, AGENT_DOWN);
            assert_int_equal(rig->agent.state, AGENT_WAITING);
            int64_t wait_us = rig->deadline_us - rig->now_us;
            if (pass)
                assert_in_range(wait_us, waits_us[i] - 1, waits_us[i]);
            else
                assert_int_equal(wait_us, waits_us[i] / 2);
            rig_run(rig, wait_us - 1);
            assert_int_equal(rig->dials, dials);
            rig_run(rig, 1);
            assert_int_equal(rig->dials, dials + 1);
            assert_int_equal(rig->agent.state, AGENT_DIALLING);
        }
    }
}

static void a_dial_that_nobody_answers_has_failed(void **state)
{
    struct rig *rig = *state;
    rig_boot(rig);
    rig_run(rig, AGENT_DIAL_TIMEOUT_US);
    assert_int_equal(rig->hangups, 1);
    assert_int_equal(rig->agent.state, AGENT_WAITING);
}

static void only_a_steady_connection_begins_the_wait_anew(void **state)
{
    struct rig *rig = *state;
    rig_boot(rig);
    rig_step(rig, AGENT_DOWN); /* waits 0.25 s */
    rig_run(rig, SECOND_US / 4);
    rig_step(rig, AGENT_UP);
    rig->now_us += AGENT_STEADY_US - 1;
    rig_step(rig, AGENT_DOWN); /* too short: the second wait */
    assert_int_equal(rig->deadline_us - rig->now_us, SECOND_US / 2);
    rig_run(rig, SECOND_US / 2);
    rig_step(rig, AGENT_UP);
    rig->now_us += AGENT_STEADY_US;
    rig_step(rig, AGENT_DOWN);
    assert_int_equal(rig->deadline_us - rig->now_us, SECOND_US / 4);
}

static void a_lost_link_stops_the_camera_and_forgets_what_waits(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_hear(rig, "{\"type\":\"start\"}");
    rig->choked = true;
    rig_hear(rig, "{\"type\":\"capture\",\"request\":1}");
    rig_hear(rig, "{\"type\":\"set\",\"values\":{\"brightness\":2}}");
    rig_step(rig, AGENT_DOWN);
    assert_int_equal(rig->stops, 1);
    rig_step(rig, AGENT_DOWN); /* reported twice */
    assert_int_equal(rig->stops, 1);
    rig->choked = false;
    rig_run(rig, SECOND_US / 2);
    rig_forget(rig);
    rig_step(rig, AGENT_UP);
    assert_int_equal(rig->sent_count, 1);
    assert_non_null(strstr(rig_text(rig, 0), "\"hello\"")); /* with the value that was set */
    assert_non_null(strstr(rig_text(rig, 0), "\"default\":0,\"value\":2"));
    assert_int_equal(rig->stills, 0);
    assert_int_equal(rig->agent.state, AGENT_IDLE); /* until started again */
}

static void events_out_of_place_change_nothing(void **state)
{
    struct rig *rig = *state;
    rig_boot(rig);
    rig_hear(rig, "{\"type\":\"start\"}"); /* not connected */
    rig_step(rig, AGENT_READY);
    assert_int_equal(rig->starts, 0);
    rig_step(rig, AGENT_DOWN);
    rig_step(rig, AGENT_UP); /* of a dial that was given up */
    assert_int_equal(rig->agent.state, AGENT_WAITING);
    assert_int_equal(rig->sent_count, 0);
}

static void capture_while_idle(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_hear(rig, "{\"type\":\"capture\",\"request\":4294967295}");
    assert_int_equal(rig->wish.size.width, 1600);
    assert_int_equal(rig->sent_count, 2);
    assert_false(rig->sent[0].is_text);
    assert_int_equal(rig->sent[0].head.flags, WIRE_FLAG_STILL);
    assert_int_equal(rig->sent[0].head.sequence, UINT32_MAX);
    assert_string_equal(rig_text(rig, 1),
                        "{\"type\":\"captured\",\"request\":4294967295,\"ok\":true}");
    assert_int_equal(rig->agent.state, AGENT_IDLE);
}

static void capture_while_streaming_costs_no_frame(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_hear(rig, "{\"type\":\"start\",\"fps\":10}");
    rig_forget(rig);
    rig_hear(rig, "{\"type\":\"capture\",\"request\":7,\"width\":640}");
    assert_int_equal(rig->wish.size.width, 640);
    assert_int_equal(rig->sent_count, 2);
    rig_run(rig, SECOND_US);
    assert_int_equal(rig_frames(rig), 11);
    assert_int_equal(rig->sent[2].head.sequence, 1); /* the still took none of theirs */
}

static void a_still_and_its_answer_wait_for_the_socket_one_by_one(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig->take = 1;
    rig_hear(rig, "{\"type\":\"capture\",\"request\":7}");
    assert_int_equal(rig->sent_count, 1);
    rig->choked = false;
    rig->take = 1;
    rig_step(rig, AGENT_READY);
    assert_int_equal(rig->sent_count, 2);
    assert_int_equal(rig->sent[0].head.sequence, 7);
    assert_non_null(strstr(rig_text(rig, 1), "\"request\":7"));
}

static void a_capture_that_fails_says_so(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig->still_result = -ENOMEM;
    rig_hear(rig, "{\"type\":\"capture\",\"request\":7}");
    assert_int_equal(rig->sent_count, 1);
    assert_string_equal(rig_text(rig, 0), "{\"type\":\"captured\",\"request\":7,\"ok\":false,"
                                          "\"error\":\"the camera gave no picture\"}");
}

static void a_newer_capture_replaces_the_one_that_waits(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig->choked = true;
    rig_hear(rig, "{\"type\":\"capture\",\"request\":7}");
    rig_hear(rig, "{\"type\":\"capture\",\"request\":8}");
    rig->choked = false;
    rig_step(rig, AGENT_READY);
    assert_int_equal(rig->stills, 1);
    assert_int_equal(rig->sent[0].head.sequence, 8);
    assert_non_null(strstr(rig_text(rig, 1), "\"request\":8"));
}

/* Connected, idle for 10 s, and with a goodbye to say. */
static void begin_to_leave(struct rig *rig, bool choked)
{
    rig->params.rest_after_us = 10 * SECOND_US;
    rig->params.rest_us = 60 * SECOND_US;
    rig_connect(rig);
    rig->choked = choked;
    rig_forget(rig);
    rig_run(rig, 10 * SECOND_US);
}

static void it_says_goodbye_rests_and_comes_back(void **state)
{
    struct rig *rig = *state;
    begin_to_leave(rig, false);
    assert_int_equal(rig->sent_count, 1);
    assert_string_equal(rig_text(rig, 0),
                        "{\"type\":\"state\",\"state\":\"sleeping\",\"wake_in_s\":60}");
    assert_int_equal(rig->hangups, 1);
    assert_int_equal(rig->slept_us, 60 * SECOND_US);
    assert_int_equal(rig->agent.state, AGENT_RESTING);
    rig_step(rig, AGENT_DOWN); /* the platform reports the end after all */
    assert_int_equal(rig->agent.state, AGENT_RESTING);
    rig_run(rig, 60 * SECOND_US - 1);
    assert_int_equal(rig->dials, 1);
    rig_run(rig, 1);
    assert_int_equal(rig->dials, 2);
}

static void a_goodbye_that_nobody_takes_ends_anyway(void **state)
{
    struct rig *rig = *state;
    begin_to_leave(rig, true);
    rig_hear(rig, "{\"type\":\"start\"}"); /* too late */
    assert_int_equal(rig->agent.state, AGENT_LEAVING);
    rig_run(rig, AGENT_FAREWELL_US);
    assert_int_equal(rig->hangups, 1);
    assert_int_equal(rig->sleeps, 1);
    assert_int_equal(rig->starts, 0);
    assert_int_equal(rig->sent_count, 0);
}

static void a_link_lost_while_leaving_is_rest(void **state)
{
    struct rig *rig = *state;
    begin_to_leave(rig, true);
    rig_step(rig, AGENT_DOWN);
    assert_int_equal(rig->agent.state, AGENT_RESTING);
    assert_int_equal(rig->sleeps, 1);
}

static void it_rests_by_itself_when_nobody_wants_anything(void **state)
{
    struct rig *rig = *state;
    rig->params.rest_after_us = 10 * SECOND_US;
    rig->params.rest_us = 299500000;
    rig_connect(rig);
    assert_int_equal(rig->deadline_us, rig->now_us + 10 * SECOND_US);
    rig_run(rig, 5 * SECOND_US);
    rig_hear(rig, "{\"type\":\"capture\",\"request\":1}"); /* wanted: the time starts again */
    rig_run(rig, 9 * SECOND_US);
    rig_hear(rig, "{\"type\":\"start\",\"fps\":1}");
    rig_run(rig, 60 * SECOND_US); /* not while streaming */
    assert_int_equal(rig->agent.state, AGENT_STREAMING);
    rig_hear(rig, "{\"type\":\"stop\"}");
    rig_run(rig, 10 * SECOND_US - 1);
    rig_forget(rig);
    assert_int_equal(rig->agent.state, AGENT_IDLE);
    rig_run(rig, 1);
    assert_string_equal(rig_text(rig, 0),
                        "{\"type\":\"state\",\"state\":\"sleeping\",\"wake_in_s\":300}");
    assert_int_equal(rig->slept_us, 299500000);
    rig_run(rig, 299500000);
    assert_int_equal(rig->agent.state, AGENT_DIALLING);
}

static void a_plain_device_pushes_and_listens_to_nobody(void **state)
{
    struct rig *rig = *state;
    rig->params.plain = true;
    rig->params.max_fps_milli = 5000;
    rig->params.rest_after_us = SECOND_US;
    rig_boot(rig);
    rig_step(rig, AGENT_UP);
    assert_int_equal(rig->stream.size.width, 640);
    rig_hear(rig, "{\"type\":\"stop\"}");
    rig_battery(rig, 50);
    rig_run(rig, 2 * SECOND_US);
    assert_int_equal(rig->sent_count, 11);
    assert_int_equal(rig_frames(rig), 11);
    assert_false(rig->sent[0].has_head);
    rig_step(rig, AGENT_DOWN);
    assert_int_equal(rig->stops, 1);
}

static void a_plain_device_whose_camera_fails_tries_again_later(void **state)
{
    struct rig *rig = *state;
    rig->params.plain = true;
    rig->start_result = -EIO;
    rig_boot(rig);
    rig_step(rig, AGENT_UP);
    assert_int_equal(rig->hangups, 1);
    assert_int_equal(rig->agent.state, AGENT_WAITING);
    rig->start_result = 0;
    rig_run(rig, SECOND_US / 2);
    rig_step(rig, AGENT_UP);
    assert_int_equal(rig->agent.state, AGENT_STREAMING);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(failed_dials_back_off_up_to_a_limit),
        TEST(a_dial_that_nobody_answers_has_failed),
        TEST(only_a_steady_connection_begins_the_wait_anew),
        TEST(a_lost_link_stops_the_camera_and_forgets_what_waits),
        TEST(events_out_of_place_change_nothing),
        TEST(capture_while_idle),
        TEST(capture_while_streaming_costs_no_frame),
        TEST(a_still_and_its_answer_wait_for_the_socket_one_by_one),
        TEST(a_capture_that_fails_says_so),
        TEST(a_newer_capture_replaces_the_one_that_waits),
        TEST(it_says_goodbye_rests_and_comes_back),
        TEST(a_goodbye_that_nobody_takes_ends_anyway),
        TEST(a_link_lost_while_leaving_is_rest),
        TEST(it_rests_by_itself_when_nobody_wants_anything),
        TEST(a_plain_device_pushes_and_listens_to_nobody),
        TEST(a_plain_device_whose_camera_fails_tries_again_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
