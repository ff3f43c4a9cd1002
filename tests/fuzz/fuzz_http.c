/* An HTTP connection on its own, with the connection below it and WebSockets above it replaced:
 * bodies, pipelined requests, upgrades, errors. However the peer's bytes are cut, the same requests
 * come up, and each gets one response. The first byte of the input says how they are cut. */
#include "net/http.c"

#include "check.h"

enum { BODY_MOST_BYTES = 2000, PIECES_MOST = 100 * 1000 };

struct tale { /* what came up, as a running sum */
    uint64_t sum;
    unsigned requests, upgrades;
};

static void tell(struct tale *tale, const void *bytes, size_t len_bytes)
{
    const uint8_t *p = bytes;
    tale->sum = (tale->sum ^ len_bytes) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < len_bytes; i++)
        tale->sum = (tale->sum ^ p[i]) * UINT64_C(0x100000001b3);
}

static void tell_text(struct tale *tale, const char *text)
{
    tell(tale, text, strlen(text));
}

/* --- The connection below. --- */

static bool ready; /* there may be something to send */

void conn_ready(struct conn *conn)
{
    (void)conn;
    ready = true;
}

void link_hold(struct conn *conn, size_t len_bytes)
{
    (void)conn, (void)len_bytes;
}

void conn_deadline(struct conn *conn, int64_t deadline_us)
{
    (void)conn;
    (void)deadline_us;
}

void conn_pause_reading(struct conn *conn, bool pause)
{
    conn->rx_paused = pause;
}

int64_t net_now_us(const struct net *net)
{
    (void)net;
    return 1;
}

/* --- What is above. --- */

static int hang_up(struct conn *conn, const uint8_t *bytes, size_t len_bytes)
{
    (void)conn;
    (void)bytes;
    (void)len_bytes;
    return -1;
}

static const struct conn_role UPGRADED = {.input = hang_up};

void ws_start(struct conn *conn, const struct ws_accept *accept, struct buf *takes_response)
{
    ((struct tale *)accept->session)->upgrades++;
    buf_unref(&takes_response);
    conn->role = &UPGRADED;
}

static int one_message(void *ctx, struct net_out *ret_out)
{
    (void)ctx;
    (void)ret_out;
    return -1;
}

static void note_end(void *ctx)
{
    tell_text(ctx, "end");
}

static const struct ws_ops WS_OPS = {.closed = note_end};
static const struct http_stream_ops STREAM_OPS = {.next = one_message, .closed = note_end};

static void take_request(void *ctx, struct http_request *request)
{
    struct tale *tale = ctx;
    size_t len;
    const char *body = http_body(request, &len);
    char value[64] = "";
    CHECK(len <= BODY_MOST_BYTES && body[len] == '\0');
    CHECK(http_path(request)[0] == '/');
    tell_text(tale, http_method(request));
    tell_text(tale, http_path(request));
    if (http_query(request, "q", value, sizeof(value)))
        tell_text(tale, value);
    tell(tale, body, len);
    tale->requests++;
    if (strcmp(http_path(request), "/stream") == 0)
        http_stream_begin(http_hold(request, &STREAM_OPS, tale),
                          &(struct http_response){.status = 200});
    else if (strcmp(http_path(request), "/held") == 0)
        http_stream_reply(http_hold(request, &STREAM_OPS, tale),
                          &(struct http_response){.status = 204});
    else
        http_reply(request, &(struct http_response){.status = 200, .body = body, .len_bytes = len});
}

static int take_upgrade(void *ctx, struct http_request *request, struct ws_accept *ret_accept)
{
    tell_text(ctx, http_path(request));
    if (strcmp(http_path(request), "/ws") != 0)
        return 404;
    *ret_accept = (struct ws_accept){.ops = &WS_OPS, .session = ctx};
    return 0;
}

/* Sends what there is; false when the connection ends. */
static bool drain(struct conn *conn)
{
    for (unsigned i = 0; i < PIECES_MOST; i++) {
        struct piece piece = {0};
        int r = conn->role->produce(conn, &piece);
        buf_unref(&piece.takes_buf);
        if (r < 0)
            return false;
        if (r == 0 && !ready)
            return true;
        ready = false;
    }
    CHECK(!"a connection that sends without end");
    return false;
}

static struct tale live(const uint8_t *bytes, size_t len_bytes, size_t cut)
{
    struct tale tale = {0};
    struct net net = {
        .params = {.head_us = US_PER_S, .ping_us = US_PER_S, .max_inbound_bytes = 1 << 24}};
    struct net_listener listener = {.net = &net,
                                    .params = {.max_body_bytes = BODY_MOST_BYTES,
                                               .ctx = &tale,
                                               .on_request = take_request,
                                               .on_upgrade = take_upgrade}};
    struct conn conn = {.net = &net, .listener = &listener, .peer = "peer"};
    http_start(&conn);
    for (size_t at = 0; at < len_bytes;) {
        size_t n = len_bytes - at < cut ? len_bytes - at : cut;
        int r = conn.role->input(&conn, bytes + at, n);
        if (conn.role == &UPGRADED || r < 0 || !drain(&conn) || conn.role == &UPGRADED)
            break;
        CHECK(!conn.rx_paused); /* everything was answered */
        at += n;
    }
    if (conn.role->gone)
        conn.role->gone(&conn);
    CHECK(net.stats.inbound_bytes == 0);
    CHECK(net.stats.requests >= tale.requests);
    return tale;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    if (len_bytes < 1)
        return 0;
    struct tale whole = live(data + 1, len_bytes - 1, SIZE_MAX);
    struct tale cut = live(data + 1, len_bytes - 1, (size_t)data[0] + 1);
    CHECK(whole.requests == cut.requests && whole.upgrades == cut.upgrades);
    CHECK(whole.sum == cut.sum);
    return 0;
}
