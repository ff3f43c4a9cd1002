#include "v4l2/v4l2_monitor.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/inbox.h"
#include "base/log.h"
#include "base/thread.h"
#include "source/poke.h"
#include "v4l2/v4l2_sources.h"

static const char FOLDER[] = "/dev";

/* A report of the thread to the loop. */
struct news {
    struct list node;
    char name[V4L2_NODE_MAX]; /* "video0" */
    struct v4l2_found *found; /* owned; NULL: the node is gone */
};

struct v4l2_monitor {
    struct jpeg_limits limits; /* immutable */
    struct thread thread;
    int inotify_fd;
    struct poke end;    /* asks the thread to end; stays readable */
    struct inbox inbox; /* of news */
    struct net_wake *wake;
    struct v4l2_sources sources; /* loop only */
};

/* --- The thread: examines nodes, which blocks on their drivers. --- */

/* Nodes that need not be examined again; used only by the thread. */
enum { NODES_MAX = 64 };
struct nodes {
    char names[NODES_MAX][V4L2_NODE_MAX];
    unsigned count;
    bool has_failed; /* one is unknown, and may never change again */
};

/* A node that fails may be very new, or its driver may be recovering: it is examined again after
 * these times. */
static const int RETRY_MS[] = {100, 1000, 1000, 1000};
enum { RETRIES = sizeof(RETRY_MS) / sizeof(*RETRY_MS) };

static unsigned find_node(const struct nodes *nodes, const char *name)
{
    unsigned i = 0;
    while (i < nodes->count && strcmp(nodes->names[i], name) != 0)
        i++;
    return i;
}

static void post(struct v4l2_monitor *monitor, const char *name, struct v4l2_found *takes_found)
{
    struct news *news = mem_new(struct news);
    list_init(&news->node);
    snprintf(news->name, sizeof(news->name), "%.31s", name);
    news->found = takes_found;
    inbox_post(&monitor->inbox, &news->node);
}

/* A driver that takes seconds for each of its controls must delay neither the other cameras nor the
 * shutdown. */
static const int64_t PATIENCE_US = 5 * US_PER_S;

struct look {
    const struct v4l2_monitor *monitor;
    int64_t until_us;
};

static bool lasts(void *ctx)
{
    const struct look *look = ctx;
    struct pollfd quit = {.fd = look->monitor->end.fd, .events = POLLIN};
    return clock_now_us(&clock_system) < look->until_us && poll(&quit, 1, 0) == 0;
}

/* may_refuse: no word if the server may not open it. The creator of a new node may be about
 * to set its permissions, which makes it known again. */
static void look_at(struct v4l2_monitor *monitor, struct nodes *nodes, const char *name,
                    bool may_refuse)
{
    struct v4l2_found *found = NULL;
    if (!v4l2_is_node_name(name) || nodes->count == NODES_MAX ||
        find_node(nodes, name) < nodes->count)
        return;
    struct look look = {monitor, clock_now_us(&clock_system) + PATIENCE_US};
    int r = v4l2_found_create(name, &(struct v4l2_patience){lasts, &look},
                              monitor->limits.max_width, monitor->limits.max_height, &found);
    if (r == 0 || r == -ENOTSUP)
        snprintf(nodes->names[nodes->count++], V4L2_NODE_MAX, "%.31s", name);
    else if (r != -EACCES)
        nodes->has_failed = true;
    if (r == 0)
        post(monitor, name, found);
    else if (r == -EACCES && !may_refuse)
        log_info("v4l2", name, "no permission; the server's user must be in the group video");
    else
        log_debug("v4l2", name, "%s", r == -ENOTSUP ? "not a supported camera" : strerror(-r));
}

static void forget(struct v4l2_monitor *monitor, struct nodes *nodes, const char *name)
{
    unsigned i = find_node(nodes, name);
    if (i == nodes->count)
        return;
    memmove(nodes->names[i], nodes->names[--nodes->count], V4L2_NODE_MAX);
    post(monitor, name, NULL);
}

/* After lost events. */
static void forget_lost(struct v4l2_monitor *monitor, struct nodes *nodes)
{
    char name[V4L2_NODE_MAX], path[2 * V4L2_NODE_MAX];
    for (unsigned i = nodes->count; i-- > 0;) {
        memcpy(name, nodes->names[i], sizeof(name));
        snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
        if (access(path, F_OK) < 0)
            forget(monitor, nodes, name);
    }
}

static void look_around(struct v4l2_monitor *monitor, struct nodes *nodes, bool may_refuse)
{
    DIR *dir = opendir(FOLDER);
    for (const struct dirent *e; dir && (e = readdir(dir));)
        look_at(monitor, nodes, e->d_name, may_refuse);
    if (dir)
        closedir(dir);
}

static void read_changes(struct v4l2_monitor *monitor, struct nodes *nodes)
{
    _Alignas(struct inotify_event) char bytes[4096];
    ssize_t n = read(monitor->inotify_fd, bytes, sizeof(bytes));
    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *e = (const struct inotify_event *)(const void *)(bytes + at);
        if (e->mask & IN_Q_OVERFLOW) {
            forget_lost(monitor, nodes);
            look_around(monitor, nodes, false);
        } else if (e->len && e->mask & (IN_DELETE | IN_MOVED_FROM)) {
            forget(monitor, nodes, e->name);
        } else if (e->len) {
            look_at(monitor, nodes, e->name, e->mask & IN_CREATE);
        }
        at += (ssize_t)sizeof(*e) + e->len;
    }
}

static void *run(void *ctx)
{
    struct v4l2_monitor *monitor = ctx;
    struct nodes nodes = {.count = 0};
    struct pollfd fds[] = {{.fd = monitor->inotify_fd, .events = POLLIN},
                           {.fd = monitor->end.fd, .events = POLLIN}};
    int64_t retry_us = CLOCK_NEVER_US;
    look_around(monitor, &nodes, false); /* the watch is set already, so nothing is missed in
                                          * between */
    for (unsigned tries = 0; !fds[1].revents;) {
        if (nodes.has_failed && tries < RETRIES)
            retry_us = clock_now_us(&clock_system) + RETRY_MS[tries++] * US_PER_MS;
        nodes.has_failed = false;
        int n = poll(fds, 2, poke_left_ms(retry_us));
        if (n > 0 && fds[0].revents) {
            read_changes(monitor, &nodes);
            tries = nodes.has_failed ? 0 : tries;
        } else if (n == 0) {
            retry_us = CLOCK_NEVER_US;
            look_around(monitor, &nodes, true);
        }
    }
    return NULL;
}

/* --- The loop. --- */

static void on_wake(void *ctx)
{
    struct v4l2_monitor *monitor = ctx;
    char path[V4L2_NODE_MAX];
    for (struct list *node; (node = inbox_take(&monitor->inbox));) {
        struct news *news = list_entry(node, struct news, node);
        snprintf(path, sizeof(path), "%s/%.20s", FOLDER, news->name);
        if (news->found)
            v4l2_sources_found(&monitor->sources, news->found);
        else
            v4l2_sources_lost(&monitor->sources, path);
        mem_free(news);
    }
}

static int start(struct v4l2_monitor *monitor)
{
    int r = poke_init(&monitor->end);
    monitor->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (r < 0)
        return r;
    if (monitor->inotify_fd < 0)
        return -errno;
    if (inotify_add_watch(monitor->inotify_fd, FOLDER,
                          IN_CREATE | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO) < 0)
        return -errno;
    return thread_start(&monitor->thread, "v4l2 monitor", run, monitor);
}

/* Frees everything but the thread. */
static void finish(struct v4l2_monitor *monitor)
{
    for (struct list *node; (node = inbox_take(&monitor->inbox));) {
        struct news *news = list_entry(node, struct news, node);
        mem_free(news->found);
        mem_free(news);
    }
    v4l2_sources_finish(&monitor->sources);
    if (monitor->inotify_fd >= 0)
        close(monitor->inotify_fd);
    poke_finish(&monitor->end);
    inbox_finish(&monitor->inbox);
    net_wake_destroy(monitor->wake);
    mem_free(monitor);
}

int v4l2_monitor_create(struct registry *registry, struct v4l2_monitor **ret_monitor)
{
    const struct camera_env *env = registry_env(registry);
    struct v4l2_monitor *monitor = mem_new(struct v4l2_monitor);
    monitor->limits = env->jpeg_limits;
    v4l2_sources_init(&monitor->sources, registry);
    monitor->wake = net_wake_create(env->net, on_wake, monitor);
    inbox_init(&monitor->inbox, net_wake_waker(monitor->wake));
    int r = start(monitor);
    if (r < 0) {
        finish(monitor);
        return r;
    }
    *ret_monitor = monitor;
    return 0;
}

void v4l2_monitor_destroy(struct v4l2_monitor *monitor)
{
    if (!monitor)
        return;
    poke_send(&monitor->end);
    v4l2_sources_quit(&monitor->sources); /* they end while the monitor's thread does */
    thread_join(&monitor->thread);
    finish(monitor);
}
