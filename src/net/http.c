/* Requests: a connection's input becomes requests, one at a time. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "net/http_internal.h"
#include "net/ws_key.h"

enum {
    IN_BYTES = 2048, /* initial size of the input buffer */
    HEAD_MAX_BYTES = 16 * 1024,
};
static const int64_t BODY_US = 30 * US_PER_S;
static const int64_t REST_US = 60 * US_PER_S; /* keep-alive timeout */

/* When this phase times out. */
static int64_t deadline_us(const struct http_request *request)
{
    switch (request->phase) {
    case HTTP_HEAD:
        return request->since_us + (request->served && !request->in_len_bytes
                                        ? REST_US
                                        : request->conn->net->params.head_us);
    case HTTP_BODY:
        return request->since_us + BODY_US;
    default:
        return CLOCK_NEVER_US; /* we end it; conn handles a peer that takes nothing */
    }
}

static void enter(struct http_request *request, enum http_phase phase)
{
    request->phase = phase;
    request->conn->idle = phase == HTTP_HEAD;
    request->since_us = net_now_us(request->conn->net);
    conn_deadline(request->conn, deadline_us(request));
}

/* --- The handler's view of a request. --- */

const char *http_method(const struct http_request *request)
{
    return request->head.method;
}

const char *http_path(const struct http_request *request)
{
    return request->head.path;
}

bool http_query(const struct http_request *request, const char *name, char *out, size_t cap)
{
    for (const char *p = request->head.query; *p;) {
        size_t len = strcspn(p, "&");
        size_t key = strcspn(p, "=&");
        char decoded[64];
        if (http_decode(p, key, true, decoded, sizeof(decoded)) >= 0 &&
            strcmp(decoded, name) == 0) {
            size_t skip = key < len ? key + 1 : key;
            return http_decode(p + skip, len - skip, true, out, cap) >= 0;
        }
        p += len + (p[len] == '&');
    }
    return false;
}

const char *http_header_text(const struct http_request *request, enum http_header header)
{
    static const enum head_field FIELD[] = {
        [HTTP_HOST] = HEAD_HOST,
        [HTTP_ORIGIN] = HEAD_ORIGIN,
        [HTTP_FETCH_SITE] = HEAD_FETCH_SITE,
        [HTTP_REFERER] = HEAD_REFERER,
        [HTTP_AUTHORIZATION] = HEAD_AUTHORIZATION,
        [HTTP_COOKIE] = HEAD_COOKIE,
        [HTTP_USER_AGENT] = HEAD_USER_AGENT,
        [HTTP_CONTENT_TYPE] = HEAD_CONTENT_TYPE,
        [HTTP_IF_NONE_MATCH] = HEAD_IF_NONE_MATCH,
        [HTTP_IF_MODIFIED_SINCE] = HEAD_IF_MODIFIED_SINCE,
        [HTTP_IF_RANGE] = HEAD_IF_RANGE,
        [HTTP_ACCEPT] = HEAD_ACCEPT,
        [HTTP_ACCEPT_ENCODING] = HEAD_ACCEPT_ENCODING,
        [HTTP_RANGE] = HEAD_RANGE,
        [HTTP_SUBPROTOCOL] = HEAD_WS_PROTOCOL,
        [HTTP_FORWARDED] = HEAD_FORWARDED_ELEMENTS,
        [HTTP_FORWARDED_LAST] = HEAD_FORWARDED_LAST,
        [HTTP_FORWARDED_FOR] = HEAD_FORWARDED_FOR,
        [HTTP_FORWARDED_PROTO] = HEAD_FORWARDED_PROTO,
        [HTTP_PROXY_SECRET] = HEAD_PROXY_SECRET,
        [HTTP_REMOTE_USER] = HEAD_REMOTE_USER,
        [HTTP_FORWARDED_USER] = HEAD_FORWARDED_USER,
        [HTTP_AUTHENTIK_USER] = HEAD_AUTHENTIK_USER,
        [HTTP_HASS_USER] = HEAD_HASS_USER,
        [HTTP_TAILSCALE_USER] = HEAD_TAILSCALE_USER,
    };
    return request->head.fields[FIELD[header]];
}

bool http_header(const struct http_request *request, enum http_header header, char *out, size_t cap)
{
    const char *value = http_header_text(request, header);
    size_t len = value ? strlen(value) : 0;
    if (!value || len >= cap)
        return false;
    memcpy(out, value, len + 1);
    return true;
}

const char *http_peer(const struct http_request *request)
{
    return request->conn->peer;
}

bool http_is_forwarded(const struct http_request *request)
{
    const char *const *fields = request->head.fields;
    return fields[HEAD_FORWARDED] || fields[HEAD_FORWARDED_ELEMENTS] ||
           fields[HEAD_FORWARDED_FOR] || fields[HEAD_FORWARDED_PROTO];
}

bool http_peer_is_loopback(const struct http_request *request)
{
    return request->conn->loopback;
}

const char *http_body(const struct http_request *request, size_t *ret_len_bytes)
{
    *ret_len_bytes = request->body_len_bytes;
    return request->body ? request->body : "";
}

/* --- Upgrades. --- */

/* Whether the request asks for a WebSocket; other upgrades are ignored, as RFC 9110 section
 * 7.8 allows. */
static bool asks_for_websocket(const struct http_request *request)
{
    return request->head.upgrade && request->head.to_websocket && !request->head.http_1_0;
}

/* 0 and *ret_accept, or the status to refuse with. RFC 6455 section 4.2. */
static int decide_upgrade(struct http_request *request, struct ws_accept *ret_accept)
{
    const struct http_head *head = &request->head;
    const struct net_listener_params *params = &request->conn->listener->params;
    if (strcmp(head->method, "GET") != 0 || head->content_length)
        return 400;
    const char *version = head->fields[HEAD_WS_VERSION];
    if (!version || strcmp(version, "13") != 0)
        return 426;
    if (!ws_key_is_valid(head->fields[HEAD_WS_KEY]))
        return 400;
    if (request->conn->net->stopping)
        return 503;
    if (!params->on_upgrade)
        return 404;
    return params->on_upgrade(params->ctx, request, ret_accept);
}

static struct buf *upgrade_response(const struct http_request *request, const char *subprotocol)
{
    char text[512], accept[WS_ANSWER_CHARS + 1];
    ws_key_answer(request->head.fields[HEAD_WS_KEY], accept);
    int len = snprintf(text, sizeof(text),
                       "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                       "connection: Upgrade\r\nsec-websocket-accept: %s\r\n%s%s%s\r\n",
                       accept, subprotocol ? "sec-websocket-protocol: " : "",
                       subprotocol ? subprotocol : "", subprotocol ? "\r\n" : "");
    assert(len > 0 && (size_t)len < sizeof(text));
    struct buf *buf;
    if (buf_create((size_t)len, &buf) < 0)
        return NULL;
    memcpy(buf->data, text, (size_t)len);
    return buf;
}

/* Counts memory allocated for input; false if all connections together use too much. */
static bool count_inbound(struct http_request *request, size_t len_bytes)
{
    struct net *net = request->conn->net;
    if (len_bytes > net->params.max_inbound_bytes - net->stats.inbound_bytes)
        return false;
    net->stats.inbound_bytes += len_bytes;
    return true;
}

static void free_body(struct http_request *request)
{
    if (request->body)
        request->conn->net->stats.inbound_bytes -= (size_t)request->head.content_length;
    mem_free(request->body);
    request->body = NULL;
    request->body_len_bytes = 0;
}

static void free_input(struct http_request *request)
{
    request->conn->net->stats.inbound_bytes -= request->in_cap;
    mem_free(request->in);
    request->in = NULL;
    request->in_cap = 0;
}

static void destroy(struct http_request *request)
{
    answer_forget(request);
    free_input(request);
    free_body(request);
    mem_free(request);
}

/* Returns -1 to close the connection. */
static int upgrade(struct http_request *request)
{
    struct conn *conn = request->conn;
    struct ws_accept accept = {0};
    int status = decide_upgrade(request, &accept);
    const char *subprotocol = status ? NULL : accept.ops->subprotocol;
    const char *offered = request->head.fields[HEAD_WS_PROTOCOL];
    if (status == 0 && subprotocol && !(offered && http_list_has_exactly(offered, subprotocol)))
        status = 400;
    struct buf *response = status ? NULL : upgrade_response(request, subprotocol);
    if (!response) {
        if (accept.ops)
            accept.ops->closed(accept.session);
        answer_error(request, status ? status : 503, false);
        return 0;
    }
    size_t ahead = request->in_len_bytes - request->head_len_bytes;
    char *in = request->in;
    const uint8_t *rest = (const uint8_t *)in + request->head_len_bytes;
    request->in = NULL; /* kept: the rest of it is read below */
    destroy(request);
    ws_start(conn, &accept, response);
    int r = ahead ? conn->role->input(conn, rest, ahead) : 0;
    mem_free(in);
    return r;
}

/* --- Input. --- */

/* Returns -1 to close the connection. May free the request. */
static int handle(struct http_request *request)
{
    struct conn *conn = request->conn;
    enter(request, HTTP_HANDLING);
    conn->net->stats.requests++;
    request->is_head = strcmp(request->head.method, "HEAD") == 0;
    request->close_after = request->head.close || conn->net->stopping ||
                           (request->head.http_1_0 && !request->head.keep_alive);
    if (asks_for_websocket(request))
        return upgrade(request);
    conn->listener->params.on_request(conn->listener->params.ctx, request);
    if (request->phase == HTTP_HANDLING && !request->stream.ops)
        answer_error(request, 500, true); /* a handler that forgot to answer */
    return 0;
}

static void begin_body(struct http_request *request)
{
    static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";
    uint64_t len = request->head.content_length;
    if (len > request->conn->listener->params.max_body_bytes) {
        answer_error(request, 413, true);
        return;
    }
    if (count_inbound(request, (size_t)len)) {
        request->body = mem_try_alloc((size_t)len + 1);
        if (!request->body)
            request->conn->net->stats.inbound_bytes -= (size_t)len;
    }
    if (!request->body) {
        answer_error(request, 503, true);
        return;
    }
    enter(request, HTTP_BODY);
    if (request->head.expects_continue && request->in_len_bytes == request->head_len_bytes) {
        request->out = (const uint8_t *)CONTINUE;
        request->out_left_bytes = sizeof(CONTINUE) - 1;
        conn_ready(request->conn);
    }
}

/* Copies the bytes that belong to the body; returns how many. */
static size_t fill_body(struct http_request *request, const void *bytes, size_t len_bytes)
{
    size_t want = (size_t)request->head.content_length - request->body_len_bytes;
    size_t n = want < len_bytes ? want : len_bytes;
    memcpy(request->body + request->body_len_bytes, bytes, n);
    request->body_len_bytes += n;
    request->body[request->body_len_bytes] = '\0';
    if (n == want)
        request->phase = HTTP_WHOLE;
    return n;
}

/* Moves bytes received after the head to the body. */
static void take_body(struct http_request *request)
{
    char *from = request->in + request->head_len_bytes;
    size_t have = request->in_len_bytes - request->head_len_bytes;
    size_t n = fill_body(request, from, have);
    memmove(from, from + n, have - n);
    request->in_len_bytes -= n;
}

/* RFC 9112 section 2.2: empty lines before a request line are skipped. */
static void drop_empty_lines(struct http_request *request)
{
    size_t n = 0;
    while (request->in_len_bytes - n >= 2 && memcmp(request->in + n, "\r\n", 2) == 0)
        n += 2;
    if (n) {
        memmove(request->in, request->in + n, request->in_len_bytes - n);
        request->in_len_bytes -= n;
        request->scanned = 0;
    }
}

static void take_head(struct http_request *request)
{
    drop_empty_lines(request);
    request->head_len_bytes =
        http_head_length(request->in, request->in_len_bytes, &request->scanned);
    if (!request->head_len_bytes && request->in_len_bytes < HEAD_MAX_BYTES)
        return;
    if (!request->head_len_bytes || request->head_len_bytes > HEAD_MAX_BYTES) {
        answer_error(request, 431, true);
        return;
    }
    int status = http_head_parse(request->in, request->head_len_bytes, &request->head);
    if (status)
        answer_error(request, status, true);
    else if (request->head.content_length)
        begin_body(request);
    else
        request->phase = HTTP_WHOLE;
}

/* Handles as much input as there is. Returns -1 to close the connection. May free the request. */
static int advance(struct http_request *request)
{
    if (request->phase == HTTP_HEAD && request->in_len_bytes)
        take_head(request);
    if (request->phase == HTTP_BODY)
        take_body(request);
    if (request->phase == HTTP_WHOLE)
        return handle(request);
    return 0;
}

static int append(struct http_request *request, const uint8_t *bytes, size_t len_bytes)
{
    size_t needed = request->in_len_bytes + len_bytes;
    if (needed > request->in_cap) {
        size_t cap = request->in_cap ? request->in_cap : IN_BYTES;
        while (cap < needed)
            cap *= 2;
        if (!count_inbound(request, cap - request->in_cap))
            return -1;
        char *grown = mem_try_realloc(request->in, cap);
        if (!grown) {
            request->conn->net->stats.inbound_bytes -= cap - request->in_cap;
            return -1;
        }
        request->in = grown;
        request->in_cap = cap;
    }
    memcpy(request->in + request->in_len_bytes, bytes, len_bytes);
    request->in_len_bytes += len_bytes;
    return 0;
}

static int on_input(struct conn *conn, const uint8_t *bytes, size_t len_bytes)
{
    struct http_request *request = conn->http;
    if (request->phase == HTTP_HEAD && !request->in_len_bytes)
        enter(request, HTTP_HEAD); /* a head's timeout starts with its first byte */
    if (request->phase == HTTP_BODY) {
        /* Bypasses the input buffer, which would have to grow, but the head points into it. */
        size_t n = fill_body(request, bytes, len_bytes);
        bytes += n;
        len_bytes -= n;
        if (advance(request) < 0)
            return -1;
        if (len_bytes == 0)
            return 0;
    }
    if (request->phase >= HTTP_HANDLING && request->close_after)
        return 0; /* no further request is answered */
    if (append(request, bytes, len_bytes) < 0)
        return -1;
    if (request->phase >= HTTP_HANDLING && request->in_len_bytes >= HEAD_MAX_BYTES)
        conn_pause_reading(conn, true);
    return advance(request);
}

static int on_produce(struct conn *conn, struct piece *ret_piece)
{
    return answer_produce(conn->http, ret_piece);
}

int http_next_request(struct http_request *request)
{
    struct conn *conn = request->conn;
    if (request->close_after || conn->net->stopping)
        return -1;
    free_body(request);
    text_finish(&request->always);
    request->is_head = false;
    request->in_len_bytes -= request->head_len_bytes;
    if (request->in_len_bytes) {
        memmove(request->in, request->in + request->head_len_bytes, request->in_len_bytes);
    } else {
        free_input(request);
    }
    request->head_len_bytes = request->scanned = 0;
    request->served = true;
    enter(request, HTTP_HEAD);
    conn_pause_reading(conn, false);
    return advance(request);
}

static int64_t on_check(struct conn *conn, int64_t now_us)
{
    int64_t at_us = deadline_us(conn->http);
    return now_us < at_us ? at_us : -1;
}

static void on_stop(struct conn *conn)
{
    struct http_request *request = conn->http;
    request->close_after = true;
    if (request->phase != HTTP_REPLYING) {
        request->closing = true;
        conn_ready(conn);
    }
}

static void on_gone(struct conn *conn)
{
    struct http_request *request = conn->http;
    struct http_stream stream = request->stream;
    destroy(request);
    if (stream.ops)
        stream.ops->closed(stream.ctx);
}

static const struct conn_role ROLE = {
    .input = on_input,
    .produce = on_produce,
    .check = on_check,
    .stop = on_stop,
    .gone = on_gone,
};

void http_start(struct conn *conn)
{
    struct http_request *request = mem_new(struct http_request);
    request->conn = conn;
    conn->role = &ROLE;
    conn->http = request;
    enter(request, HTTP_HEAD);
}
