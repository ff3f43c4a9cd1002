/* A local camera from its discovery to its end, on its own loop: with nodes that are no
 * camera, so that every way of failing is gone. What works is seen in the virtual machine
 * (tests/vm). */
#include "v4l2/v4l2_source.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "camera/capture.h"

enum { PATIENCE_S = 60 };

struct world {
    struct net *net;
    struct registry *registry;
    struct registry_observer observer;
    struct net_timer *patience;
    bool (*is_over)(struct world *world); /* looked at whenever something changed */
    struct v4l2_source *source;
    unsigned n_ended;
    int captured; /* 1: not yet */
};

static void look(struct world *world)
{
    if (world->is_over(world))
        net_stop(world->net, 0);
}

static void on_changed(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    (void)camera;
    look(ctx);
}

static void on_ended(void *ctx, struct v4l2_source *source)
{
    struct world *world = ctx;
    world->n_ended++;
    v4l2_source_destroy(source);
    world->source = NULL;
    look(world);
}

static void on_captured(void *ctx, int error, struct packet *still)
{
    struct world *world = ctx;
    world->captured = error;
    assert_null(still);
    look(world);
}

static void on_patience(void *ctx)
{
    (void)ctx;
    fail_msg("nothing happened for %d s", PATIENCE_S);
}

static int setup(void **state)
{
    struct world *world = mem_new(struct world);
    assert_int_equal(net_create(&(struct net_params){0}, &world->net), 0);
    world->registry = registry_create(&(struct registry_params){
        .env.net = world->net, .env.clock = &clock_system, .max_cameras = 2});
    world->observer = (struct registry_observer){.changed = on_changed, .ctx = world};
    world->patience = net_timer_create(world->net, on_patience, world);
    world->captured = 1;
    registry_observe(world->registry, &world->observer);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    registry_unobserve(&world->observer);
    v4l2_source_destroy(world->source);
    net_timer_destroy(world->patience);
    registry_destroy(world->registry);
    net_destroy(world->net);
    mem_free(world);
    return 0;
}

static void run_until(struct world *world, bool (*is_over)(struct world *world))
{
    world->is_over = is_over;
    net_timer_set(world->patience, clock_now_us(&clock_system) + PATIENCE_S * US_PER_S);
    assert_int_equal(net_run(world->net), 0);
}

static struct v4l2_found *found_at(const char *node)
{
    struct v4l2_found *found = mem_new(struct v4l2_found);
    snprintf(found->node, sizeof(found->node), "%s", node);
    snprintf(found->identity.id, sizeof(found->identity.id), "usb-1-2-3");
    snprintf(found->identity.address, sizeof(found->identity.address), "usb:1:2:3");
    snprintf(found->identity.place_id, sizeof(found->identity.place_id), "usb-1-2-at-4");
    snprintf(found->identity.place_address, sizeof(found->identity.place_address), "usb:1:2:at:4");
    snprintf(found->device.card, sizeof(found->device.card), "A webcam");
    v4l2_modes_add(&found->modes, &(struct v4l2_mode){V4L2_PIX_FMT_MJPEG, 640, 480, 30}, 4096,
                   4096);
    return found;
}

static int create(struct world *world, const char *node, struct v4l2_source **ret_source)
{
    struct v4l2_found *found = found_at(node);
    int r = v4l2_source_create(world->registry, found, on_ended, world, ret_source);
    if (r < 0)
        mem_free(found);
    return r;
}

static struct camera *camera_of(struct world *world)
{
    return source_camera(world->source->driver.source);
}

static struct lease *lease(struct world *world)
{
    return camera_lease(camera_of(world), &(struct lease_params){.reason = LEASE_VIEWER,
                                                                 .rendition = RENDITION_JPEG});
}

static void it_is_there(void **state)
{
    struct world *world = *state;
    assert_int_equal(create(world, "/dev/null", &world->source), 0);
    struct camera *camera = registry_find(world->registry, "usb-1-2-3");
    assert_non_null(camera);
    assert_string_equal(camera_view(camera).name, "A webcam");
    assert_string_equal(camera_view(camera).address, "usb:1:2:3");
    assert_int_equal(camera_view(camera).kind, CAMERA_V4L2);
    assert_int_equal(camera_view(camera).native, RENDITION_JPEG);
    assert_int_equal(camera_state(camera), DEMAND_ASLEEP);
    json_t *controls = camera_controls(camera);
    assert_int_equal(json_array_size(controls), 3);
    json_decref(controls);
}

static bool has_error(struct world *world)
{
    return camera_view(camera_of(world)).error[0];
}

static void a_driver_that_fails_is_heard(void **state)
{
    struct world *world = *state;
    assert_int_equal(create(world, "/dev/null", &world->source), 0);
    struct lease *wants = lease(world);
    run_until(world, has_error);
    assert_string_equal(camera_view(camera_of(world)).error,
                        "the driver of /dev/null says: Inappropriate ioctl for device");
    assert_int_equal(camera_state(camera_of(world)), DEMAND_WAKING);
    lease_release(&wants);
}

static bool has_captured(struct world *world)
{
    return world->captured != 1;
}

static void a_still_that_fails_is_answered(void **state)
{
    struct world *world = *state;
    assert_int_equal(create(world, "/dev/null", &world->source), 0);
    struct capture *capture =
        capture_begin(camera_of(world), CAPTURE_STILL, PATIENCE_S * US_PER_S, on_captured, world);
    assert_non_null(capture);
    run_until(world, has_captured);
    assert_int_equal(world->captured, -EIO);
    assert_int_equal(camera_state(camera_of(world)), DEMAND_ASLEEP);
}

static bool has_ended(struct world *world)
{
    return world->n_ended > 0;
}

static void a_device_that_is_gone_ends_its_source(void **state)
{
    struct world *world = *state;
    assert_int_equal(create(world, "/dev/eyelid-has-no-such-node", &world->source), 0);
    struct camera *camera = camera_of(world);
    struct lease *wants = lease(world);
    run_until(world, has_ended);
    assert_int_equal(camera_state(camera), DEMAND_OFFLINE);
    assert_false(camera_view(camera).has_source);
    assert_string_equal(camera_view(camera).error, "");
    lease_release(&wants);
}

static void a_node_that_goes_ends_its_source(void **state)
{
    struct world *world = *state;
    assert_int_equal(create(world, "/dev/null", &world->source), 0);
    struct camera *camera = camera_of(world);
    v4l2_source_gone(world->source);
    assert_int_equal(camera_state(camera), DEMAND_OFFLINE);
    v4l2_source_gone(world->source); /* both the worker and the monitor may notice */
    run_until(world, has_ended);
    assert_int_equal(world->n_ended, 1);
}

static void twins_are_two_cameras(void **state)
{
    struct world *world = *state;
    struct v4l2_source *second = NULL, *third = NULL;
    assert_int_equal(create(world, "/dev/null", &world->source), 0);
    assert_int_equal(create(world, "/dev/null", &second), 0);
    assert_string_equal(camera_id(source_camera(second->driver.source)), "usb-1-2-at-4");
    assert_string_equal(camera_view(source_camera(second->driver.source)).address, "usb:1:2:at:4");
    assert_int_equal(create(world, "/dev/null", &third), -EEXIST);
    v4l2_source_destroy(second);
    assert_int_equal(create(world, "/dev/null", &third), 0); /* it comes back */
    assert_string_equal(camera_id(source_camera(third->driver.source)), "usb-1-2-at-4");
    v4l2_source_destroy(third);
}

static void a_full_registry_takes_no_more(void **state)
{
    struct world *world = *state;
    struct camera *camera;
    assert_int_equal(registry_add(world->registry,
                                  &(struct camera_identity){.id = "one", .adopted = true}, &camera),
                     0);
    assert_int_equal(registry_add(world->registry,
                                  &(struct camera_identity){.id = "two", .adopted = true}, &camera),
                     0);
    assert_int_equal(create(world, "/dev/null", &world->source), -ENOSPC);
}

static void a_removed_camera_lets_its_device_rest(void **state)
{
    struct world *world = *state;
    assert_int_equal(create(world, "/dev/null", &world->source), 0);
    registry_remove(world->registry, camera_of(world));
    assert_null(camera_of(world));
    v4l2_source_gone(world->source);
    run_until(world, has_ended);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(it_is_there),
        TEST(a_driver_that_fails_is_heard),
        TEST(a_still_that_fails_is_answered),
        TEST(a_device_that_is_gone_ends_its_source),
        TEST(a_node_that_goes_ends_its_source),
        TEST(twins_are_two_cameras),
        TEST(a_full_registry_takes_no_more),
        TEST(a_removed_camera_lets_its_device_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
