/* Listening sockets of our own: libwebsockets hides why a bind failed, and cannot tell a limit. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/internal.h"

/* Connections taken in one turn. */
enum { ACCEPTS_A_TURN = 64 };
/* How long accepting rests when the machine is out of descriptors or memory. */
enum { PAUSE_MS = 500 };

static int read_address(const char *text, uint16_t port, struct sockaddr_storage *ret,
                        socklen_t *ret_len)
{
    struct sockaddr_in *in = (void *)ret;
    struct sockaddr_in6 *in6 = (void *)ret;
    memset(ret, 0, sizeof(*ret));
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        *ret_len = sizeof(*in);
        return 0;
    }
    if (strcmp(text, "*") == 0)
        in6->sin6_addr = in6addr_any;
    else if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
        return -EINVAL;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(port);
    *ret_len = sizeof(*in6);
    return 0;
}

/* A bound, listening socket; *port is set to the real one. */
static int open_socket(const char *address, uint16_t *port)
{
    struct sockaddr_storage where;
    socklen_t len;
    const int on = 1, off = 0;
    int r = read_address(address, *port, &where, &len);
    if (r < 0)
        return r;
    int fd = socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 && errno == EAFNOSUPPORT && strcmp(address, "*") == 0)
        return open_socket("0.0.0.0", port); /* a kernel without IPv6 */
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (where.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, strcmp(address, "*") == 0 ? &off : &on,
                   sizeof(off));
    if (bind(fd, (const void *)&where, len) || listen(fd, SOMAXCONN) ||
        getsockname(fd, (void *)&where, &len)) {
        r = -errno;
        close(fd);
        return r;
    }
    *port = ntohs(where.ss_family == AF_INET ? ((struct sockaddr_in *)(void *)&where)->sin_port
                                             : ((struct sockaddr_in6 *)(void *)&where)->sin6_port);
    return fd;
}

static void on_acceptable(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *timer)
{
    struct net_listener *listener = timer->data;
    uv_poll_start(&listener->poll, UV_READABLE, on_acceptable);
}

static void take(struct net_listener *listener, int fd, const struct sockaddr_storage *from)
{
    struct net *net = listener->net;
    const int on = 1, send_bytes = (int)net->params.send_buffer_bytes;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof(send_bytes));
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
    int fd = open_socket(params->address, &port);
    if (fd < 0)
        return fd;
    struct net_listener *listener = mem_new(struct net_listener);
    listener->net = net;
    listener->params = *params;
    listener->params.address = NULL;
    if (!listener->params.max_body_bytes)
        listener->params.max_body_bytes = 64 * 1024;
    if (!listener->params.max_per_address)
        listener->params.max_per_address = 64;
    listener->fd = fd;
    listener->port = port;
    int r = uv_poll_init(&net->loop, &listener->poll, fd);
    if (r < 0) {
        close(fd);
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
    }
}

void listen_free_all(struct net *net)
{
    list_for_each (listener, &net->listeners, struct net_listener, node) {
        list_remove(&listener->node);
        mem_free(listener);
    }
}
