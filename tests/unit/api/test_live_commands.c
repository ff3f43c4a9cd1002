#include "api/live.h"

#include <errno.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "world.h"

static int setup(void **state)
{
    *state = mem_new(struct world);
    world_init(*state);
    return 0;
}

static int teardown(void **state)
{
    world_finish(*state);
    mem_free(*state);
    return 0;
}

/* --- Captures. --- */

static void a_still_comes_behind_its_event(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    world_say(world, ws, "{\"type\":\"capture\",\"camera\":\"porch\",\"request\":3}");
    assert_int_equal(porch->captures, 1);
    world_still(porch, "still", 1600, 1200);
    json_t *event = world_event(ws, "captured");
    assert_true(json_is_true(json_object_get(event, "ok")));
    assert_int_equal(world_integer(event, "request"), 3);
    assert_int_equal(world_integer(event, "width"), 1600);
    assert_int_equal(world_integer(event, "height"), 1200);
    assert_int_equal(world_integer(event, "bytes"), 5);
    json_decref(event);
    struct live_head head = world_expect_media(ws, LIVE_STILL, "still");
    assert_int_equal(head.sequence, 3);
    assert_int_equal(head.stream, 0);
    assert_int_equal(head.unit_offset, LIVE_HEAD_BYTES);
    world_assert_silent(ws);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

static void expect_not_captured(struct ws *ws, const char *code, json_int_t request)
{
    json_t *event = world_event(ws, "captured");
    assert_true(json_is_false(json_object_get(event, "ok")));
    assert_string_equal(world_string(event, "code"), code);
    assert_int_equal(world_integer(event, "request"), request);
    json_decref(event);
}

static void captures_fail_clearly(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    world_say(world, ws, "{\"type\":\"capture\",\"camera\":\"porch\",\"request\":1}");
    camera_captured(porch->camera, porch->captures, -EIO, NULL);
    expect_not_captured(ws, "failed", 1);
    world_say(world, ws, "{\"type\":\"capture\",\"camera\":\"porch\",\"request\":2}");
    fake_clock_advance(11 * US_PER_S);
    fake_net_turn(world->net);
    expect_not_captured(ws, "timeout", 2);
    world_device_gone(porch);
    world_drain(world, ws);
    world_say(world, ws, "{\"type\":\"capture\",\"camera\":\"porch\",\"request\":4}");
    expect_not_captured(ws, "offline", 4);
    world_say(world, ws, "{\"type\":\"capture\",\"camera\":\"garden\",\"request\":5}");
    json_t *error = world_event(ws, "error");
    assert_string_equal(world_string(error, "code"), "no-such-camera");
    assert_string_equal(world_string(error, "message"), "there is no camera \"garden\"");
    assert_string_equal(world_string(error, "camera"), "garden");
    assert_int_equal(world_integer(error, "request"), 5);
    json_decref(error);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

static void open_captures_are_limited(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    char text[80];
    for (int i = 1; i <= LIVE_MAX_CAPTURES; i++) {
        snprintf(text, sizeof(text), "{\"type\":\"capture\",\"camera\":\"porch\",\"request\":%d}",
                 i);
        world_say(world, ws, text);
    }
    world_assert_silent(ws);
    world_say(world, ws, "{\"type\":\"capture\",\"camera\":\"porch\",\"request\":5}");
    json_t *error = world_event(ws, "error");
    assert_string_equal(world_string(error, "code"), "too-many");
    assert_int_equal(world_integer(error, "request"), 5);
    json_decref(error);
    fake_ws_destroy(ws); /* its captures go with it */
    assert_true(!camera_view(porch->camera).is_capturing);
    world_device_free(porch);
}

static void stills_that_nobody_reads_do_not_pile_up(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    char *large = mem_new_array(char, (4 << 20) + 1);
    memset(large, 'x', 4 << 20);
    for (int i = 1; i <= 6; i++) {
        world_say(world, ws, "{\"type\":\"capture\",\"camera\":\"porch\",\"request\":1}");
        world_still(porch, large, 1600, 1200);
    }
    mem_free(large);
    int sent = 0, refused = 0;
    struct fake_message message;
    while (fake_ws_next(ws, &message)) {
        sent += message.binary;
        refused += !message.binary && strstr((char *)message.bytes, "\"ok\":false") != NULL;
        fake_message_free(&message);
    }
    assert_int_equal(sent, 4);
    assert_int_equal(refused, 2);
    assert_int_equal(fake_ws_close_code(ws), 0);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

/* --- Settings, ping, errors. --- */

static void set_is_answered_with_what_became_of_it(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    world_say(
        world, ws,
        "{\"type\":\"set\",\"camera\":\"porch\",\"request\":4,\"values\":{\"brightness\":1}}");
    world_expect_event(ws, "camera");
    json_t *event = world_event(ws, "set-done");
    assert_true(json_is_true(json_object_get(event, "ok")));
    assert_int_equal(world_integer(event, "request"), 4);
    assert_int_equal(world_integer(event, "change"), 1);
    json_decref(event);
    assert_int_equal(porch->sets, 1);
    world_drain(world, ws);

    world_report(porch, "{\"brightness\":2}");
    event = world_event(ws, "setting");
    assert_int_equal(world_integer(event, "change"), 1);
    assert_string_equal(world_string(event, "result"), "corrected");
    assert_int_equal(world_integer(json_object_get(event, "values"), "brightness"), 2);
    json_decref(event);
    fake_net_turn(world->net);
    world_drain(world, ws);

    world_say(
        world, ws,
        "{\"type\":\"set\",\"camera\":\"porch\",\"request\":5,\"values\":{\"brightness\":3}}");
    event = world_event(ws, "set-done");
    assert_true(json_is_false(json_object_get(event, "ok")));
    assert_string_equal(world_string(event, "code"), "invalid");
    assert_string_equal(world_string(event, "message"), "brightness must be -2 to 2");
    json_decref(event);

    /* A name that is cut inside a letter still leaves a sentence. */
    world_say(world, ws,
              "{\"type\":\"set\",\"camera\":\"porch\",\"request\":5,\"values\":"
              "{\"1234567890123456789012345678901\xc3\xa9\":1}}");
    event = world_event(ws, "set-done");
    assert_string_equal(world_string(event, "code"), "invalid");
    assert_string_not_equal(world_string(event, "message"), "(none)");
    json_decref(event);

    world_device_gone(porch); /* remembered until it is back */
    world_drain(world, ws);
    world_say(world, ws,
              "{\"type\":\"set\",\"camera\":\"porch\",\"request\":6,\"values\":{\"mirror\":true}}");
    event = world_event(ws, "set-done");
    assert_true(json_is_true(json_object_get(event, "ok")));
    json_decref(event);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

static void ping_brings_the_servers_clock(void **state)
{
    struct world *world = *state;
    struct ws *ws = world_page(world);
    world_say(world, ws, "{\"type\":\"ping\",\"t\":1234.5}");
    json_t *pong = world_event(ws, "pong");
    assert_true(json_real_value(json_object_get(pong, "t")) == 1234.5);
    assert_int_equal(world_integer(pong, "server_us"), clock_now_us(&fake_clock));
    json_decref(pong);
    fake_ws_destroy(ws);
}

static void what_is_not_understood_is_answered(void **state)
{
    struct world *world = *state;
    struct ws *ws = world_page(world);
    world_say(world, ws, "hello");
    world_expect_error(ws, "bad-message", "(none)");
    world_say(world, ws, "{\"type\":\"dance\",\"camera\":\"porch\"}");
    world_expect_error(ws, "unsupported", "porch");
    world_say(world, ws, START("porch", "h264"));
    world_expect_error(ws, "no-such-camera", "porch");
    assert_int_equal(fake_ws_close_code(ws), 0);
    fake_ws_say_binary(ws, "x", 1);
    assert_int_equal(fake_ws_close_code(ws), 1003);
    fake_net_turn(world->net);
    fake_ws_destroy(ws);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_still_comes_behind_its_event),
        TEST(captures_fail_clearly),
        TEST(open_captures_are_limited),
        TEST(stills_that_nobody_reads_do_not_pile_up),
        TEST(set_is_answered_with_what_became_of_it),
        TEST(ping_brings_the_servers_clock),
        TEST(what_is_not_understood_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
