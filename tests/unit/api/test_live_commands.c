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

/* --- Captures. --- */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(captures_fail_clearly),
        WORLD_TEST(open_captures_are_limited),
        WORLD_TEST(stills_that_nobody_reads_do_not_pile_up),
        WORLD_TEST(what_is_not_understood_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
