/* A WebSocket session on its own, with the connection below it replaced: however the peer's bytes
 * are cut, the same messages come up and the same bytes go down. The first byte of the input says
 * how they are cut. */
#include "net/ws.c"

#include "check.h"

enum { MOST_BYTES = 100 * 1000, HEADROOM = 24 };

struct tale { /* what happened, as a running sum */
    uint64_t sum;
    unsigned messages;
};

static void tell(struct tale *tale, const void *bytes, size_t len_bytes)
{
    const uint8_t *p = bytes;
    tale->sum = (tale->sum ^ len_bytes) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < len_bytes; i++)
        tale->sum = (tale->sum ^ p[i]) * UINT64_C(0x100000001b3);
}

void conn_ready(struct conn *conn)
{
    (void)conn;
}

void conn_pause_reading(struct conn *conn, bool pause)
{
    conn->rx_paused = pause;
}

void conn_deadline(struct conn *conn, int64_t deadline_us)
{
    (void)conn;
    (void)deadline_us;
}

int64_t net_now_us(const struct net *net)
{
    (void)net;
    return 1;
}

static void take_message(void *session, struct buf *takes_buf, size_t len_bytes, bool binary)
{
    struct tale *tale = session;
    CHECK(len_bytes <= MOST_BYTES && takes_buf->len_bytes > HEADROOM + len_bytes);
    const uint8_t *bytes = takes_buf->data + HEADROOM;
    CHECK(bytes[len_bytes] == 0);
    CHECK(binary || ws_text_is_utf8(bytes, len_bytes));
    memset(takes_buf->data, 0xaa, HEADROOM); /* the headroom is ours */
    tell(tale, bytes, len_bytes);
    tale->messages++;
    buf_unref(&takes_buf);
}

static int no_more(void *session, struct net_out *ret_out)
{
    (void)session;
    (void)ret_out;
    return 0;
}

static void note_end(void *session)
{
    tell(session, "end", 3);
}

static const struct ws_ops OPS = {.max_message_bytes = MOST_BYTES,
                                  .headroom = HEADROOM,
                                  .message = take_message,
                                  .next = no_more,
                                  .closed = note_end};

static struct tale live(const uint8_t *bytes, size_t len_bytes, size_t cut)
{
    struct tale tale = {0};
    struct net net = {.params = {.ping_us = US_PER_S,
                                 .message_us = US_PER_S,
                                 .max_inbound_bytes = 2 * MOST_BYTES}};
    list_init(&net.unfinished);
    struct conn conn = {.net = &net, .peer = "peer"};
    struct buf *handshake;
    CHECK(buf_create(1, &handshake) == 0);
    handshake->data[0] = 'h';
    ws_start(&conn, &(struct ws_accept){.ops = &OPS, .session = &tale}, handshake);
    struct tale sent = {0};
    struct piece piece;
    for (size_t at = 0; at < len_bytes;) {
        size_t n = len_bytes - at < cut ? len_bytes - at : cut;
        CHECK(conn.role->input(&conn, bytes + at, n) == 0);
        at += n;
    }
    while (conn.role->produce(&conn, &piece) > 0) {
        tell(&sent, piece.bytes, piece.len_bytes);
        buf_unref(&piece.takes_buf);
    }
    conn.role->gone(&conn);
    CHECK(net.stats.websockets == 0 && net.stats.inbound_bytes == 0);
    tell(&tale, &sent.sum, sizeof(sent.sum));
    return tale;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    if (len_bytes < 1)
        return 0;
    struct tale whole = live(data + 1, len_bytes - 1, SIZE_MAX);
    struct tale cut = live(data + 1, len_bytes - 1, (size_t)data[0] + 1);
    CHECK(whole.sum == cut.sum && whole.messages == cut.messages);
    return 0;
}
