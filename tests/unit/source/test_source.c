/* The kit's two halves with a scripted device, on a real loop and a real thread. The thread records
 * every order that it obeys, so that a step cannot miss one that was soon replaced. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "camera/capture.h"
#include "camera/registry.h"
#include "source/internal.h"

enum { PATIENCE_S = 60, ORDERS_MAX = 64 };

/* What the device does is read by the thread, and written by the test before an order. */
struct device {
    struct source *source;
    struct lock lock;
    struct source_orders orders[ORDERS_MAX]; /* guarded by lock: in the order they came */
    unsigned n_obeyed, n_closed;             /* guarded by lock */
    int result;                              /* guarded by lock: of obeying */
    unsigned n_frames;                       /* guarded by lock: to be posted when it obeys */
    bool is_gone;
};

struct world {
    struct net *net;
    struct registry *registry;
    struct registry_observer observer;
    struct net_timer *patience, *look;
    /* What is awaited, and done then, one after the other; NULL at the end. */
    bool (*const *steps)(struct world *world);
    unsigned n_looked_at; /* of the orders: a step looks at later ones only */
    struct lease *leases[2];
    unsigned round;
    struct device device;
    struct camera *camera;
    unsigned n_ended;
    int captured;
};

static int obey(void *ctx, const struct source_orders *orders)
{
    struct device *device = ctx;
    lock_take(&device->lock);
    assert_true(device->n_obeyed < ORDERS_MAX);
    device->orders[device->n_obeyed++] = *orders;
    const int r = device->result;
    const unsigned n_frames = device->n_frames;
    device->n_frames = 0;
    lock_drop(&device->lock);
    for (unsigned i = 0; i < n_frames; i++) {
        struct camera_frame frame = {.unit_off = CAMERA_FRAME_ROOM,
                                     .end_off = CAMERA_FRAME_ROOM + 10};
        assert_int_equal(buf_create(frame.end_off, &frame.takes_buf), 0);
        memset(frame.takes_buf->data, 0, frame.end_off);
        source_post_frame(device->source, &frame);
    }
    if (orders->still)
        source_post_still(device->source, orders->still, -EIO, NULL);
    return r;
}

static struct source_wait waits(void *ctx)
{
    (void)ctx;
    return (struct source_wait){-1, 0, CLOCK_NEVER_US};
}

static int ready(void *ctx, short revents)
{
    (void)ctx;
    (void)revents;
    return 0;
}

static bool explain(void *ctx, int error, char out[SOURCE_SENTENCE_MAX])
{
    const struct device *device = ctx;
    strcpy(out, error == -EIO ? "it is broken" : "?");
    return !device->is_gone;
}

static void close_device(void *ctx, int error)
{
    struct device *device = ctx;
    (void)error;
    lock_take(&device->lock);
    device->n_closed++;
    lock_drop(&device->lock);
}

static const struct source_driver DRIVER = {.name = "pretended",
                                            .obey = obey,
                                            .waits = waits,
                                            .ready = ready,
                                            .explain = explain,
                                            .close = close_device};

/* --- The loop. --- */

static void on_changed(void *ctx, struct camera *camera, unsigned what)
{
    (void)ctx;
    (void)camera;
    (void)what;
}

static void on_ended(void *ctx)
{
    struct world *world = ctx;
    world->n_ended++;
}

/* What a step awaits stays as it is once it came, so looking every millisecond misses nothing. */
static void on_look(void *ctx)
{
    struct world *world = ctx;
    while (*world->steps && (*world->steps)(world))
        world->steps++;
    if (*world->steps)
        net_timer_set(world->look, clock_now_us(&clock_system) + US_PER_MS);
    else
        net_stop(world->net, 0);
}

static void on_patience(void *ctx)
{
    (void)ctx;
    fail_msg("nothing happened for %d s", PATIENCE_S);
}

/* A loop runs once: all steps of a test in one run. */
#define RUN(world, ...) run(world, (bool (*const[])(struct world *)){__VA_ARGS__, NULL})
static void run(struct world *world, bool (*const *steps)(struct world *world))
{
    world->steps = steps;
    net_timer_set(world->patience, clock_now_us(&clock_system) + PATIENCE_S * US_PER_S);
    net_timer_set(world->look, 0);
    assert_int_equal(net_run(world->net), 0);
}

static int setup(void **state)
{
    struct world *world = mem_new(struct world);
    assert_int_equal(net_create(&(struct net_params){0}, &world->net), 0);
    world->registry = registry_create(
        &(struct registry_params){.env = {.net = world->net, .clock = &clock_system}});
    world->observer = (struct registry_observer){.changed = on_changed, .ctx = world};
    registry_observe(world->registry, &world->observer);
    world->patience = net_timer_create(world->net, on_patience, world);
    world->look = net_timer_create(world->net, on_look, world);
    world->captured = 1;
    lock_init(&world->device.lock, LOCK_RANK_INBOX + 1);
    assert_int_equal(registry_get_or_add(world->registry, "porch", NULL, &world->camera), 0);
    const struct source_params params = {.driver = &DRIVER,
                                         .device = &world->device,
                                         .net = world->net,
                                         .ended = on_ended,
                                         .ctx = world};
    assert_int_equal(source_create(&params, &world->device.source), 0);
    source_attach(world->device.source, world->camera,
                  &(struct camera_source_info){.controlled = true});
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    source_destroy(world->device.source);
    lock_finish(&world->device.lock);
    registry_unobserve(&world->observer);
    registry_destroy(world->registry);
    net_timer_destroy(world->patience);
    net_timer_destroy(world->look);
    net_destroy(world->net);
    mem_free(world);
    return 0;
}

static struct device look_at(struct world *world)
{
    lock_take(&world->device.lock);
    struct device device = world->device;
    lock_drop(&world->device.lock);
    return device;
}

static struct lease *lease(struct world *world, uint16_t max_fps)
{
    return camera_lease(world->camera, &(struct lease_params){.reason = LEASE_VIEWER,
                                                              .rendition = RENDITION_JPEG,
                                                              .max_fps = max_fps});
}

static void let_go(struct world *world)
{
    lease_release(&world->leases[0]);
    lease_release(&world->leases[1]);
}

/* The first of the orders not looked at yet for which runs is so; they count as looked at up to it.
 */
static const struct source_orders *next_orders(struct world *world, bool runs)
{
    const unsigned n = look_at(world).n_obeyed;
    while (world->n_looked_at < n) {
        const struct source_orders *orders = &world->device.orders[world->n_looked_at++];
        if (orders->runs == runs)
            return orders; /* the thread only appends */
    }
    return NULL;
}

static bool it_rests(struct world *world)
{
    return next_orders(world, false);
}

static bool then_it_is_wanted(struct world *world)
{
    world->leases[0] = lease(world, 2);
    return true;
}

static bool it_runs(struct world *world)
{
    const struct source_orders *orders = next_orders(world, true);
    if (orders)
        world->round = orders->round;
    return orders;
}

static bool then_it_is_let_go(struct world *world)
{
    let_go(world);
    return true;
}

/* --- */

static bool then_faster(struct world *world)
{
    world->leases[1] = lease(world, 5);
    return true;
}

static bool it_is_adjusted(struct world *world)
{
    const struct source_orders *orders = next_orders(world, true);
    if (!orders || orders->wish.fps != 5)
        return false;
    assert_int_equal(orders->round, world->round); /* not begun again */
    return true;
}

static void orders_are_what_is_to_be(void **state)
{
    struct world *world = *state;
    RUN(world, it_rests, then_it_is_wanted, it_runs, then_faster, it_is_adjusted, then_it_is_let_go,
        it_rests);
}

static bool it_has_failed(struct world *world)
{
    if (!camera_view(world->camera).error[0])
        return false;
    assert_string_equal(camera_view(world->camera).error, "it is broken");
    assert_int_equal(camera_state(world->camera), DEMAND_WAKING); /* the demand tries again */
    assert_true(look_at(world).n_closed > 0);
    return true;
}

static void what_failed_rests_until_it_is_started_again(void **state)
{
    struct world *world = *state;
    world->device.result = -EIO;
    RUN(world, then_it_is_wanted, it_runs, it_has_failed, it_rests, it_runs, it_rests);
    let_go(world);
}

enum { FRAMES = 1000, ROOM = 3 };

static bool then_it_floods(struct world *world)
{
    lock_take(&world->device.lock);
    world->device.n_frames = FRAMES;
    lock_drop(&world->device.lock);
    return then_it_is_wanted(world);
}

static bool all_are_counted(struct world *world)
{
    return camera_view(world->camera).stats.received == FRAMES;
}

static void frames_beyond_the_room_are_dropped_and_counted(void **state)
{
    struct world *world = *state;
    RUN(world, it_rests, then_it_floods, all_are_counted);
    assert_int_equal(camera_view(world->camera).stats.received_bytes, FRAMES * 10);
    const uint64_t judged = camera_dropped(world->camera, JPEG_NO_SOI);
    assert_true(judged >= ROOM); /* arrived at the gatekeeper */
    assert_int_equal(camera_dropped(world->camera, CAMERA_DROP_UNWANTED), FRAMES - judged);
    let_go(world);
}

static void on_captured(void *ctx, int error, struct packet *still)
{
    struct world *world = ctx;
    (void)still;
    world->captured = error;
}

static bool then_a_still(struct world *world)
{
    world->captured = 1;
    struct capture *capture =
        capture_begin(world->camera, CAPTURE_STILL, PATIENCE_S * US_PER_S, on_captured, world);
    assert_non_null(capture);
    return true;
}

static bool it_is_answered(struct world *world)
{
    return world->captured == -EIO;
}

static void a_still_is_handed_out_once(void **state)
{
    struct world *world = *state;
    RUN(world, then_a_still, it_is_answered, then_a_still, it_is_answered, then_it_is_wanted,
        it_runs);
    const struct device device = look_at(world);
    assert_int_equal(device.orders[device.n_obeyed - 1].still, 0);
    let_go(world);
}

static bool it_has_ended(struct world *world)
{
    return world->n_ended > 0;
}

static bool then_it_is_unplugged(struct world *world)
{
    lock_take(&world->device.lock);
    world->device.result = -ENODEV;
    world->device.is_gone = true;
    lock_drop(&world->device.lock);
    return then_it_is_wanted(world);
}

static void a_device_that_is_gone_ends_its_source(void **state)
{
    struct world *world = *state;
    RUN(world, it_rests, then_it_is_unplugged, it_has_ended);
    assert_int_equal(camera_state(world->camera), DEMAND_OFFLINE);
    assert_false(source_was_detached(world->device.source));
    assert_null(source_camera(world->device.source));
    assert_string_equal(camera_view(world->camera).error, "");
    let_go(world);
}

static void a_removed_camera_detaches_its_source(void **state)
{
    struct world *world = *state;
    registry_remove(world->registry, world->camera);
    assert_true(source_was_detached(world->device.source));
    RUN(world, it_has_ended);
    assert_int_equal(look_at(world).n_closed, 1);
    source_hang_up(world->device.source); /* its device goes, too */
    assert_false(source_was_detached(world->device.source));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(orders_are_what_is_to_be),
        TEST(what_failed_rests_until_it_is_started_again),
        TEST(frames_beyond_the_room_are_dropped_and_counted),
        TEST(a_still_is_handed_out_once),
        TEST(a_device_that_is_gone_ends_its_source),
        TEST(a_removed_camera_detaches_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
