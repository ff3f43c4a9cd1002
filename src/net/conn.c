#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/internal.h"
#include "net/socket.h"
#include "net/socket_unix.h"

enum {
    /* How often one connection may send before the others' input is handled. */
    ROUNDS_A_TURN = 8,
    /* Small pieces are collected up to this; a large one is sent along with those before it. */
    GATHER_BYTES = 16 * 1024,
};
/* Deadlines are checked at most this often. */
static const int64_t SWEEP_GAP_US = US_PER_S / 4;
/* How long to wait for the peer to close after we did. */
static const int64_t LINGER_US = 2 * US_PER_S;

static bool is_loopback(const struct in6_addr *a)
{
    return IN6_IS_ADDR_LOOPBACK(a) || (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
}

static void read_address(struct conn *conn, int fd, const struct sockaddr_storage *from)
{
    if (from->ss_family == AF_UNIX) {
        socket_peer_unix(fd, conn->peer, sizeof(conn->peer));
        conn->loopback = true;
        return;
    }
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)from;
        conn->address.s6_addr[10] = conn->address.s6_addr[11] = 0xff;
        memcpy(&conn->address.s6_addr[12], &in->sin_addr, 4);
    } else {
        conn->address = ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
    }
    if (IN6_IS_ADDR_V4MAPPED(&conn->address))
        inet_ntop(AF_INET, &conn->address.s6_addr[12], conn->peer, sizeof(conn->peer));
    else
        inet_ntop(AF_INET6, &conn->address, conn->peer, sizeof(conn->peer));
    conn->loopback = is_loopback(&conn->address);
}

/* Each listener has reserved places; all others are shared. */
static bool has_place(const struct net_listener *wanted)
{
    const struct net *net = wanted->net;
    unsigned others = 0; /* taken by others, or reserved for them */
    list_for_each (listener, &net->listeners, struct net_listener, node)
        if (listener != wanted)
            others += listener->connections > listener->params.reserved ? listener->connections
                                                                        : listener->params.reserved;
    return others + wanted->connections < net->params.max_connections;
}

/* Closes the listener's oldest idle connection. A browser reopens one when it needs it; many idle
 * ones mean that a client only opens connections. */
static bool make_place(const struct net_listener *listener)
{
    struct net *net = listener->net;
    list_for_each (conn, &net->conns, struct conn, node) {
        if (conn->listener == listener && conn->idle && !conn->ending) {
            net->stats.idle_closed++;
            link_kill(conn);
            return true;
        }
    }
    return false;
}

static bool is_admitted(const struct conn *conn)
{
    if (!has_place(conn->listener) && !make_place(conn->listener))
        return false;
    if (conn->loopback)
        return true;
    unsigned same = 0;
    list_for_each (other, &conn->net->conns, struct conn, node)
        same += other->listener == conn->listener &&
                memcmp(&other->address, &conn->address, sizeof(conn->address)) == 0;
    return same < conn->listener->params.max_per_address;
}

static void refuse(const struct net_listener *listener, int fd)
{
    static const char TEXT[] = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\n"
                               "content-length: 21\r\nconnection: close\r\n\r\n"
                               "too many connections\n";
    if (listener->params.tls) { /* a handshake would cost more than the connection */
        close(fd);
        return;
    }
    /* It fits the socket's empty buffer; otherwise it is not sent. */
    if (send(fd, TEXT, sizeof(TEXT) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_debug("net", NULL, "a refusal was not sent");
    close(fd);
}

int conn_create(struct net_listener *listener, int fd, const struct sockaddr_storage *address)
{
    struct net *net = listener->net;
    struct conn *conn = mem_new(struct conn);
    list_init(&conn->node);
    list_init(&conn->ready);
    list_init(&conn->choke);
    conn->net = net;
    conn->listener = listener;
    conn->last_input_us = net_now_us(net);
    read_address(conn, fd, address);
    if (!is_admitted(conn)) {
        refuse(listener, fd);
        mem_free(conn);
        return -EDQUOT;
    }
    if (!conn->loopback)
        socket_tune_for_loss(fd);
    int r = link_adopt(conn, fd);
    if (r < 0) {
        mem_free(conn);
        return r;
    }
    list_append(&net->conns, &conn->node);
    net->stats.connections++;
    listener->connections++;
    http_start(conn);
    return 0;
}

void conn_ready(struct conn *conn)
{
    if (!conn->choked && !conn->ending && list_empty(&conn->ready))
        list_append(&conn->net->ready, &conn->ready);
}

void conn_pause_reading(struct conn *conn, bool pause)
{
    if (conn->rx_paused == pause)
        return;
    conn->rx_paused = pause;
    link_update(conn);
}

static void shut(struct conn *conn)
{
    conn->shut = true;
    conn->shut_at_us = net_now_us(conn->net);
    link_shut(conn);
    conn_pause_reading(conn, false);
    conn_deadline(conn, conn->shut_at_us + LINGER_US);
}

static void end(struct conn *conn)
{
    conn->ending = true;
    if (!conn->choked)
        shut(conn);
}

/* Collects pieces from the role; returns the result of its last produce(). */
static int gather(struct conn *conn)
{
    size_t len_bytes = 0;
    int r = 1;
    while (r > 0 && conn->out_count < PIECES_MAX && len_bytes < GATHER_BYTES) {
        struct piece piece = {0};
        r = conn->role->produce(conn, &piece);
        if (r > 0 && piece.len_bytes) {
            conn->out[conn->out_count++] = piece;
            len_bytes += piece.len_bytes;
        } else {
            buf_unref(&piece.takes_buf);
        }
    }
    return r;
}

static void pump(struct conn *conn)
{
    if (conn->choked || !link_has_room(conn)) /* link resumes it later */
        return;
    int r = gather(conn);
    if (conn->out_count && link_send(conn) < 0)
        link_kill(conn);
    else if (r < 0)
        end(conn);
    else if (r > 0)
        conn_ready(conn);
}

static void pump_ready(struct net *net)
{
    struct list batch;
    list_init(&batch);
    /* Connections that stay ready move to the end of net->ready, for the next round. */
    while (!list_empty(&net->ready)) {
        struct list *node = net->ready.next;
        list_remove(node);
        list_append(&batch, node);
    }
    while (!list_empty(&batch)) {
        struct conn *conn = list_entry(batch.next, struct conn, ready);
        list_remove(&conn->ready);
        pump(conn);
    }
    link_relieve(net);
}

static void on_more(uv_idle_t *idle)
{
    (void)idle; /* an active idle handle keeps poll from blocking */
}

void conn_flush(struct net *net)
{
    for (int round = 0; round < ROUNDS_A_TURN && !list_empty(&net->ready); round++)
        pump_ready(net);
    if (list_empty(&net->ready))
        uv_idle_stop(&net->more);
    else
        uv_idle_start(&net->more, on_more);
}

static int64_t check(struct conn *conn, int64_t now_us)
{
    if (conn->shut) {
        int64_t at_us = conn->shut_at_us + LINGER_US;
        return now_us < at_us ? at_us : -1;
    }
    if (!conn->choked)
        return conn->role->check(conn, now_us);
    return link_check(conn, now_us);
}

static void on_sweep(uv_timer_t *timer)
{
    struct net *net = timer->data;
    int64_t now_us = net_now_us(net);
    int64_t next_us = CLOCK_NEVER_US;
    list_for_each (conn, &net->conns, struct conn, node) {
        int64_t at_us = check(conn, now_us);
        if (at_us < 0)
            link_kill(conn);
        else if (at_us < next_us)
            next_us = at_us;
    }
    int64_t relieve_us = link_relieve(net);
    if (relieve_us < next_us)
        next_us = relieve_us;
    net->sweep_at_us = CLOCK_NEVER_US;
    if (next_us != CLOCK_NEVER_US) {
        net->sweep_at_us = next_us < now_us + SWEEP_GAP_US ? now_us + SWEEP_GAP_US : next_us;
        uv_timer_start(&net->sweep, on_sweep,
                       (uint64_t)((net->sweep_at_us - now_us) / US_PER_MS + 1), 0);
    }
}

void conn_deadline(struct conn *conn, int64_t deadline_us)
{
    struct net *net = conn->net;
    if (deadline_us >= net->sweep_at_us - SWEEP_GAP_US)
        return;
    int64_t now_us = net_now_us(net);
    net->sweep_at_us = deadline_us < now_us ? now_us : deadline_us;
    uv_update_time(&net->loop);
    uv_timer_start(&net->sweep, on_sweep, (uint64_t)((net->sweep_at_us - now_us) / US_PER_MS + 1),
                   0);
}

void conn_stop_all(struct net *net)
{
    list_for_each (conn, &net->conns, struct conn, node)
        if (!conn->ending)
            conn->role->stop(conn);
}

void conn_kill_all(struct net *net)
{
    while (!list_empty(&net->conns))
        link_kill(list_entry(net->conns.next, struct conn, node));
}

int conn_on_input(struct conn *conn, const uint8_t *bytes, size_t len_bytes)
{
    conn->last_input_us = net_now_us(conn->net);
    if (conn->ending)
        return 0;
    return conn->role->input(conn, bytes, len_bytes);
}

void conn_on_writable(struct conn *conn)
{
    conn->last_input_us = net_now_us(conn->net); /* it was not read meanwhile, but is alive */
    if (conn->ending)
        shut(conn);
    else
        conn_ready(conn);
}

void conn_on_gone(struct conn *conn)
{
    struct net *net = conn->net;
    list_remove(&conn->node);
    list_remove(&conn->ready);
    net->stats.connections--;
    conn->listener->connections--;
    conn->role->gone(conn);
    if (net->stopping && list_empty(&net->conns))
        uv_stop(&net->loop);
}

static void on_before_poll(uv_prepare_t *prepare)
{
    conn_flush(prepare->data);
}

static void on_after_poll(uv_check_t *after)
{
    conn_flush(after->data);
}

void conn_init_loop(struct net *net)
{
    net->sweep_at_us = CLOCK_NEVER_US;
    uv_prepare_init(&net->loop, &net->before_poll);
    uv_check_init(&net->loop, &net->after_poll);
    uv_idle_init(&net->loop, &net->more);
    uv_timer_init(&net->loop, &net->sweep);
    net->before_poll.data = net->after_poll.data = net->sweep.data = net;
    uv_prepare_start(&net->before_poll, on_before_poll);
    uv_check_start(&net->after_poll, on_after_poll);
}
