/* WebSocket sessions. Standard: RFC 6455. No extension is negotiated: JPEG and H.264 do not
 * compress further, and permessage-deflate costs memory and has had vulnerabilities. */
#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/internal.h"
#include "net/ws_frame.h"

_Static_assert((int)NET_OUT_ROOM >= (int)WS_SERVER_HEADER_MAX, "a header fits the room in front");

enum {
    /* How much memory an announced length reserves at once. */
    TRUST_BYTES = 64 * 1024,
};
static const int64_t CLOSE_US = 2 * US_PER_S; /* timeout for the peer's close frame */

struct ws {
    struct list unfinished; /* in net->unfinished, or linked to itself */
    struct conn *conn;
    const struct ws_ops *ops;
    void *session;

    /* Sent before the session's messages, in this order. */
    struct buf *handshake, *pong, *close;
    bool ping_due;
    int64_t pinged_us;
    bool closing;      /* no more messages in either direction */
    int64_t closed_us; /* when the close frame was sent; 0 = not yet */
    bool peer_closed;  /* or its input is ignored */

    /* Input. */
    uint8_t header[WS_CLIENT_HEADER_MAX];
    uint8_t header_len_bytes;
    bool in_frame;
    bool in_message; /* between a message's first frame and its last */
    bool binary;
    struct ws_frame frame;
    uint64_t frame_got_bytes;
    uint8_t control[WS_CONTROL_MAX];
    struct buf *message;
    size_t message_len_bytes, max_message_bytes;
    int64_t message_since_us; /* when it began */
    size_t usual_bytes;       /* size of the last binary message, to guess the next one's */
};

/* --- Out. --- */

/* A control frame, ready to be sent; NULL: out of memory. */
static struct buf *control_frame(enum ws_opcode opcode, const void *payload, size_t len_bytes)
{
    struct buf *buf;
    if (buf_create(2 + len_bytes, &buf) < 0)
        return NULL;
    if (len_bytes)
        memcpy(buf->data + 2, payload, len_bytes);
    ws_frame_write(buf->data + 2, opcode, len_bytes);
    return buf;
}

static void begin_close(struct ws *ws, uint16_t code, const void *reason, size_t len_bytes)
{
    if (ws->closing)
        return;
    ws->closing = true;
    uint8_t payload[WS_CONTROL_MAX] = {(uint8_t)(code >> 8), (uint8_t)code};
    if (len_bytes > sizeof(payload) - 2)
        len_bytes = sizeof(payload) - 2;
    memcpy(payload + 2, reason, len_bytes);
    ws->close = control_frame(WS_CLOSE, payload, code == WS_CODE_NONE ? 0 : 2 + len_bytes);
    conn_ready(ws->conn);
}

/* The message is complete, or dropped. */
static void end_message(struct ws *ws)
{
    if (ws->message)
        ws->conn->net->stats.inbound_bytes -= ws->message->len_bytes;
    list_remove(&ws->unfinished);
    ws->message = NULL;
    ws->message_len_bytes = 0;
    ws->in_message = false;
}

/* Closes because of a violation by the peer, whose further input is ignored. Returns false. */
static bool fail(struct ws *ws, uint16_t code, const char *reason)
{
    log_debug("net", ws->conn->peer, "websocket: %s", reason);
    if (ws->ops->broken)
        ws->ops->broken(ws->session, reason);
    begin_close(ws, code, reason, strlen(reason));
    struct buf *message = ws->message;
    end_message(ws);
    buf_unref(&message);
    ws->peer_closed = true;
    conn_ready(ws->conn);
    return false;
}

static int send_buf(struct buf **buf, struct piece *ret_piece)
{
    *ret_piece =
        (struct piece){.bytes = (*buf)->data, .len_bytes = (*buf)->len_bytes, .takes_buf = *buf};
    *buf = NULL;
    return 1;
}

static int send_message(struct ws *ws, struct piece *ret_piece)
{
    struct net_out out = {0};
    int r = ws->ops->next(ws->session, &out);
    if (r < 0) {
        begin_close(ws, WS_CODE_NORMAL, "", 0);
        return 0; /* begin_close has made the connection ready again */
    }
    if (r == 0)
        return 0;
    assert(out.off >= NET_OUT_ROOM);
    uint8_t *payload = out.takes_buf->data + out.off;
    size_t header = ws_frame_write(payload, out.binary ? WS_BINARY : WS_TEXT, out.len_bytes);
    *ret_piece = (struct piece){
        .bytes = payload - header, .len_bytes = header + out.len_bytes, .takes_buf = out.takes_buf};
    return 1;
}

static int on_produce(struct conn *conn, struct piece *ret_piece)
{
    struct ws *ws = conn->ws;
    static const uint8_t PING[] = {0x80 | WS_PING, 0};
    if (ws->handshake)
        return send_buf(&ws->handshake, ret_piece);
    if (ws->pong)
        return send_buf(&ws->pong, ret_piece);
    if (ws->close) {
        ws->closed_us = net_now_us(conn->net);
        conn_deadline(conn, ws->closed_us + CLOSE_US);
        return send_buf(&ws->close, ret_piece);
    }
    if (ws->closing)
        return ws->peer_closed || !ws->closed_us ? -1 : 0;
    if (ws->ping_due) {
        ws->ping_due = false;
        *ret_piece = (struct piece){.bytes = PING, .len_bytes = sizeof(PING)};
        return 1;
    }
    return send_message(ws, ret_piece);
}

/* --- In. --- */

/* Makes room for more bytes of incomplete messages by closing the connections with the oldest ones.
 * False if this connection is closed. */
static bool make_room(struct ws *ws, size_t more)
{
    struct net *net = ws->conn->net;
    while (more > net->params.max_inbound_bytes - net->stats.inbound_bytes) {
        if (list_empty(&net->unfinished))
            return false;
        struct ws *oldest = list_entry(net->unfinished.next, struct ws, unfinished);
        if (oldest == ws)
            return false;
        fail(oldest, WS_CODE_TRY_LATER, "too many unfinished messages");
    }
    return true;
}

static bool resize_message(struct ws *ws, size_t cap)
{
    size_t had = ws->message ? ws->message->len_bytes : 0;
    if (cap > had && !make_room(ws, cap - had))
        return false;
    if ((ws->message ? buf_resize(&ws->message, cap) : buf_create(cap, &ws->message)) < 0)
        return false;
    ws->conn->net->stats.inbound_bytes += cap;
    ws->conn->net->stats.inbound_bytes -= had;
    return true;
}

/* Reserves memory for more bytes of the message; false if out of memory. */
static bool reserve(struct ws *ws, size_t more)
{
    const size_t headroom = ws->ops->headroom;
    size_t needed = headroom + ws->message_len_bytes + more + 1;
    if (ws->message && ws->message->len_bytes >= needed)
        return true;
    size_t wanted = ws->frame.len_bytes < TRUST_BYTES ? (size_t)ws->frame.len_bytes : TRUST_BYTES;
    if (ws->message)
        wanted = 2 * ws->message->len_bytes;
    else if (ws->binary && wanted < ws->usual_bytes)
        wanted = ws->usual_bytes;
    size_t most = ws->max_message_bytes;
    size_t cap = headroom + (wanted < most ? wanted : most) + 1;
    if (cap < needed)
        cap = needed;
    return resize_message(ws, cap);
}

/* Passes up a complete message. */
static bool deliver(struct ws *ws)
{
    if (!reserve(ws, 0))
        return fail(ws, WS_CODE_FAILED, "out of memory");
    uint8_t *bytes = ws->message->data + ws->ops->headroom;
    size_t len = ws->message_len_bytes;
    if (!ws->binary && !ws_text_is_utf8(bytes, len))
        return fail(ws, WS_CODE_BAD_TEXT, "text is not valid UTF-8");
    bytes[len] = '\0';
    if (ws->binary)
        ws->usual_bytes = len + len / 8;
    size_t used = ws->ops->headroom + len + 1;
    /* Free unused memory, since the message may be kept for long. */
    if (ws->message->len_bytes - used > used / 2 + 1024 && !resize_message(ws, used))
        log_debug("net", ws->conn->peer, "a message could not be shrunk");
    struct buf *message = ws->message;
    end_message(ws);
    if (ws->closing)
        buf_unref(&message);
    else
        ws->ops->message(ws->session, message, len, ws->binary);
    return true;
}

static void on_peer_close(struct ws *ws, const uint8_t *payload, size_t len_bytes)
{
    unsigned code = len_bytes >= 2 ? (unsigned)(payload[0] << 8 | payload[1]) : WS_CODE_NONE;
    if (len_bytes == 1 || (len_bytes >= 2 && !ws_code_is_valid(code)))
        begin_close(ws, WS_CODE_PROTOCOL_ERROR, "", 0);
    else if (len_bytes > 2 && !ws_text_is_utf8(payload + 2, len_bytes - 2))
        begin_close(ws, WS_CODE_BAD_TEXT, "", 0);
    else
        begin_close(ws, (uint16_t)code, "", 0);
    ws->peer_closed = true;
    conn_ready(ws->conn);
}

static bool on_control(struct ws *ws)
{
    size_t len = (size_t)ws->frame.len_bytes;
    switch (ws->frame.opcode) {
    case WS_PING:
        buf_unref(&ws->pong); /* the latest ping is answered: RFC 6455 section 5.5.3 */
        ws->pong = control_frame(WS_PONG, ws->control, len);
        conn_ready(ws->conn);
        return true;
    case WS_CLOSE:
        on_peer_close(ws, ws->control, len);
        return false;
    default:
        return true;
    }
}

static void begin_message(struct ws *ws)
{
    struct net *net = ws->conn->net;
    ws->binary = ws->frame.opcode == WS_BINARY;
    ws->in_message = true;
    ws->message_since_us = ws->conn->last_input_us;
    list_append(&net->unfinished, &ws->unfinished);
    conn_deadline(ws->conn, ws->message_since_us + net->params.message_us);
}

static bool begin_frame(struct ws *ws)
{
    const struct ws_frame *frame = &ws->frame;
    ws->in_frame = true;
    ws->frame_got_bytes = 0;
    if (frame->opcode & 0x08)
        return true;
    if ((frame->opcode == WS_CONTINUATION) != ws->in_message)
        return fail(ws, WS_CODE_PROTOCOL_ERROR, "unexpected continuation or new message");
    if (frame->opcode != WS_CONTINUATION)
        begin_message(ws);
    if (ws->message_len_bytes > ws->max_message_bytes ||
        frame->len_bytes > ws->max_message_bytes - ws->message_len_bytes)
        return fail(ws, WS_CODE_TOO_LARGE, "message too large");
    return true;
}

static bool end_frame(struct ws *ws)
{
    ws->in_frame = false;
    if (ws->frame.opcode & 0x08)
        return on_control(ws);
    return ws->frame.fin ? deliver(ws) : true;
}

/* Takes bytes of the frame's payload: how many, or -1. */
static long take_payload(struct ws *ws, const uint8_t *bytes, size_t len_bytes)
{
    uint64_t left = ws->frame.len_bytes - ws->frame_got_bytes;
    size_t n = left < len_bytes ? (size_t)left : len_bytes;
    if (ws->frame.opcode & 0x08) {
        ws_frame_unmask(&ws->frame, ws->frame_got_bytes, bytes, n,
                        ws->control + ws->frame_got_bytes);
    } else {
        if (!reserve(ws, n)) {
            fail(ws, WS_CODE_FAILED, "out of memory");
            return -1;
        }
        ws_frame_unmask(&ws->frame, ws->frame_got_bytes, bytes, n,
                        ws->message->data + ws->ops->headroom + ws->message_len_bytes);
        ws->message_len_bytes += n;
    }
    ws->frame_got_bytes += n;
    return (long)n;
}

/* Takes bytes of a frame's header: how many, or -1. */
static long take_header(struct ws *ws, const uint8_t *bytes, size_t len_bytes)
{
    size_t had = ws->header_len_bytes;
    size_t n = sizeof(ws->header) - had < len_bytes ? sizeof(ws->header) - had : len_bytes;
    memcpy(ws->header + had, bytes, n);
    int header = ws_frame_read(ws->header, had + n, &ws->frame);
    if (header < 0) {
        fail(ws, WS_CODE_PROTOCOL_ERROR, "invalid frame");
        return -1;
    }
    ws->header_len_bytes = header ? 0 : (uint8_t)(had + n);
    if (header && !begin_frame(ws))
        return -1;
    return header ? header - (long)had : (long)n;
}

static int on_input(struct conn *conn, const uint8_t *bytes, size_t len_bytes)
{
    struct ws *ws = conn->ws;
    while (len_bytes && !ws->peer_closed) {
        long n =
            ws->in_frame ? take_payload(ws, bytes, len_bytes) : take_header(ws, bytes, len_bytes);
        if (n < 0)
            break;
        bytes += n;
        len_bytes -= (size_t)n;
        if (ws->in_frame && ws->frame_got_bytes == ws->frame.len_bytes && !end_frame(ws))
            break;
    }
    return 0;
}

/* --- Timeouts and end. --- */

static int64_t on_check(struct conn *conn, int64_t now_us)
{
    struct ws *ws = conn->ws;
    if (ws->closed_us)
        return now_us < ws->closed_us + CLOSE_US ? ws->closed_us + CLOSE_US : -1;
    int64_t whole_us = CLOCK_NEVER_US; /* when the message must be complete */
    if (ws->in_message)
        whole_us = ws->message_since_us + conn->net->params.message_us;
    if (now_us >= whole_us) {
        fail(ws, WS_CODE_POLICY, "message not completed in time");
        return now_us + CLOSE_US;
    }
    int64_t heard_us = conn->last_input_us, ping_us = conn->net->params.ping_us;
    int64_t dead_us = heard_us + 3 * ping_us;
    if (now_us >= dead_us)
        return -1;
    int64_t asked_us = ws->pinged_us > heard_us ? ws->pinged_us : heard_us;
    if (now_us >= asked_us + ping_us) {
        ws->ping_due = true;
        ws->pinged_us = asked_us = now_us;
        conn_ready(conn);
    }
    int64_t next_us = asked_us + ping_us < dead_us ? asked_us + ping_us : dead_us;
    return next_us < whole_us ? next_us : whole_us;
}

static void on_stop(struct conn *conn)
{
    begin_close(conn->ws, WS_CODE_GOING_AWAY, "", 0);
}

static void on_gone(struct conn *conn)
{
    struct ws *ws = conn->ws;
    conn->net->stats.websockets--;
    const struct ws_ops *ops = ws->ops;
    void *session = ws->session;
    buf_unref(&ws->handshake);
    buf_unref(&ws->pong);
    buf_unref(&ws->close);
    struct buf *message = ws->message;
    end_message(ws);
    buf_unref(&message);
    mem_free(ws);
    ops->closed(session);
}

static const struct conn_role ROLE = {
    .input = on_input,
    .produce = on_produce,
    .check = on_check,
    .stop = on_stop,
    .gone = on_gone,
};

void ws_start(struct conn *conn, const struct ws_accept *accept, struct buf *takes_response)
{
    struct ws *ws = mem_new(struct ws);
    list_init(&ws->unfinished);
    ws->conn = conn;
    conn->idle = false;
    ws->ops = accept->ops;
    ws->max_message_bytes = ws->ops->max_message_bytes;
    ws->session = accept->session;
    ws->handshake = takes_response;
    conn->role = &ROLE;
    conn->ws = ws;
    conn->net->stats.websockets++;
    conn_ready(conn);
    conn_deadline(conn, conn->last_input_us + conn->net->params.ping_us);
    if (ws->ops->opened)
        ws->ops->opened(ws->session, ws);
}

void ws_ready(struct ws *ws)
{
    conn_ready(ws->conn);
}

void ws_close(struct ws *ws, uint16_t code, const char *reason)
{
    begin_close(ws, code, reason ? reason : "", reason ? strlen(reason) : 0);
}

void ws_limit(struct ws *ws, size_t max_message_bytes)
{
    ws->max_message_bytes = max_message_bytes;
}

void ws_pause_reading(struct ws *ws, bool pause)
{
    conn_pause_reading(ws->conn, pause);
}
