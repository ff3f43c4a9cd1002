/* A connection's socket on the loop: reading, unsent pieces, and the limit on memory that all slow
 * peers together may pin. */
#include <errno.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/internal.h"
#include "net/socket.h"

/* Of one read, into a buffer shared by all connections. */
enum { READ_BYTES = 64 * 1024 };
static const int64_t LOG_GAP_US = 60 * US_PER_S;

static void on_poll(uv_poll_t *poll, int status, int events);

void link_start(struct net *net)
{
    net->input = mem_zalloc_or_die(1, READ_BYTES);
    list_init(&net->choked);
}

void link_finish(struct net *net)
{
    mem_free(net->input);
}

int link_adopt(struct conn *conn, int fd)
{
    struct tls *tls = conn->listener->params.tls;
    conn->wire = (struct wire){.ops = &WIRE_PLAIN, .fd = fd};
    if (tls && wire_tls_open(tls, fd, &conn->wire) < 0) {
        conn->wire.ops->close(&conn->wire);
        return -ENOMEM;
    }
    conn->read_event = UV_READABLE;
    conn->send_event = UV_WRITABLE;
    list_init(&conn->choke);
    int r = uv_poll_init(&conn->net->loop, &conn->poll, fd);
    if (r < 0) {
        conn->wire.ops->close(&conn->wire);
        return r;
    }
    conn->poll.data = conn;
    link_update(conn);
    return 0;
}

void link_update(struct conn *conn)
{
    int events = 0;
    if (!conn->rx_paused && !conn->peer_ended)
        events |= conn->read_event;
    if (conn->choked)
        events |= conn->send_event;
    if (events == conn->events)
        return;
    conn->events = events;
    if (events)
        uv_poll_start(&conn->poll, events, on_poll);
    else
        uv_poll_stop(&conn->poll);
}

/* --- Memory pinned by choked connections. --- */

/* Each buffer counts once, even if many connections wait for it. */
static void pin(struct net *net, struct buf *buf)
{
    if (buf && buf->pins++ == 0)
        net->stats.pinned_bytes += buf->len_bytes;
}

static void unpin(struct net *net, struct buf *buf)
{
    if (buf && --buf->pins == 0)
        net->stats.pinned_bytes -= buf->len_bytes;
}

/* So much is pinned that the shorter timeout applies to stalled peers. */
static bool is_crowded(const struct net *net)
{
    return net->stats.pinned_bytes > net->params.max_pinned_bytes / 4;
}

static int64_t stall_timeout_us(const struct net *net)
{
    return is_crowded(net) ? net->params.crowded_us : net->params.stall_us;
}

/* The peer took something, or has just become choked: it moves to the end of the list. */
static void note_progress(struct conn *conn)
{
    conn->progress_us = net_now_us(conn->net);
    list_remove(&conn->choke);
    list_append(&conn->net->choked, &conn->choke);
}

static void choke(struct conn *conn)
{
    struct net *net = conn->net;
    conn->choked = conn->congested = true;
    net->stats.choked++;
    for (size_t i = conn->out_first; i < conn->out_count; i++)
        pin(net, conn->out[i].takes_buf);
    net->stats.pinned_bytes += conn->held_bytes;
    conn->acked_bytes = socket_bytes_acked(conn->wire.fd);
    note_progress(conn);
    conn_deadline(conn, conn->progress_us + stall_timeout_us(net));
}

static void unchoke(struct conn *conn)
{
    conn->choked = false;
    conn->net->stats.choked--;
    conn->net->stats.pinned_bytes -= conn->held_bytes;
    list_remove(&conn->choke);
}

void link_hold(struct conn *conn, size_t len_bytes)
{
    if (conn->choked)
        conn->net->stats.pinned_bytes += len_bytes - conn->held_bytes;
    conn->held_bytes = len_bytes;
}

/* A slow peer is not stalled: it counts whether its kernel confirmed any bytes. */
static bool took_something(struct conn *conn)
{
    uint64_t acked_bytes = socket_bytes_acked(conn->wire.fd);
    if (acked_bytes == conn->acked_bytes)
        return false;
    conn->acked_bytes = acked_bytes;
    note_progress(conn);
    return true;
}

int64_t link_check(struct conn *conn, int64_t now_us)
{
    int64_t stall_us = conn->net->params.stall_us;
    if (now_us >= conn->progress_us + stall_us && !took_something(conn))
        return -1;
    return conn->progress_us + stall_us;
}

static void log_relief(struct net *net, int64_t now_us)
{
    if (net->relief_logged_us && now_us < net->relief_logged_us + LOG_GAP_US)
        return;
    net->relief_logged_us = now_us;
    log_warn("net", NULL,
             "closing stalled connections: unsent data holds %zu of at most %zu MiB "
             "(%llu closed so far; further ones are not logged for 1 min)",
             net->stats.pinned_bytes >> 20, net->params.max_pinned_bytes >> 20,
             (unsigned long long)net->stats.stalled_closed);
}

/* Closing it would free enough to be worth it; a page on a bad link holds only a small frame. */
static bool holds_much(const struct conn *conn)
{
    size_t len_bytes = conn->held_bytes;
    for (size_t i = conn->out_first; i < conn->out_count; i++)
        len_bytes += conn->out[i].takes_buf ? conn->out[i].takes_buf->len_bytes : 0;
    return len_bytes >= conn->net->params.max_pinned_bytes / 256;
}

static void give_up(struct conn *conn, int64_t now_us)
{
    conn->net->stats.stalled_closed++;
    log_relief(conn->net, now_us);
    link_kill(conn);
}

int64_t link_relieve(struct net *net)
{
    int64_t now_us = net_now_us(net);
    while (is_crowded(net) && !list_empty(&net->choked)) {
        struct conn *longest = list_entry(net->choked.next, struct conn, choke);
        int64_t until_us = longest->progress_us + stall_timeout_us(net);
        const bool is_over =
            net->stats.pinned_bytes > net->params.max_pinned_bytes && longest->out_count;
        if (!is_over && now_us < until_us)
            return until_us;
        if (is_over || (!took_something(longest) && holds_much(longest)))
            give_up(longest, now_us);
        else
            note_progress(longest);
    }
    return CLOCK_NEVER_US;
}

/* --- Sending. --- */

/* Removes len_bytes from the front of the unsent pieces. */
static void drop_sent(struct conn *conn, size_t len_bytes)
{
    while (conn->out_first < conn->out_count) {
        struct piece *piece = &conn->out[conn->out_first];
        if (len_bytes < piece->len_bytes) {
            piece->bytes += len_bytes;
            piece->len_bytes -= len_bytes;
            return;
        }
        len_bytes -= piece->len_bytes;
        if (conn->choked)
            unpin(conn->net, piece->takes_buf);
        buf_unref(&piece->takes_buf);
        conn->out_first++;
    }
    conn->out_first = conn->out_count = 0;
}

int link_send(struct conn *conn)
{
    struct iovec pieces[PIECES_MAX];
    size_t count = 0;
    for (size_t i = conn->out_first; i < conn->out_count; i++)
        pieces[count++] = (struct iovec){.iov_base = (void *)(uintptr_t)conn->out[i].bytes,
                                         .iov_len = conn->out[i].len_bytes};
    ssize_t n = conn->wire.ops->send(&conn->wire, pieces, count);
    if (n == WIRE_GONE)
        return -EPIPE;
    conn->send_event = n == WIRE_WANT_READ ? UV_READABLE : UV_WRITABLE;
    if (n > 0)
        drop_sent(conn, (size_t)n);
    bool left = conn->out_count > 0;
    /* No second attempt after a partial send: it would only cost a call. */
    if (left && !conn->choked)
        choke(conn);
    else if (left && n > 0)
        note_progress(conn);
    else if (!left && conn->choked)
        unchoke(conn);
    link_update(conn);
    return 0;
}

bool link_has_room(struct conn *conn)
{
    if (!conn->congested)
        return true;
    size_t unsent_bytes = socket_unsent_bytes(conn->wire.fd);
    conn->congested = unsent_bytes > 0;
    if (unsent_bytes < SOCKET_UNSENT_BYTES)
        return true;
    choke(conn);
    link_update(conn);
    return false;
}

void link_shut(struct conn *conn)
{
    conn->wire.ops->shut(&conn->wire);
}

static void on_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

void link_kill(struct conn *conn)
{
    /* The handle is part of conn, which is freed once libuv has closed the handle. */
    uv_close((uv_handle_t *)&conn->poll, on_closed);
    conn->wire.ops->close(&conn->wire);
    drop_sent(conn, SIZE_MAX);
    if (conn->choked)
        unchoke(conn);
    conn_on_gone(conn);
}

/* --- Receiving. --- */

static void receive(struct conn *conn)
{
    ssize_t n = conn->wire.ops->receive(&conn->wire, conn->net->input, READ_BYTES);
    if (n == 0 && conn->choked) {
        conn->peer_ended = true; /* it may still take unsent data */
        link_update(conn);
    } else if (n == 0 || n == WIRE_GONE) {
        link_kill(conn);
    } else if (n > 0) {
        if (conn_on_input(conn, conn->net->input, (size_t)n) < 0)
            link_kill(conn);
    } else {
        conn->read_event = n == WIRE_WANT_WRITE ? UV_WRITABLE : UV_READABLE;
        link_update(conn);
    }
}

/* The socket takes more. */
static void resume(struct conn *conn)
{
    int r = 0;
    if (conn->out_count)
        r = link_send(conn);
    else
        unchoke(conn); /* it was choked by link_has_room */
    if (r < 0 || (!conn->choked && conn->peer_ended)) {
        link_kill(conn);
        return;
    }
    link_update(conn);
    if (!conn->choked)
        conn_on_writable(conn);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct conn *conn = poll->data;
    if (status < 0) { /* reset by the peer, or given up by TCP */
        link_kill(conn);
        return;
    }
    if (conn->choked && (events & conn->send_event))
        resume(conn);
    if (conn->wire.fd >= 0 && !conn->rx_paused && !conn->peer_ended && (events & conn->read_event))
        receive(conn);
}
