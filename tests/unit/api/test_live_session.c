#include "api/live.h"

#include <errno.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "camera/control_json.h"
#include "camera/source.h"
#include "world.h"

static void hello_comes_first_with_every_camera(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch"), *garden = world_device(world, "garden");
    struct ws_accept accept;
    struct http_request *request =
        fake_request_create(world->net, &(struct fake_request){.path = "/api/v1/live"});
    assert_int_equal(api_upgrade(&world->page, request, &accept), 0);
    fake_request_destroy(request);
    struct ws *ws = fake_ws_open(world->net, &accept);

    json_t *hello = world_event(ws, "hello");
    assert_string_equal(world_string(hello, "version"), "0.0.0-\"test\"");
    assert_int_equal(strlen(world_string(hello, "boot")), 32);
    assert_int_equal(world_integer(hello, "server_us"), clock_now_us(&fake_clock));
    json_decref(hello);
    static const char *const IDS[] = {"porch", "garden"};
    for (unsigned i = 0; i < 2; i++) {
        json_t *event = world_event(ws, "camera");
        assert_string_equal(world_string(json_object_get(event, "camera"), "id"), IDS[i]);
        assert_int_equal(
            json_array_size(json_object_get(json_object_get(event, "camera"), "controls")), 2);
        json_decref(event);
    }
    json_t *listed = world_event(ws, "listed");
    assert_int_equal(world_integer(listed, "cameras"), 2);
    json_decref(listed);
    world_assert_silent(ws);
    fake_ws_destroy(ws);
    world_device_free(porch);
    world_device_free(garden);
}

static void the_init_segment_comes_again_when_it_is_another_one(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    world_say(world, ws, START("porch", "h264"));
    world_drain(world, ws);
    world_h264(world, porch, "k1", true, true);
    fake_net_turn(world->net);
    world_expect_media(ws, LIVE_INIT, "init");
    world_expect_media(ws, LIVE_CHUNK, "mmmmmmmmk1");
    world_h264(world, porch, "d1", false, false);
    fake_net_turn(world->net);
    world_expect_media(ws, LIVE_CHUNK, "mmmmmmmmd1");
    world_h264(world, porch, "k2", true, false);
    fake_net_turn(world->net);
    world_expect_media(ws, LIVE_CHUNK, "mmmmmmmmk2");
    world_h264(world, porch, "k3", true, true);
    fake_net_turn(world->net);
    world_expect_media(ws, LIVE_INIT, "init");
    world_expect_media(ws, LIVE_CHUNK, "mmmmmmmmk3");
    world_assert_silent(ws);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

static void a_joiner_asks_for_a_key_and_begins_with_it(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *first = world_page(world);
    world_say(world, first, START("porch", "h264"));
    world_h264(world, porch, "k1", true, true);
    fake_net_turn(world->net);
    world_drain(world, first);
    world_h264(world, porch, "d1", false, false);
    fake_net_turn(world->net);
    world_drain(world, first);

    struct ws *second = world_page(world);
    assert_false(world_wants_key(world, "porch"));
    world_say(world, second, START("porch", "h264"));
    world_drain(world, second);
    assert_true(world_wants_key(world, "porch"));
    world_h264(world, porch, "d2", false, false);
    world_h264(world, porch, "k2", true, false);
    fake_net_turn(world->net);
    world_expect_media(second, LIVE_INIT, "init");
    world_expect_media(second, LIVE_CHUNK, "mmmmmmmmk2");
    world_assert_silent(second);
    world_expect_media(first, LIVE_CHUNK, "mmmmmmmmd2");
    world_expect_media(first, LIVE_CHUNK, "mmmmmmmmk2");
    fake_ws_destroy(first);
    fake_ws_destroy(second);
    world_device_free(porch);
}

static void key_asks_the_encoder(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    world_say(world, ws, "{\"type\":\"key\",\"camera\":\"porch\"}");
    world_expect_error(ws, "invalid", "porch");
    world_say(world, ws, START("porch", "h264"));
    world_drain(world, ws);
    world_h264(world, porch, "k", true, true);
    fake_net_turn(world->net);
    world_drain(world, ws);
    assert_false(world_wants_key(world, "porch"));
    world_say(world, ws, "{\"type\":\"key\",\"camera\":\"porch\"}");
    assert_true(world_wants_key(world, "porch"));
    world_assert_silent(ws);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

static void a_second_start_replaces_the_first_and_the_camera_does_not_blink(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    world_say(world, ws, START("porch", "h264"));
    assert_non_null(world_encoding(world, "porch"));
    world_drain(world, ws);
    world_say(world, ws, START("porch", "jpeg"));
    world_expect_event(ws, "started");
    assert_true(list_empty(&world->encodings)); /* a JPEG viewer needs no encoder */
    assert_int_equal(camera_view(porch->camera).leases, 1);
    assert_int_equal(porch->stops, 0);
    world_jpeg(porch, "frame", 640, 480);
    world_drain(world, ws);
    world_jpeg(porch, "frame two", 640, 480);
    fake_net_turn(world->net);
    world_expect_media(ws, LIVE_JPEG, "frame two");
    world_assert_silent(ws);
    fake_ws_destroy(ws);
    assert_int_equal(camera_view(porch->camera).leases, 0);
    world_device_free(porch);
}

static void a_slow_page_skips_and_holds_nothing(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *slow = world_page(world), *fast = world_page(world);
    world_say(world, slow, START("porch", "jpeg"));
    world_say(world, fast, START("porch", "jpeg"));
    world_jpeg(porch, "frame", 640, 480);
    world_drain(world, slow);
    world_drain(world, fast);
    for (int i = 0; i < 100; i++) {
        char frame[16];
        snprintf(frame, sizeof(frame), "frame %d", i);
        world_jpeg(porch, frame, 640, 480);
        fake_net_turn(world->net);
        world_expect_media(fast, LIVE_JPEG, frame);
    }
    const struct camera *camera = porch->camera;
    assert_int_equal(camera_view(camera).stats.skipped_for_slow, 0);
    assert_int_equal(camera_view(camera).stats.sent, 102);
    world_expect_media(slow, LIVE_JPEG, "frame 99");
    world_assert_silent(slow);
    assert_int_equal(camera_view(camera).stats.skipped_for_slow, 99);
    fake_ws_destroy(slow);
    fake_ws_destroy(fast);
    world_device_free(porch);
}

static void cameras_take_turns(void **state)
{
    struct world *world = *state;
    struct device *a = world_device(world, "a"), *b = world_device(world, "b");
    struct ws *ws = world_page(world);
    world_say(world, ws, START("a", "h264"));
    world_say(world, ws, START("b", "jpeg"));
    world_drain(world, ws);
    world_h264(world, a, "k", true, true);
    world_h264(world, a, "d1", false, false);
    world_h264(world, a, "d2", false, false);
    world_jpeg(b, "b1", 640, 480);
    fake_net_turn(world->net);
    char order[8] = "";
    for (int i = 0; i < 5; i++) {
        struct fake_message message;
        struct live_head head = world_media(ws, &message);
        strcat(order, head.kind == LIVE_INIT ? "i" : head.kind == LIVE_CHUNK ? "c" : "j");
        fake_message_free(&message);
    }
    assert_true(strcmp(order, "ijccc") == 0 || strcmp(order, "jiccc") == 0);
    fake_ws_destroy(ws);
    world_device_free(a);
    world_device_free(b);
}

/* --- Limits. --- */

static void cameras_of_a_page_are_limited(void **state)
{
    struct world *world = *state;
    struct device *devices[LIVE_MAX_CAMERAS + 1];
    struct ws *ws = world_page(world);
    char text[80];
    for (int i = 0; i <= LIVE_MAX_CAMERAS; i++) {
        snprintf(text, sizeof(text), "c%d", i);
        devices[i] = world_device(world, text);
        snprintf(text, sizeof(text),
                 "{\"type\":\"start\",\"camera\":\"c%d\",\"rendition\":\"jpeg\"}", i);
        world_say(world, ws, text);
        if (i == LIVE_MAX_CAMERAS)
            break;
        world_drain(world, ws);
        assert_int_equal(camera_view(devices[i]->camera).leases, 1);
    }
    world_expect_event(ws, "camera"); /* there is a 65th, but not for this page */
    world_expect_error(ws, "too-many", "c64");
    /* One that it watches already may be started again. */
    world_say(world, ws, START("c0", "h264"));
    world_expect_event(ws, "started");
    fake_ws_destroy(ws);
    for (int i = 0; i <= LIVE_MAX_CAMERAS; i++)
        world_device_free(devices[i]);
}

static void a_page_that_does_not_read_its_answers_is_closed(void **state)
{
    struct world *world = *state;
    struct ws *ws = world_page(world);
    for (int i = 0; i < LIVE_QUEUE_MAX_ITEMS; i++) {
        fake_clock_advance(20 * US_PER_MS);
        fake_ws_say(ws, "{\"type\":\"ping\",\"t\":1}");
    }
    assert_int_equal(fake_ws_close_code(ws), 0);
    fake_ws_say(ws, "{\"type\":\"ping\",\"t\":1}");
    assert_int_equal(fake_ws_close_code(ws), 1008);
    fake_net_turn(world->net);
    fake_ws_destroy(ws);
}

/* --- Camera events. --- */

static void changes_are_told_at_most_so_often_and_the_last_one_always(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    camera_battery(porch->camera, 0);
    fake_net_turn(world->net);
    json_t *event = world_event(ws, "camera"); /* the first at once */
    assert_int_equal(world_integer(json_object_get(event, "camera"), "battery"), 0);
    assert_null(json_object_get(json_object_get(event, "camera"), "controls"));
    json_decref(event);
    for (int i = 1; i < 50; i++) {
        camera_battery(porch->camera, i);
        fake_net_turn(world->net);
    }
    world_assert_silent(ws);
    fake_clock_advance(500 * US_PER_MS);
    fake_net_turn(world->net);
    event = world_event(ws, "camera");
    assert_int_equal(world_integer(json_object_get(event, "camera"), "battery"), 49);
    json_decref(event);
    world_assert_silent(ws);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

static void the_more_pages_the_less_often_they_are_told(void **state)
{
    enum { PAGES = 1000 };
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    static struct ws *pages[PAGES];
    for (int i = 0; i < PAGES; i++)
        pages[i] = world_page(world);
    unsigned told = 0;
    for (int ms = 0; ms < 1000; ms++) {
        fake_clock_advance(US_PER_MS);
        camera_battery(porch->camera, ms % 100);
        fake_net_turn(world->net);
        for (int i = 0; i < PAGES; i++)
            told += fake_ws_skip(pages[i]);
    }
    assert_in_range(told, 2 * PAGES, 5 * PAGES); /* of 1,000; at most twice a second */
    for (int i = 0; i < PAGES; i++)
        fake_ws_destroy(pages[i]);
    world_device_free(porch);
}

static void a_page_that_reads_nothing_holds_one_event_a_camera(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    for (int i = 0; i < 1000; i++) {
        camera_battery(porch->camera, i % 100);
        fake_clock_advance(US_PER_S);
        fake_net_turn(world->net);
    }
    json_t *event = world_event(ws, "camera");
    assert_int_equal(world_integer(json_object_get(event, "camera"), "battery"), 99);
    json_decref(event);
    world_assert_silent(ws);
    assert_int_equal(fake_ws_close_code(ws), 0);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

/* 64 controls of 64 long options each: 150 KB for each camera's object. */
static void give_many_controls(struct device *device)
{
    json_t *controls = json_array();
    for (int i = 0; i < 64; i++) {
        char text[40];
        json_t *options = json_array();
        for (int k = 0; k < 64; k++) {
            snprintf(text, sizeof(text), "option %02d of the control no. %02d", k, i);
            json_array_append_new(options, json_string(text));
        }
        snprintf(text, sizeof(text), "control_%d", i);
        json_array_append_new(controls,
                              json_pack("{s:s,s:s,s:o,s:O}", "name", text, "type", "menu",
                                        "options", options, "value", json_array_get(options, 0)));
    }
    struct controls read;
    control_json_schema(controls, &read);
    json_decref(controls);
    camera_learned(device->camera, "Fake", &read);
    controls_finish(&read);
}

static void many_cameras_with_many_controls_close_no_page(void **state)
{
    enum { CAMERAS = 64 };
    struct world *world = *state;
    static struct device *devices[CAMERAS];
    for (int i = 0; i < CAMERAS; i++) {
        char id[16];
        snprintf(id, sizeof(id), "c%d", i);
        devices[i] = world_device(world, id);
        give_many_controls(devices[i]);
    }
    fake_net_turn(world->net);
    struct ws *ws = world_page(world); /* each of them was described */
    for (int i = 0; i < CAMERAS; i++)
        give_many_controls(devices[i]);
    world_drain(world, ws);
    assert_int_equal(fake_ws_close_code(ws), 0);
    fake_ws_destroy(ws);
    for (int i = 0; i < CAMERAS; i++)
        world_device_free(devices[i]);
}

/* --- Ends. --- */

static void motion_is_told_as_the_contract_says(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    struct guard_event motion = {.phase = GUARD_BEGAN,
                                 .camera = "porch",
                                 .number = 17,
                                 .start_us = INT64_C(1796093888044000),
                                 .box = {0.25f, 0.5f, 0.125f, 0.25f},
                                 .score = 0.75f};
    const struct event event = {.type = EVENT_MOTION, .camera = porch->camera, .motion = &motion};
    event_tell(service_events(world->service), &event);
    struct fake_message message; /* its nulls are not as in the contract's example */
    assert_true(fake_ws_next(ws, &message));
    assert_non_null(strstr((const char *)message.bytes, "\"state\":\"began\""));
    assert_non_null(strstr((const char *)message.bytes, "\"end\":null"));
    fake_message_free(&message);
    motion.phase = GUARD_ENDED;
    motion.end_us = motion.start_us + US_PER_S;
    motion.photo = 8;
    motion.clip = 9;
    event_tell(service_events(world->service), &event);
    json_t *ended = world_event(ws, "motion");
    assert_string_equal(world_string(ended, "state"), "ended");
    assert_string_equal(world_string(ended, "start"), "2026-12-01T02:58:08.044Z");
    assert_string_equal(world_string(ended, "end"), "2026-12-01T02:58:09.044Z");
    assert_string_equal(world_string(ended, "photo"), "8");
    assert_string_equal(world_string(ended, "clip"), "9");
    json_decref(ended);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(hello_comes_first_with_every_camera),
        WORLD_TEST(the_init_segment_comes_again_when_it_is_another_one),
        WORLD_TEST(a_joiner_asks_for_a_key_and_begins_with_it),
        WORLD_TEST(key_asks_the_encoder),
        WORLD_TEST(a_second_start_replaces_the_first_and_the_camera_does_not_blink),
        WORLD_TEST(a_slow_page_skips_and_holds_nothing),
        WORLD_TEST(cameras_take_turns),
        WORLD_TEST(cameras_of_a_page_are_limited),
        WORLD_TEST(a_page_that_does_not_read_its_answers_is_closed),
        WORLD_TEST(changes_are_told_at_most_so_often_and_the_last_one_always),
        WORLD_TEST(the_more_pages_the_less_often_they_are_told),
        WORLD_TEST(a_page_that_reads_nothing_holds_one_event_a_camera),
        WORLD_TEST(many_cameras_with_many_controls_close_no_page),
        WORLD_TEST(motion_is_told_as_the_contract_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
