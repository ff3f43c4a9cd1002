#include "net/net.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/internal.h"

/* Descriptors for everything but connections: files, pipes, listeners, the database. */
enum { OTHER_FILES = 512 };

/* Raises the process's file limit to what the connections need, or lowers the number of connections
 * to what the limit allows; returns how many. */
static unsigned fit_file_limit(unsigned connections)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted)
        return connections;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted) {
        wanted = limit.rlim_max;
        connections = (unsigned)(wanted > 2 * OTHER_FILES ? wanted - OTHER_FILES : wanted / 2);
        log_info("net", NULL, "the limit of open files allows %u connections", connections);
    }
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit))
        log_warn("net", NULL, "cannot set the limit of open files to %llu",
                 (unsigned long long)wanted);
    return connections;
}

static struct net_params with_defaults(const struct net_params *params)
{
    struct net_params p = *params;
    p.max_connections = fit_file_limit(p.max_connections ? p.max_connections : 8192);
    if (!p.send_buffer_bytes)
        p.send_buffer_bytes = 128 * 1024;
    if (!p.head_us)
        p.head_us = 10 * US_PER_S;
    if (!p.ping_us)
        p.ping_us = 20 * US_PER_S;
    if (!p.stall_us)
        p.stall_us = 60 * US_PER_S;
    if (!p.max_pinned_bytes)
        p.max_pinned_bytes = 64 * 1024 * 1024;
    if (!p.max_inbound_bytes)
        p.max_inbound_bytes = 64 * 1024 * 1024;
    if (!p.message_us)
        p.message_us = 30 * US_PER_S;
    if (!p.crowded_us)
        p.crowded_us = US_PER_S;
    return p;
}

int net_create(const struct net_params *params, struct net **ret_net)
{
    struct net *net = mem_new(struct net);
    list_init(&net->listeners);
    list_init(&net->conns);
    list_init(&net->signals);
    list_init(&net->ready);
    list_init(&net->unfinished);
    net->params = with_defaults(params);
    int r = uv_loop_init(&net->loop);
    if (r < 0) {
        mem_free(net);
        return r;
    }
    /* Writing to a closed peer must fail with EPIPE, not kill the process. */
    signal(SIGPIPE, SIG_IGN);
    conn_init_loop(net);
    link_start(net);
    uv_timer_init(&net->loop, &net->grace);
    *ret_net = net;
    return 0;
}

int net_run(struct net *net)
{
    uv_run(&net->loop, UV_RUN_DEFAULT);
    conn_kill_all(net);
    return 0;
}

static void on_grace_over(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

void net_stop(struct net *net, int64_t grace_us)
{
    if (net->stopping)
        return;
    net->stopping = true;
    listen_stop_all(net);
    conn_stop_all(net);
    /* Without connections the next turn ends it; otherwise conn does, after the last one. */
    uint64_t grace_ms = list_empty(&net->conns) ? 0 : (uint64_t)(grace_us / US_PER_MS);
    uv_timer_start(&net->grace, on_grace_over, grace_ms, 0);
}

static void close_own_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void net_destroy(struct net *net)
{
    if (!net)
        return;
    net->stopping = true;
    listen_stop_all(net);
    conn_kill_all(net);
    net_signals_destroy(net);
    close_own_handle((uv_handle_t *)&net->before_poll);
    close_own_handle((uv_handle_t *)&net->after_poll);
    close_own_handle((uv_handle_t *)&net->more);
    close_own_handle((uv_handle_t *)&net->sweep);
    close_own_handle((uv_handle_t *)&net->grace);
    for (int turn = 0; turn < 4; turn++)
        uv_run(&net->loop, UV_RUN_NOWAIT);
    listen_free_all(net);
    int r = uv_loop_close(&net->loop);
    assert(r == 0 && "timers and wakes are destroyed before net");
    (void)r;
    link_finish(net);
    mem_free(net);
}

int64_t net_now_us(const struct net *net)
{
    (void)net;
    return clock_now_us(&clock_system);
}

struct net_stats net_stats(const struct net *net)
{
    return net->stats;
}
