/* Listeners: bind and accept. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/internal.h"
#include "net/socket.h"
#include "net/socket_unix.h"

/* Connections accepted in one turn. */
enum { ACCEPTS_A_TURN = 64 };
/* How long accepting pauses when the machine is out of descriptors or memory. */
enum { PAUSE_MS = 500 };

static void on_acceptable(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *timer)
{
    struct net_listener *listener = timer->data;
    uv_poll_start(&listener->poll, UV_READABLE, on_acceptable);
}

static void take(struct net_listener *listener, int fd, const struct sockaddr_storage *from)
{
    struct net *net = listener->net;
    socket_tune(fd, net->params.send_buffer_bytes);
    if (conn_create(listener, fd, from) < 0)
        net->stats.refused++;
}

static void on_acceptable(uv_poll_t *poll, int status, int events)
{
    struct net_listener *listener = poll->data;
    (void)status;
    (void)events;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage from;
        socklen_t len = sizeof(from);
        int fd = accept4(listener->fd, (void *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take(listener, fd, &from);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            log_warn("net", NULL, "cannot accept a connection: %s", strerror(errno));
            uv_poll_stop(&listener->poll);
            uv_timer_start(&listener->pause, on_pause_over, PAUSE_MS, 0);
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

int net_listen(struct net *net, const struct net_listener_params *params,
               struct net_listener **ret_listener)
{
    uint16_t port = params->port;
    const bool is_unix = params->address[0] == '/';
    int fd = is_unix ? socket_listen_unix(params->address, params->group)
                     : socket_listen(params->address, &port);
    if (fd < 0)
        return fd;
    struct net_listener *listener = mem_new(struct net_listener);
    listener->net = net;
    listener->params = *params;
    listener->params.address = listener->params.group = NULL;
    listener->path = is_unix ? mem_strdup_or_die(params->address) : NULL;
    if (!listener->params.max_body_bytes)
        listener->params.max_body_bytes = 64 * 1024;
    if (!listener->params.max_per_address)
        listener->params.max_per_address = 64;
    /* All reserved places together do not exceed the number of places. */
    unsigned left = net->params.max_connections;
    list_for_each (other, &net->listeners, struct net_listener, node)
        left -= other->params.reserved;
    if (listener->params.reserved > left / 2)
        listener->params.reserved = left / 2;
    listener->fd = fd;
    listener->port = port;
    int r = uv_poll_init(&net->loop, &listener->poll, fd);
    if (r < 0) {
        close(fd);
        mem_free(listener->path);
        mem_free(listener);
        return r;
    }
    uv_timer_init(&net->loop, &listener->pause);
    listener->poll.data = listener->pause.data = listener;
    uv_poll_start(&listener->poll, UV_READABLE, on_acceptable);
    list_append(&net->listeners, &listener->node);
    *ret_listener = listener;
    return 0;
}

uint16_t net_listener_port(const struct net_listener *listener)
{
    return listener->port;
}

void listen_stop_all(struct net *net)
{
    list_for_each (listener, &net->listeners, struct net_listener, node) {
        if (listener->fd < 0)
            continue;
        uv_close((uv_handle_t *)&listener->poll, NULL);
        uv_close((uv_handle_t *)&listener->pause, NULL);
        close(listener->fd);
        listener->fd = -1;
        if (listener->path)
            unlink(listener->path);
    }
}

void listen_free_all(struct net *net)
{
    list_for_each (listener, &net->listeners, struct net_listener, node) {
        list_remove(&listener->node);
        mem_free(listener->path);
        mem_free(listener);
    }
}
