/* How nodes are looked at: in a folder of our own, by a look of our own. What becomes of real ones
 * is seen in the virtual machine (tests/vm). */
#include "v4l2/v4l2_monitor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "v4l2/v4l2_found.h"

enum { PATIENCE_S = 60 };
static const int64_t LOOK_US = 5 * US_PER_S; /* how long a node is looked at, at most */

struct world {
    struct net *net;
    struct registry *registry;
    struct registry_observer observer;
    struct net_timer *patience;
    struct v4l2_monitor *monitor;
};

static char folder[32];
static struct {
    int errors[4]; /* of video0's first looks; 0: it is a camera */
    _Atomic unsigned n_looks;
    bool hangs;        /* video0, until there is no patience for it */
    _Atomic bool ends; /* the monitor is to end */
    _Atomic bool had_to_end;
} nodes;

DIR *__real_opendir(const char *name);
DIR *__wrap_opendir(const char *name);
int __real_inotify_add_watch(int fd, const char *path, uint32_t mask);
int __wrap_inotify_add_watch(int fd, const char *path, uint32_t mask);
int __wrap_v4l2_found_create(const char *node_name, const struct v4l2_patience *patience,
                             uint16_t max_width, uint16_t max_height,
                             struct v4l2_found **ret_found);

DIR *__wrap_opendir(const char *name)
{
    return __real_opendir(strcmp(name, "/dev") == 0 ? folder : name);
}

int __wrap_inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    return __real_inotify_add_watch(fd, strcmp(path, "/dev") == 0 ? folder : path, mask);
}

int __wrap_v4l2_found_create(const char *node_name, const struct v4l2_patience *patience,
                             uint16_t max_width, uint16_t max_height, struct v4l2_found **ret_found)
{
    const bool is_first = strcmp(node_name, "video0") == 0;
    const unsigned look = is_first ? nodes.n_looks++ : 0;
    if (is_first && look < 4 && nodes.errors[look])
        return nodes.errors[look];
    const int64_t begun_us = clock_now_us(&clock_system);
    while (is_first && nodes.hangs && patience->lasts(patience->ctx))
        usleep(1000);
    nodes.had_to_end = nodes.ends && clock_now_us(&clock_system) - begun_us < LOOK_US;
    struct v4l2_found *found = mem_new(struct v4l2_found);
    snprintf(found->node, sizeof(found->node), "/dev/null");
    snprintf(found->identity.id, sizeof(found->identity.id), "%s", node_name);
    snprintf(found->identity.address, sizeof(found->identity.address), "%s", node_name);
    v4l2_modes_add(&found->modes, &(struct v4l2_mode){V4L2_PIX_FMT_MJPEG, 640, 480, 30}, max_width,
                   max_height);
    *ret_found = found;
    return 0;
}

static void on_patience(void *ctx)
{
    (void)ctx;
    fail_msg("nothing happened for %d s", PATIENCE_S);
}

static void on_changed(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    struct world *world = ctx;
    if (camera_view(camera).has_source)
        net_stop(world->net, 0);
}

static void make_node(const char *name)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static int setup(void **state)
{
    struct world *world = mem_new(struct world);
    memset(&nodes, 0, sizeof(nodes));
    snprintf(folder, sizeof(folder), "/tmp/eyelid-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(net_create(&(struct net_params){0}, &world->net), 0);
    world->registry = registry_create(&(struct registry_params){.env.net = world->net,
                                                                .env.clock = &clock_system,
                                                                .max_cameras = 2,
                                                                .env.jpeg_limits = {4096, 4096}});
    world->observer = (struct registry_observer){.changed = on_changed, .ctx = world};
    world->patience = net_timer_create(world->net, on_patience, world);
    net_timer_set(world->patience, clock_now_us(&clock_system) + PATIENCE_S * US_PER_S);
    registry_observe(world->registry, &world->observer);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    char path[64];
    registry_unobserve(&world->observer);
    v4l2_monitor_destroy(world->monitor);
    net_timer_destroy(world->patience);
    registry_destroy(world->registry);
    net_destroy(world->net);
    mem_free(world);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/video%u", folder, i);
        unlink(path);
    }
    return rmdir(folder);
}

static bool is_there(struct world *world, const char *id)
{
    return registry_find(world->registry, id);
}

static void begin(struct world *world)
{
    assert_int_equal(v4l2_monitor_create(world->registry, &world->monitor), 0);
}

/* Nothing changes at it meanwhile. */
static void test_a_node_that_fails_is_looked_at_again(void **state)
{
    struct world *world = *state;
    make_node("video0");
    nodes.errors[0] = -EIO;
    nodes.errors[1] = -ENODEV;
    begin(world);
    assert_int_equal(net_run(world->net), 0);
    assert_true(is_there(world, "video0"));
    assert_int_equal(nodes.n_looks, 3);
}

static void test_a_node_that_fails_at_first_sight_is_too(void **state)
{
    struct world *world = *state;
    nodes.errors[0] = nodes.errors[1] = -EIO; /* it may be seen in the folder and as it is made */
    begin(world);
    make_node("video0");
    assert_int_equal(net_run(world->net), 0);
    assert_true(is_there(world, "video0"));
}

static void test_a_driver_that_hangs_holds_up_nobody(void **state)
{
    struct world *world = *state;
    make_node("video0");
    nodes.hangs = true;
    begin(world);
    assert_int_equal(net_run(world->net), 0);
    assert_true(is_there(world, "video0"));
    assert_false(nodes.had_to_end);
}

static void test_a_driver_that_hangs_does_not_hold_up_the_end(void **state)
{
    struct world *world = *state;
    make_node("video0");
    nodes.hangs = true;
    begin(world);
    while (nodes.n_looks == 0)
        sched_yield();
    nodes.ends = true;
    v4l2_monitor_destroy(world->monitor);
    world->monitor = NULL;
    assert_true(nodes.had_to_end);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_node_that_fails_is_looked_at_again),
        TEST(test_a_node_that_fails_at_first_sight_is_too),
        TEST(test_a_driver_that_hangs_holds_up_nobody),
        TEST(test_a_driver_that_hangs_does_not_hold_up_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
