/* Which of the cameras that are found come up, and when the others do: on its own loop, with
 * nodes that are no camera. */
#include "v4l2/v4l2_sources.h"

#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/thread.h"

enum { PATIENCE_S = 60, MAX_CAMERAS = 2 };

/* Which sources' threads were told to end before the first one was waited for. */
enum { MAX_TOLD = 8 };
static const struct source *told[MAX_TOLD];
static unsigned n_told, n_told_before_join;
static bool has_joined;

void __real_source_hang_up(struct source *source);
void __wrap_source_hang_up(struct source *source);
void __real_thread_join(struct thread *thread);
void __wrap_thread_join(struct thread *thread);

void __wrap_source_hang_up(struct source *source)
{
    unsigned i = 0;
    while (i < n_told && told[i] != source)
        i++;
    if (i == n_told && n_told < MAX_TOLD) /* one that failed has told itself before */
        told[n_told++] = source;
    __real_source_hang_up(source);
}

void __wrap_thread_join(struct thread *thread)
{
    if (!has_joined)
        n_told_before_join = n_told;
    has_joined = true;
    __real_thread_join(thread);
}

struct world {
    struct net *net;
    struct registry *registry;
    struct registry_observer observer;
    struct net_timer *patience;
    const char *awaited; /* id of a camera that is to come up */
    struct v4l2_sources sources;
};

static bool is_up(const struct world *world, const char *id)
{
    const struct camera *camera = registry_find(world->registry, id);
    return camera && camera_view(camera).has_source;
}

static void on_changed(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    struct world *world = ctx;
    (void)camera;
    if (world->awaited && is_up(world, world->awaited))
        net_stop(world->net, 0);
}

static void on_patience(void *ctx)
{
    const struct world *world = ctx;
    fail_msg("%s did not come up in %d s", world->awaited, PATIENCE_S);
}

static int setup(void **state)
{
    struct world *world = mem_new(struct world);
    assert_int_equal(net_create(&(struct net_params){0}, &world->net), 0);
    world->registry = registry_create(&(struct registry_params){
        .env.net = world->net, .env.clock = &clock_system, .max_cameras = MAX_CAMERAS});
    world->observer = (struct registry_observer){.changed = on_changed, .ctx = world};
    world->patience = net_timer_create(world->net, on_patience, world);
    registry_observe(world->registry, &world->observer);
    v4l2_sources_init(&world->sources, world->registry);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    v4l2_sources_finish(&world->sources);
    registry_unobserve(&world->observer);
    net_timer_destroy(world->patience);
    registry_destroy(world->registry);
    net_destroy(world->net);
    mem_free(world);
    return 0;
}

/* Once in a test: a loop that was stopped stays so. */
static void run_until_up(struct world *world, const char *id)
{
    world->awaited = id;
    net_timer_set(world->patience, clock_now_us(&clock_system) + PATIENCE_S * US_PER_S);
    assert_int_equal(net_run(world->net), 0);
}

static void find(struct world *world, const char *id, const char *node)
{
    struct v4l2_found *found = mem_new(struct v4l2_found);
    snprintf(found->node, sizeof(found->node), "%s", node);
    snprintf(found->identity.id, sizeof(found->identity.id), "%s", id);
    snprintf(found->identity.address, sizeof(found->identity.address), "usb:%s", id);
    snprintf(found->identity.place_id, sizeof(found->identity.place_id), "%s-at-1", id);
    snprintf(found->identity.place_address, sizeof(found->identity.place_address), "usb:%s:at", id);
    snprintf(found->device.card, sizeof(found->device.card), "A webcam");
    v4l2_modes_add(&found->modes, &(struct v4l2_mode){V4L2_PIX_FMT_MJPEG, 640, 480, 30}, 4096,
                   4096);
    v4l2_sources_found(&world->sources, found);
}

static struct camera *pushes(struct world *world, const char *id)
{
    struct camera *camera = NULL;
    assert_int_equal(registry_add(world->registry,
                                  &(struct camera_identity){.id = id, .adopted = true}, &camera),
                     0);
    return camera;
}

static void a_camera_without_room_comes_when_another_is_removed(void **state)
{
    struct world *world = *state;
    struct camera *one = pushes(world, "one");
    pushes(world, "two");
    find(world, "left", "/dev/null");
    assert_null(registry_find(world->registry, "left"));
    registry_remove(world->registry, one);
    assert_null(registry_find(world->registry, "left"));
    run_until_up(world, "left");
    assert_true(list_empty(&world->sources.waiting));
}

static void a_camera_whose_id_is_taken_comes_when_it_is_free(void **state)
{
    struct world *world = *state;
    struct camera *thief = pushes(world, "left");
    pushes(world, "left-at-1");
    find(world, "left", "/dev/null");
    assert_false(is_up(world, "left") || is_up(world, "left-at-1"));
    registry_remove(world->registry, thief);
    run_until_up(world, "left");
}

static void waiting_cameras_come_before_the_removed_one(void **state)
{
    struct world *world = *state;
    pushes(world, "one");
    find(world, "left", "/dev/null");
    find(world, "right", "/dev/zero");
    assert_true(is_up(world, "left") && !is_up(world, "right"));
    registry_remove(world->registry, registry_find(world->registry, "left"));
    run_until_up(world, "right");
    assert_null(registry_find(world->registry, "left"));
}

static void a_camera_that_is_pulled_out_waits_no_longer(void **state)
{
    struct world *world = *state;
    pushes(world, "one");
    pushes(world, "two");
    find(world, "left", "/dev/null");
    find(world, "right", "/dev/zero");
    v4l2_sources_lost(&world->sources, "/dev/null");
    registry_remove(world->registry, registry_find(world->registry, "one"));
    registry_remove(world->registry, registry_find(world->registry, "two"));
    run_until_up(world, "right");
    assert_null(registry_find(world->registry, "left"));
    assert_true(list_empty(&world->sources.waiting));
}

static void all_threads_are_told_before_one_is_waited_for(void **state)
{
    struct world *world = *state;
    find(world, "left", "/dev/null");
    find(world, "right", "/dev/zero");
    assert_true(is_up(world, "left") && is_up(world, "right"));
    n_told = n_told_before_join = 0;
    has_joined = false;
    v4l2_sources_finish(&world->sources);
    v4l2_sources_init(&world->sources, world->registry); /* for the teardown */
    assert_true(has_joined);
    assert_int_equal(n_told_before_join, 2);
    assert_false(camera_view(registry_find(world->registry, "left")).has_source);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_camera_without_room_comes_when_another_is_removed),
        TEST(a_camera_whose_id_is_taken_comes_when_it_is_free),
        TEST(waiting_cameras_come_before_the_removed_one),
        TEST(a_camera_that_is_pulled_out_waits_no_longer),
        TEST(all_threads_are_told_before_one_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
