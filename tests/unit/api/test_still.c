#include "api/still.h"

#include <errno.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

/* max_age: the last picture will do while it is that young. The poster never wakes. */
static void an_older_picture_does_not_wake(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_get(world, "/poster/porch.jpg");
    assert_int_equal(fake_answer(request)->status, 404);
    fake_request_destroy(request);
    request = world_get(world, "/snapshot/porch.jpg");
    world_jpeg(porch, "the last one", 640, 480);
    fake_net_turn(world->net);
    fake_request_destroy(request);
    assert_int_equal(camera_state(porch->camera), DEMAND_ASLEEP);
    assert_int_equal(porch->starts, 1);

    fake_clock_advance(60 * US_PER_S);
    static const char *const YOUNG[] = {"max_age=60", "max_age=604800"};
    for (unsigned i = 0; i < 3; i++) {
        request = i < 2 ? world_ask(world, &(struct fake_request){.path = "/snapshot/porch.jpg",
                                                                  .query = YOUNG[i]})
                        : world_get(world, "/poster/porch.jpg");
        assert_int_equal(fake_answer(request)->status, 200);
        assert_string_equal(fake_answer(request)->content_type, "image/jpeg");
        assert_string_equal(fake_answer(request)->body, "the last one");
        fake_request_destroy(request);
    }
    assert_int_equal(porch->starts, 1);
    static const char *const WRONG[] = {"max_age=", "max_age=-1", "max_age=x", "max_age=604801"};
    for (unsigned i = 0; i < 4; i++) {
        request = world_ask(
            world, &(struct fake_request){.path = "/snapshot/porch.jpg", .query = WRONG[i]});
        assert_int_equal(fake_answer(request)->status, 400);
        fake_request_destroy(request);
    }
    assert_int_equal(porch->starts, 1);
    request = world_ask(
        world, &(struct fake_request){.path = "/snapshot/porch.jpg", .query = "max_age=59"});
    assert_int_equal(fake_answer(request)->status, 0); /* too old: it wakes */
    assert_int_equal(porch->starts, 2);
    fake_request_destroy(request);
    world_device_free(porch);
}

/* Ten minutes of a tablet that shows a snapshot every 10 s, of a camera whose first picture comes
 * 0.8 s after it was woken. Returns the seconds it was awake. */
static double ten_minutes_of_a_tablet(struct world *world, struct device *device, const char *query)
{
    const int64_t before_us = camera_view(device->camera).awake_us;
    for (int i = 0; i < 60; i++) {
        struct http_request *request =
            world_ask(world, &(struct fake_request){.path = "/snapshot/porch.jpg", .query = query});
        fake_clock_advance(800 * US_PER_MS);
        if (camera_state(device->camera) == DEMAND_WAKING)
            world_jpeg(device, "picture", 640, 480);
        fake_net_turn(world->net);
        assert_int_equal(fake_answer(request)->status, 200);
        fake_request_destroy(request);
        fake_clock_advance(9200 * US_PER_MS);
        fake_net_turn(world->net);
        assert_int_equal(camera_state(device->camera), DEMAND_ASLEEP);
    }
    return (double)(camera_view(device->camera).awake_us - before_us) / US_PER_S;
}

static void a_tablet_does_not_keep_a_camera_awake(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    assert_true(ten_minutes_of_a_tablet(world, porch, NULL) <= 0.12 * 600);
    assert_true(ten_minutes_of_a_tablet(world, porch, "max_age=60") <= 0.04 * 600);
    world_device_free(porch);
}

static void a_snapshot_is_given_up_after_3_s(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_get(world, "/snapshot/porch.jpg");
    fake_clock_advance(3 * US_PER_S - 1);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 0);
    fake_clock_advance(1);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 504);
    assert_string_equal(fake_answer(request)->content_type, "text/plain; charset=utf-8");
    assert_string_equal(fake_answer(request)->body,
                        "the camera did not deliver a picture in time: no usable frame within 3 "
                        "s\n");
    fake_request_destroy(request);
    world_device_free(porch);
}

/* A poller that gives up before the start does: the reason is said to it and to the page. */
static void whoever_polls_snapshots_learns_why_frames_were_dropped(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    for (int i = 0; i < 2; i++) {
        struct http_request *request = world_get(world, "/snapshot/porch.jpg");
        camera_count_drop(porch->camera, JPEG_NO_SOI);
        fake_clock_advance(3 * US_PER_S);
        fake_net_turn(world->net);
        assert_int_equal(fake_answer(request)->status, 504);
        assert_string_equal(fake_answer(request)->body,
                            "the camera did not deliver a picture in time: no usable frame within "
                            "3 s; dropped: no-soi\n");
        assert_string_equal(camera_view(porch->camera).error,
                            "no usable frame within 3 s; dropped: no-soi");
        fake_request_destroy(request);
    }
    struct http_request *request = world_get(world, "/snapshot/porch.jpg");
    world_jpeg(porch, "good", 640, 480);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 200);
    assert_string_equal(camera_view(porch->camera).error, "");
    fake_request_destroy(request);
    world_device_free(porch);
}

static void a_still_that_was_dropped_is_explained(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_ask(
        world, &(struct fake_request){.method = "POST", .path = "/api/v1/cameras/porch/capture"});
    camera_count_drop(porch->camera, JPEG_NO_EOI);
    fake_clock_advance(10 * US_PER_S);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 504);
    assert_non_null(strstr(fake_answer(request)->body, "dropped: no-eoi"));
    fake_request_destroy(request);
    world_device_free(porch);
}

static void why_a_camera_cannot_be_reached_is_said_at_once(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_get(world, "/snapshot/porch.jpg");
    camera_unreachable(porch->camera, "porch:80 refuses the connection");
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 502);
    assert_string_equal(fake_answer(request)->body,
                        "the camera could not take a picture: porch:80 refuses the connection\n");
    fake_request_destroy(request);
    request = world_get(world, "/snapshot/porch.jpg"); /* before it is tried again */
    fake_clock_advance(3 * US_PER_S);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 504);
    assert_string_equal(
        fake_answer(request)->body,
        "the camera did not deliver a picture in time: porch:80 refuses the connection\n");
    fake_request_destroy(request);
    world_device_free(porch);
}

static void capture_asks_the_device_for_its_best(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    const struct fake_request POST = {.method = "POST", .path = "/api/v1/cameras/porch/capture"};
    struct http_request *request = world_ask(world, &POST);
    assert_int_equal(porch->captures, 1);
    world_still(porch, "large still", 1600, 1200);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 200);
    assert_string_equal(fake_answer(request)->body, "large still");
    fake_request_destroy(request);

    request = world_ask(world, &POST);
    camera_captured(porch->camera, porch->captures, -EIO, NULL);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 502);
    json_decref(world_json(request));
    fake_request_destroy(request);
    world_device_free(porch);
}

static void a_still_is_given_up_after_10_s(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_ask(
        world, &(struct fake_request){.method = "POST", .path = "/api/v1/cameras/porch/capture"});
    fake_clock_advance(10 * US_PER_S - 1);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 0);
    fake_clock_advance(1);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 504);
    fake_request_destroy(request);
    world_device_free(porch);
}

static void who_hangs_up_wants_nothing_any_more(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_get(world, "/snapshot/porch.jpg");
    fake_hang_up(request);
    assert_int_equal(camera_view(porch->camera).leases, 0);
    assert_true(!camera_view(porch->camera).is_capturing);
    fake_request_destroy(request);
    world_device_free(porch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(an_older_picture_does_not_wake),
        WORLD_TEST(a_tablet_does_not_keep_a_camera_awake),
        WORLD_TEST(a_snapshot_is_given_up_after_3_s),
        WORLD_TEST(whoever_polls_snapshots_learns_why_frames_were_dropped),
        WORLD_TEST(a_still_that_was_dropped_is_explained),
        WORLD_TEST(why_a_camera_cannot_be_reached_is_said_at_once),
        WORLD_TEST(capture_asks_the_device_for_its_best),
        WORLD_TEST(a_still_is_given_up_after_10_s),
        WORLD_TEST(who_hangs_up_wants_nothing_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
