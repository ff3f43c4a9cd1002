#include "fake_net.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/list.h"
#include "base/text.h"

/* --- The clock. --- */

static _Atomic int64_t now_us = 3600 * US_PER_S,
                       wall_ahead_us = 1000000 * US_PER_S; /* recorders read it on their threads */

static int64_t fake_now(void *ctx)
{
    (void)ctx;
    return now_us;
}

static int64_t fake_wall(void *ctx)
{
    (void)ctx;
    return now_us + wall_ahead_us;
}

const struct clock fake_clock = {fake_now, fake_wall, NULL};

void fake_clock_advance(int64_t us)
{
    now_us += us;
}

void fake_clock_set_wall(int64_t wall_us)
{
    wall_ahead_us = wall_us - now_us;
}

/* --- The loop. --- */

struct net {
    struct list timers, wakes, requests, sockets;
    struct net_stats stats;
};

struct net_timer {
    struct list node;
    int64_t deadline_us;
    void (*fire)(void *ctx);
    void *ctx;
};

struct net_wake {
    struct list node;
    atomic_bool poked; /* by any thread */
    void (*run)(void *ctx);
    void *ctx;
};

struct http_stream {
    const struct http_stream_ops *ops;
    void *ctx;
    bool held, begun, ready, closing, closed;
};

struct http_request {
    struct list node;
    struct net *net;
    struct fake_request what;
    struct http_stream stream;
    struct fake_answer answer;
    char always[512];
    bool answered;
};

struct ws {
    struct list node;
    struct net *net;
    const struct ws_ops *ops;
    void *session;
    bool ready, closed;
    int close_code;
};

struct net *fake_net_create(void)
{
    struct net *net = mem_new(struct net);
    list_init(&net->timers);
    list_init(&net->wakes);
    list_init(&net->requests);
    list_init(&net->sockets);
    return net;
}

static void stream_close(struct http_request *request)
{
    if (!request->stream.held || request->stream.closed)
        return;
    request->stream.closed = request->answer.closed = true;
    request->stream.ops->closed(request->stream.ctx);
}

static void socket_close(struct ws *ws)
{
    if (ws->closed)
        return;
    ws->closed = true;
    ws->ops->closed(ws->session);
}

/* One thing; false when there is nothing to do. */
static bool turn_once(struct net *net)
{
    list_for_each (wake, &net->wakes, struct net_wake, node)
        if (wake->poked) {
            wake->poked = false;
            wake->run(wake->ctx);
            return true;
        }
    list_for_each (timer, &net->timers, struct net_timer, node)
        if (timer->deadline_us <= now_us) {
            timer->deadline_us = CLOCK_NEVER_US;
            timer->fire(timer->ctx);
            return true;
        }
    list_for_each (request, &net->requests, struct http_request, node)
        if (request->stream.closing && !request->stream.closed) {
            stream_close(request);
            return true;
        }
    list_for_each (ws, &net->sockets, struct ws, node)
        if (ws->close_code && !ws->closed) {
            socket_close(ws);
            return true;
        }
    return false;
}

void fake_net_turn(struct net *net)
{
    for (int i = 0; turn_once(net); i++)
        assert(i < 1000000);
}

int64_t net_now_us(const struct net *net)
{
    (void)net;
    return now_us;
}

struct net_timer *net_timer_create(struct net *net, void (*fire)(void *ctx), void *ctx)
{
    struct net_timer *timer = mem_new(struct net_timer);
    *timer = (struct net_timer){.deadline_us = CLOCK_NEVER_US, .fire = fire, .ctx = ctx};
    list_append(&net->timers, &timer->node);
    return timer;
}

void net_timer_destroy(struct net_timer *timer)
{
    if (!timer)
        return;
    list_remove(&timer->node);
    mem_free(timer);
}

void net_timer_set(struct net_timer *timer, int64_t deadline_us)
{
    timer->deadline_us = deadline_us;
}

struct net_wake *net_wake_create(struct net *net, void (*run)(void *ctx), void *ctx)
{
    struct net_wake *wake = mem_new(struct net_wake);
    *wake = (struct net_wake){.run = run, .ctx = ctx};
    list_append(&net->wakes, &wake->node);
    return wake;
}

void net_wake_destroy(struct net_wake *wake)
{
    if (!wake)
        return;
    list_remove(&wake->node);
    mem_free(wake);
}

static void poke(void *ctx)
{
    ((struct net_wake *)ctx)->poked = true;
}

struct waker net_wake_waker(struct net_wake *wake)
{
    return (struct waker){.wake = poke, .ctx = wake};
}

struct net_stats net_stats(const struct net *net)
{
    return net->stats;
}

/* --- Requests. --- */

struct http_request *fake_request_create(struct net *net, const struct fake_request *what)
{
    struct http_request *request = mem_new(struct http_request);
    request->net = net;
    request->what = *what;
    net->stats.requests++;
    list_append(&net->requests, &request->node);
    return request;
}

void fake_hang_up(struct http_request *request)
{
    stream_close(request);
}

void fake_request_destroy(struct http_request *request)
{
    fake_hang_up(request);
    list_remove(&request->node);
    mem_free(request->answer.body);
    mem_free(request);
}

const struct fake_answer *fake_answer(const struct http_request *request)
{
    return &request->answer;
}

const char *fake_field(const struct http_request *request, const char *name)
{
    static char value[512];
    const char *p = request->answer.fields;
    size_t n = strlen(name);
    for (; *p; p = strchr(p, '\n') + 1)
        if (strncmp(p, name, n) == 0 && p[n] == ':') {
            snprintf(value, sizeof(value), "%.*s", (int)strcspn(p + n + 2, "\n"), p + n + 2);
            return value;
        }
    return NULL;
}

const char *http_method(const struct http_request *request)
{
    return request->what.method ? request->what.method : "GET";
}

const char *http_path(const struct http_request *request)
{
    return request->what.path;
}

bool http_query(const struct http_request *request, const char *name, char *out, size_t cap)
{
    const char *p = request->what.query ? request->what.query : "";
    size_t n = strlen(name);
    for (; *p; p += strcspn(p, "&"), p += *p == '&') {
        size_t len = strcspn(p, "&");
        if (strncmp(p, name, n) != 0 || (len > n && p[n] != '='))
            continue;
        const char *value = len > n ? p + n + 1 : "";
        size_t value_len = len > n ? len - n - 1 : 0;
        if (value_len >= cap)
            return false;
        memcpy(out, value, value_len);
        out[value_len] = '\0';
        return true;
    }
    return false;
}

const char *http_header_text(const struct http_request *request, enum http_header header)
{
    const struct fake_request *what = &request->what;
    if (header == HTTP_CONTENT_TYPE && !what->content_type)
        return what->body ? "application/json" : NULL;
    if (header == HTTP_HOST && !what->no_host)
        return what->host ? what->host : "localhost:8080";
    return header == HTTP_ORIGIN            ? what->origin
           : header == HTTP_REFERER         ? what->referer
           : header == HTTP_IF_NONE_MATCH   ? what->if_none_match
           : header == HTTP_ACCEPT_ENCODING ? what->accept_encoding
           : header == HTTP_SUBPROTOCOL     ? what->subprotocol
           : header == HTTP_AUTHORIZATION   ? what->authorization
           : header == HTTP_COOKIE          ? what->cookie
           : header == HTTP_CONTENT_TYPE    ? what->content_type
                                            : NULL;
}

bool http_header(const struct http_request *request, enum http_header header, char *out, size_t cap)
{
    const char *value = http_header_text(request, header);
    if (!value || strlen(value) >= cap)
        return false;
    memcpy(out, value, strlen(value) + 1);
    return true;
}

const char *http_peer(const struct http_request *request)
{
    return request->what.peer ? request->what.peer : "127.0.0.1";
}

bool http_is_forwarded(const struct http_request *request)
{
    return request->what.is_forwarded;
}

bool http_peer_is_loopback(const struct http_request *request)
{
    return !request->what.from_afar;
}

const char *http_body(const struct http_request *request, size_t *ret_len_bytes)
{
    const char *body = request->what.body ? request->what.body : "";
    *ret_len_bytes = strlen(body);
    return body;
}

static void append(struct fake_answer *answer, const void *bytes, size_t len_bytes)
{
    char *grown = mem_try_realloc(answer->body, answer->len_bytes + len_bytes + 1);
    assert(grown);
    memcpy(grown + answer->len_bytes, len_bytes ? bytes : "", len_bytes);
    answer->body = grown;
    answer->len_bytes += len_bytes;
    grown[answer->len_bytes] = '\0';
}

static void take_head(struct http_request *request, const struct http_response *response)
{
    struct fake_answer *answer = &request->answer;
    assert(!request->answered);
    request->answered = true;
    answer->status = response->status;
    snprintf(answer->content_type, sizeof(answer->content_type), "%s",
             response->content_type ? response->content_type : "");
    struct text fields = text_over(answer->fields, sizeof(answer->fields));
    text_add(&fields, "%s", request->always);
    for (size_t i = 0; i < response->n_fields; i++)
        text_add(&fields, "%s: %s\n", response->fields[i].name, response->fields[i].value);
    assert(!fields.cut);
}

static void take_response(struct http_request *request, const struct http_response *response)
{
    struct buf *buf = response->takes_buf;
    const uint8_t *body = buf ? buf->data : response->body;
    take_head(request, response);
    append(&request->answer, response->len_bytes ? body + response->body_off : NULL,
           strcmp(http_method(request), "HEAD") == 0 ? 0 : response->len_bytes);
    request->answer.ended = true;
    buf_unref(&buf);
}

void http_always(struct http_request *request, const char *name, const char *value)
{
    const size_t len = strlen(request->always);
    snprintf(request->always + len, sizeof(request->always) - len, "%s: %s\n", name, value);
}

void http_reply(struct http_request *request, const struct http_response *response)
{
    assert(!request->stream.held);
    take_response(request, response);
}

struct http_stream *http_hold(struct http_request *request, const struct http_stream_ops *ops,
                              void *ctx)
{
    assert(!request->answered && !request->stream.held);
    request->stream = (struct http_stream){.ops = ops, .ctx = ctx, .held = true};
    return &request->stream;
}

static struct http_request *request_of(struct http_stream *stream)
{
    return list_entry(stream, struct http_request, stream);
}

void http_stream_reply(struct http_stream *stream, const struct http_response *response)
{
    assert(!stream->closed);
    take_response(request_of(stream), response);
    stream->closing = true;
}

void http_stream_begin(struct http_stream *stream, const struct http_response *head)
{
    assert(!stream->closed);
    take_head(request_of(stream), head);
    append(&request_of(stream)->answer, NULL, 0);
    stream->begun = stream->ready = true;
}

void http_stream_ready(struct http_stream *stream)
{
    assert(!stream->closed);
    stream->ready = true;
}

void http_stream_holds(struct http_stream *stream, size_t len_bytes)
{
    (void)len_bytes;
    assert(!stream->closed);
}

bool fake_pull(struct http_request *request)
{
    struct http_stream *stream = &request->stream;
    bool any = false;
    while (stream->begun && stream->ready && !stream->closing) {
        struct net_out out;
        int result = stream->ops->next(stream->ctx, &out);
        if (result == 0)
            stream->ready = false;
        if (result < 0)
            request->answer.ended = stream->closing = true;
        if (result <= 0)
            break;
        any = true;
        append(&request->answer, out.takes_buf->data + out.off, out.len_bytes);
        buf_unref(&out.takes_buf);
    }
    return any;
}

/* --- WebSockets. --- */

struct ws *fake_ws_open(struct net *net, const struct ws_accept *accept)
{
    struct ws *ws = mem_new(struct ws);
    ws->net = net;
    ws->ops = accept->ops;
    ws->session = accept->session;
    list_append(&net->sockets, &ws->node);
    net->stats.websockets++;
    ws->ops->opened(ws->session, ws);
    return ws;
}

static void say(struct ws *ws, const void *bytes, size_t len_bytes, bool binary)
{
    struct buf *buf;
    if (ws->closed || ws->close_code)
        return;
    if (buf_create(ws->ops->headroom + len_bytes + 1, &buf) < 0)
        abort();
    memcpy(buf->data + ws->ops->headroom, bytes, len_bytes);
    buf->data[ws->ops->headroom + len_bytes] = '\0';
    ws->ops->message(ws->session, buf, len_bytes, binary);
}

void fake_ws_say(struct ws *ws, const char *text)
{
    say(ws, text, strlen(text), false);
}

void fake_ws_say_binary(struct ws *ws, const void *bytes, size_t len_bytes)
{
    say(ws, bytes, len_bytes, true);
}

static bool next(struct ws *ws, struct net_out *ret_out)
{
    if (ws->closed || ws->close_code || !ws->ready)
        return false;
    int result = ws->ops->next(ws->session, ret_out);
    assert(result >= 0);
    if (result == 0)
        ws->ready = false;
    else
        assert(ret_out->off >= 16); /* room for the transport's framing */
    return result == 1;
}

bool fake_ws_next(struct ws *ws, struct fake_message *ret_message)
{
    struct net_out out;
    if (!next(ws, &out))
        return false;
    *ret_message = (struct fake_message){.binary = out.binary, .len_bytes = out.len_bytes};
    ret_message->bytes = mem_new_array(uint8_t, out.len_bytes + 1);
    memcpy(ret_message->bytes, out.takes_buf->data + out.off, out.len_bytes);
    buf_unref(&out.takes_buf);
    return true;
}

bool fake_ws_skip(struct ws *ws)
{
    struct net_out out;
    if (!next(ws, &out))
        return false;
    buf_unref(&out.takes_buf);
    return true;
}

void fake_message_free(struct fake_message *message)
{
    mem_free(message->bytes);
    *message = (struct fake_message){0};
}

void ws_ready(struct ws *ws)
{
    assert(!ws->closed);
    ws->ready = true;
}

void ws_pause_reading(struct ws *ws, bool pause)
{
    (void)ws;
    (void)pause;
}

void ws_close(struct ws *ws, uint16_t code, const char *reason)
{
    assert(!ws->closed && strlen(reason) <= 123);
    if (!ws->close_code)
        ws->close_code = code;
}

void ws_limit(struct ws *ws, size_t max_message_bytes)
{
    (void)ws;
    (void)max_message_bytes;
}

int fake_ws_close_code(const struct ws *ws)
{
    return ws->close_code;
}

void fake_ws_destroy(struct ws *ws)
{
    socket_close(ws);
    list_remove(&ws->node);
    ws->net->stats.websockets--;
    mem_free(ws);
}

void fake_net_destroy(struct net *net)
{
    /* What a failed test left behind must not hide why it failed. */
    list_for_each (request, &net->requests, struct http_request, node)
        fake_request_destroy(request);
    list_for_each (ws, &net->sockets, struct ws, node)
        fake_ws_destroy(ws);
    assert(list_empty(&net->timers) && list_empty(&net->wakes));
    mem_free(net);
}
