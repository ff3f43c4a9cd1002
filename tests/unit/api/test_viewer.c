#include "api/viewer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define HEAD "--eyelid-frame\r\nContent-Type: image/jpeg\r\n\r\n"

static void pull_and_expect(struct http_request *request, const char *so_far)
{
    fake_pull(request);
    assert_string_equal(fake_answer(request)->body, so_far);
}

static void a_slow_mjpeg_viewer_skips(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_get(world, "/stream/porch.mjpg");
    world_jpeg(porch, "1", 640, 480);
    fake_net_turn(world->net);
    pull_and_expect(request, HEAD "1\r\n" HEAD);
    for (int i = 0; i < 10; i++) {
        world_jpeg(porch, "x", 640, 480);
        fake_net_turn(world->net);
    }
    pull_and_expect(request, HEAD "1\r\n" HEAD "x\r\n" HEAD);
    assert_int_equal(camera_view(porch->camera).stats.skipped_for_slow, 9);
    fake_request_destroy(request);
    world_device_free(porch);
}

static void what_h264_cannot_hold_is_told_apart(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_get(world, "/stream/porch.mp4");
    world_jpeg(porch, "x", 4096, 4096);
    fake_clock_advance(10 * US_PER_S);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 422);
    assert_string_equal(fake_answer(request)->body,
                        "pictures of this size cannot be H.264; use MJPEG\n");
    fake_request_destroy(request);
    world_device_free(porch);
}

static void who_cannot_be_served_is_told_why(void **state)
{
    static const char *const PATHS[] = {"/stream/porch.mjpg", "/stream/porch.mp4"};
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    for (size_t i = 0; i < 2; i++) {
        struct http_request *request = world_get(world, PATHS[i]);
        fake_clock_advance(10 * US_PER_S - 1);
        fake_net_turn(world->net);
        assert_int_equal(fake_answer(request)->status, 0);
        fake_clock_advance(1);
        fake_net_turn(world->net);
        assert_int_equal(fake_answer(request)->status, 504);
        assert_string_equal(fake_answer(request)->body,
                            "the camera did not deliver a picture in time: "
                            "no usable frame within 5 s of the start\n");
        assert_true(fake_answer(request)->closed);
        assert_int_equal(camera_view(porch->camera).leases, 0);
        fake_request_destroy(request);
    }
    world_device_gone(porch);
    for (size_t i = 0; i < 2; i++) {
        struct http_request *request = world_get(world, PATHS[i]);
        assert_int_equal(fake_answer(request)->status, 503);
        assert_string_equal(fake_answer(request)->body, "the camera is not connected\n");
        fake_request_destroy(request);
    }
    struct http_request *request = world_get(world, "/stream/garden.mp4");
    assert_int_equal(fake_answer(request)->status, 404);
    fake_request_destroy(request);
    world_device_free(porch);
}

static void a_stream_that_runs_outlives_its_device(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_get(world, "/stream/porch.mjpg");
    world_jpeg(porch, "1", 640, 480);
    fake_net_turn(world->net);
    pull_and_expect(request, HEAD "1\r\n" HEAD);
    world_device_free(porch);
    fake_clock_advance(60 * US_PER_S);
    fake_net_turn(world->net);
    porch = world_device(world, "porch");
    assert_int_equal(porch->starts, 1);
    world_jpeg(porch, "2", 640, 480);
    fake_net_turn(world->net);
    pull_and_expect(request, HEAD "1\r\n" HEAD "2\r\n" HEAD);
    fake_request_destroy(request);
    world_device_free(porch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_slow_mjpeg_viewer_skips),
        WORLD_TEST(who_cannot_be_served_is_told_why),
        WORLD_TEST(what_h264_cannot_hold_is_told_apart),
        WORLD_TEST(a_stream_that_runs_outlives_its_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
