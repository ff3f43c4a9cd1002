#include "guard/guard.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "guard/post.h"
#include "world.h"

enum { WIDTH = 80, HEIGHT = 60, PICTURE_MS = 100, SIDE = 12 };

struct rig {
    struct world world;
    struct device *device;
    struct guard *guard;
    struct watch_settings settings;
    unsigned began, ended;
    struct guard_event last; /* its pointers are not valid any more */
    char picture[32];        /* bytes of the best one */
    unsigned drawn;          /* pictures so far */
};

static void on_event(void *ctx, const struct guard_event *event)
{
    struct rig *rig = ctx;
    rig->last = *event;
    rig->began += event->phase == GUARD_BEGAN;
    rig->ended += event->phase == GUARD_ENDED;
    memset(rig->picture, 0, sizeof(rig->picture));
    if (event->picture)
        memcpy(rig->picture, packet_unit(event->picture), packet_unit_len_bytes(event->picture));
}

static int setup(void **state)
{
    struct rig *rig = mem_new(struct rig);
    world_init(&rig->world);
    rig->device = world_device(&rig->world, "porch");
    rig->guard = guard_create(&(struct guard_params){.net = rig->world.net,
                                                     .registry = rig->world.registry,
                                                     .clock = &fake_clock,
                                                     .tell = on_event,
                                                     .ctx = rig});
    watch_settings_init(&rig->settings);
    rig->settings.armed = true;
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;
    guard_stop(rig->guard);
    fake_net_turn(rig->world.net);
    guard_destroy(rig->guard);
    world_device_free(rig->device);
    world_finish(&rig->world);
    mem_free(rig);
    return 0;
}

static void arm(struct rig *rig)
{
    guard_set(rig->guard, "porch", &rig->settings);
    fake_net_turn(rig->world.net);
}

static struct encoding *making(struct rig *rig, enum rendition_kind kind)
{
    list_for_each (encoding, &rig->world.encodings, struct encoding, node)
        if (encoding->kind == kind)
            return encoding;
    return NULL;
}

static bool is_busy(const struct rig *rig)
{
    list_for_each (post, &rig->guard->posts, struct post, node)
        if (post->is_busy)
            return true;
    return false;
}

/* Waits until the detector has looked at what it was given. */
static void settle(struct rig *rig)
{
    fake_net_turn(rig->world.net);
    while (is_busy(rig)) {
        sched_yield();
        fake_net_turn(rig->world.net);
    }
}

/* A wall with a pattern, and a block in front of it where left is not negative. */
static struct packet *draw(int left)
{
    struct buf *buf;
    assert_int_equal(buf_create((size_t)WIDTH * HEIGHT, &buf), 0);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        buf->data[i] = (uint8_t)(90 + (i % WIDTH / 8 + i / WIDTH / 6) % 2 * 40);
    for (int y = 20; left >= 0 && y < 20 + SIDE; y++)
        memset(buf->data + y * WIDTH + left, 200, SIDE);
    struct packet *packet = packet_create(buf, NULL);
    packet->end_off = WIDTH * HEIGHT;
    packet->key = true;
    packet->width = packet->stride = WIDTH;
    packet->height = HEIGHT;
    packet->arrival_us = packet->capture_us = clock_now_us(&fake_clock);
    return packet;
}

/* A tenth of a second passes: the camera sends a JPEG, its maker the grey picture, and the guard
 * looks at that, where it wants to. */
static void show(struct rig *rig, int left)
{
    char bytes[32];
    fake_clock_advance(PICTURE_MS * US_PER_MS);
    snprintf(bytes, sizeof(bytes), "picture %u of block %d", ++rig->drawn, left);
    world_jpeg(rig->device, bytes, 640, 480);
    struct encoding *grey = making(rig, RENDITION_LUMA);
    if (grey)
        assert_true(hub_publish(grey->hub, grey->turn, draw(left)));
    settle(rig);
}

static void rest(struct rig *rig, unsigned tenths)
{
    for (unsigned i = 0; i < tenths; i++)
        show(rig, -1);
}

static void pass(struct rig *rig)
{
    for (int x = 2; x < WIDTH - SIDE - 2; x += 2)
        show(rig, x);
}

static void an_armed_camera_is_awake_at_the_rate_of_its_watch(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(rig->device->starts, 0);
    arm(rig);
    assert_int_equal(rig->device->starts, 1);
    assert_int_equal(rig->device->wish.fps, 2);
    assert_int_equal(camera_view(rig->device->camera).leases_by_reason[LEASE_MOTION], 2);
    assert_true(guard_view(rig->guard, "porch").watching);
    rig->settings.watch_fps = 0.5f;
    arm(rig);
    assert_int_equal(rig->device->wish.fps, 1);
    rig->settings.armed = false;
    arm(rig);
    assert_int_equal(camera_view(rig->device->camera).leases, 0);
    assert_false(guard_view(rig->guard, "porch").watching);
    assert_null(making(rig, RENDITION_LUMA));
}

static void what_passes_is_an_event_with_its_best_picture(void **state)
{
    struct rig *rig = *state;
    arm(rig);
    rest(rig, 60);
    assert_int_equal(rig->began, 0);
    assert_in_range(guard_view(rig->guard, "porch").looked, 12, 13); /* 2 a second */
    assert_false(guard_view(rig->guard, "porch").seen.moved);
    pass(rig);
    const struct detector_verdict seen = guard_view(rig->guard, "porch").seen;
    assert_true(seen.moved && seen.box.width > 0 && seen.box.x + seen.box.width > 0.5f);
    assert_int_equal(rig->began, 1);
    assert_int_equal(rig->ended, 0);
    assert_string_equal(rig->last.camera, "porch");
    assert_true(rig->last.score > 0.3f && rig->last.area_percent > 0.5f);
    assert_int_equal(rig->device->wish.fps, 10);
    rest(rig, 55); /* 3 s of the watcher's, 5 s of the clip */
    assert_int_equal(rig->ended, 1);
    assert_true(rig->last.end_us > rig->last.start_us);
    assert_false(guard_view(rig->guard, "porch").seen.moved);
    assert_non_null(strstr(rig->picture, "of block "));
    assert_null(strstr(rig->picture, "block -1")); /* it is a picture with the block in it */
    assert_int_equal(rig->device->wish.fps, 2);
    assert_int_equal(guard_view(rig->guard, "porch").events, 1);
    assert_int_equal(rig->last.photo, 0); /* there is no archive */
}

static void movements_close_together_are_one_event(void **state)
{
    struct rig *rig = *state;
    arm(rig);
    rest(rig, 60);
    pass(rig);
    rest(rig, 40); /* longer than the watcher merges, shorter than the post-roll */
    pass(rig);
    assert_int_equal(rig->began, 1);
    assert_int_equal(rig->ended, 0);
    rest(rig, 60);
    assert_int_equal(rig->ended, 1);
    const int64_t number = rig->last.number;
    pass(rig);
    rest(rig, 60);
    assert_int_equal(rig->ended, 2);
    assert_true(rig->last.number > number);
}

static void what_never_ends_is_cut(void **state)
{
    struct rig *rig = *state;
    rig->settings.profile = WATCH_BUSY; /* normal would mute it */
    arm(rig);
    rest(rig, 60);
    for (unsigned i = 0; i < 200 && rig->ended == 0; i++) {
        pass(rig);
        rest(rig, 15);
    }
    assert_int_equal(rig->ended, 1);
    assert_true(rig->last.end_us - rig->last.start_us < 601 * US_PER_S);
    assert_true(rig->last.end_us - rig->last.start_us > 590 * US_PER_S);
}

static void disarming_ends_the_event_and_keeps_what_was_learned(void **state)
{
    struct rig *rig = *state;
    arm(rig);
    rest(rig, 60);
    pass(rig);
    rig->settings.armed = false;
    arm(rig);
    assert_int_equal(rig->ended, 1);
    fake_clock_advance(3600 * US_PER_S);
    rig->settings.armed = true;
    arm(rig);
    rest(rig, 6); /* far less than a new scene takes to learn */
    pass(rig);
    assert_int_equal(rig->began, 2);
}

static void pictures_that_stop_end_the_event(void **state)
{
    struct rig *rig = *state;
    arm(rig);
    rest(rig, 60);
    pass(rig);
    assert_int_equal(rig->began, 1);
    world_device_gone(rig->device);
    fake_clock_advance(10 * US_PER_S);
    fake_net_turn(rig->world.net);
    assert_int_equal(rig->ended, 1);
    assert_true(guard_view(rig->guard, "porch").watching); /* for when it comes back */
}

static void a_camera_that_is_removed_is_let_go(void **state)
{
    struct rig *rig = *state;
    arm(rig);
    rest(rig, 60);
    pass(rig);
    struct encoding *grey = making(rig, RENDITION_LUMA);
    fake_clock_advance(PICTURE_MS * US_PER_MS);
    assert_true(hub_publish(grey->hub, grey->turn, draw(10)));
    fake_net_turn(rig->world.net); /* the pool may be at it */
    registry_remove(rig->world.registry, rig->device->camera);
    guard_forget(rig->guard, "porch");
    fake_net_turn(rig->world.net);
    assert_int_equal(rig->ended, 1);
    assert_null(guard_settings(rig->guard, "porch"));
}

static void settings_wait_for_their_camera(void **state)
{
    struct rig *rig = *state;
    guard_set(rig->guard, "yard", &rig->settings);
    assert_false(guard_view(rig->guard, "yard").watching);
    struct device *yard = world_device(&rig->world, "yard");
    fake_net_turn(rig->world.net);
    assert_true(guard_view(rig->guard, "yard").watching);
    assert_int_equal(yard->starts, 1);
    assert_true(guard_settings(rig->guard, "yard")->armed);
    world_device_free(yard);
}

static void beyond_the_quota_nothing_is_recorded(void **state)
{
    struct rig *rig = *state;
    rig->settings.post_s = 3;
    arm(rig);
    rest(rig, 60);
    pass(rig);
    rest(rig, 80);
    list_for_each (post, &rig->guard->posts, struct post, node)
        post->in_hour = GUARD_RECORDED_PER_HOUR - 1; /* as if the others had passed too */
    for (unsigned i = 0; i < 3; i++) {
        pass(rig);
        rest(rig, 80);
    }
    assert_int_equal(rig->ended, 4);
    assert_int_equal(guard_view(rig->guard, "porch").unrecorded, 2);
    fake_clock_advance(3600 * US_PER_S);
    rest(rig, 20);
    pass(rig);
    assert_int_equal(rig->began, 5);
    assert_int_equal(guard_view(rig->guard, "porch").unrecorded, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_armed_camera_is_awake_at_the_rate_of_its_watch),
        TEST(what_passes_is_an_event_with_its_best_picture),
        TEST(movements_close_together_are_one_event),
        TEST(what_never_ends_is_cut),
        TEST(disarming_ends_the_event_and_keeps_what_was_learned),
        TEST(pictures_that_stop_end_the_event),
        TEST(a_camera_that_is_removed_is_let_go),
        TEST(settings_wait_for_their_camera),
        TEST(beyond_the_quota_nothing_is_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
