/* Responses: complete, delayed and endless ones. Standards: RFC 9110, RFC 9112. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "net/http_internal.h"

enum { HEAD_BYTES = 8 * 1024, ALWAYS_MAX_BYTES = 1024 };

const char *answer_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } REASONS[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < sizeof(REASONS) / sizeof(*REASONS); i++)
        if (REASONS[i].status == status)
            return REASONS[i].reason;
    return "Unknown";
}

/* --- The head. --- */

/* A value may contain user input, so line breaks in it are not written. */
static void add_field(struct text *text, const char *name, const char *value)
{
    text_add(text, "%s: ", name);
    for (const char *c = value; *c; c++)
        text_add(text, "%c", (unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c);
    text_add(text, "\r\n");
}

/* IMF-fixdate, RFC 9110 section 5.6.7; independent of the locale. */
static void add_date(struct text *text)
{
    static const char DAYS[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char MONTHS[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = (time_t)(clock_wall_us(&clock_system) / US_PER_S);
    struct tm t;
    gmtime_r(&now, &t);
    text_add(text, "date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", DAYS[t.tm_wday], t.tm_mday,
             MONTHS[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static bool has_no_body(int status)
{
    return status == 204 || status == 304;
}

void http_always(struct http_request *request, const char *name, const char *value)
{
    if (!request->always.bytes)
        request->always = text_growing(ALWAYS_MAX_BYTES);
    add_field(&request->always, name, value);
}

static bool is_always(const struct http_request *request, const char *name)
{
    const size_t len = strlen(name);
    const char *line = request->always.cut ? NULL : request->always.bytes;
    for (; line && *line; line = strchr(line, '\n') + 1)
        if (strncmp(line, name, len) == 0 && line[len] == ':')
            return true;
    return false;
}

static void add_head(struct text *text, const struct http_request *request,
                     const struct http_response *response, bool has_length)
{
    text_add(text, "HTTP/1.1 %d %s\r\n", response->status, answer_reason(response->status));
    add_date(text);
    if (response->content_type)
        add_field(text, "content-type", response->content_type);
    if (has_length && !has_no_body(response->status))
        text_add(text, "content-length: %zu\r\n", response->len_bytes);
    text_add(text, "x-content-type-options: nosniff\r\n");
    for (size_t i = 0; i < response->n_fields; i++)
        if (!is_always(request, response->fields[i].name))
            add_field(text, response->fields[i].name, response->fields[i].value);
    if (request->always.bytes && !request->always.cut)
        text_add(text, "%s", request->always.bytes);
    /* HTTP/1.0 clients need an explicit keep-alive. */
    text_add(text, "connection: %s\r\n\r\n", request->close_after ? "close" : "keep-alive");
}

/* --- Complete responses. --- */

static const uint8_t *body_of(const struct http_response *response)
{
    return (response->takes_buf ? response->takes_buf->data : (const uint8_t *)response->body) +
           response->body_off;
}

/* Sets what is sent; false if out of memory. */
static bool set_out(struct http_request *request, const struct http_response *response,
                    bool has_length)
{
    char bytes[HEAD_BYTES];
    struct text text = text_over(bytes, sizeof(bytes));
    add_head(&text, request, response, has_length);
    if (text.cut) {
        log_error("net", NULL, "the head of a response is too long");
        return false;
    }
    bool bodiless = request->is_head || has_no_body(response->status) || !response->len_bytes;
    /* A borrowed body is valid only during this call: copy it after the head. */
    bool is_copied = !bodiless && !response->takes_buf && !response->body_is_static;
    struct buf *head;
    if (buf_create(text.len + (is_copied ? response->len_bytes : 0), &head) < 0)
        return false;
    memcpy(head->data, bytes, text.len);
    if (is_copied)
        memcpy(head->data + text.len, body_of(response), response->len_bytes);
    buf_unref(&request->out_head);
    request->out_head = head;
    request->out_left_bytes = 0;
    if (!bodiless && !is_copied) {
        request->out = body_of(response);
        request->out_left_bytes = response->len_bytes;
        request->out_buf = response->takes_buf ? buf_ref(response->takes_buf) : NULL;
    }
    return true;
}

void answer_begin(struct http_request *request, const struct http_response *response)
{
    struct buf *taken = response->takes_buf;
    assert(request->phase != HTTP_REPLYING && request->phase != HTTP_STREAMING);
    request->phase = HTTP_REPLYING;
    if (!set_out(request, response, true)) {
        request->close_after = true; /* without an answer */
        request->closing = true;
    }
    buf_unref(&taken);
    conn_ready(request->conn);
}

void answer_error(struct http_request *request, int status, bool close)
{
    static const struct http_field WEBSOCKET_VERSION = {"sec-websocket-version", "13"};
    char body[64];
    int len = snprintf(body, sizeof(body), "%d %s\n", status, answer_reason(status));
    request->close_after |= close;
    answer_begin(request, &(struct http_response){
                              .status = status,
                              .content_type = "text/plain",
                              .fields = &WEBSOCKET_VERSION,
                              .n_fields = status == 426,
                              .body = body,
                              .len_bytes = (size_t)len,
                          });
}

void http_reply(struct http_request *request, const struct http_response *response)
{
    assert(request->phase == HTTP_HANDLING && !request->stream.ops);
    answer_begin(request, response);
}

/* --- Delayed and endless responses. --- */

struct http_stream *http_hold(struct http_request *request, const struct http_stream_ops *ops,
                              void *ctx)
{
    assert(request->phase == HTTP_HANDLING && !request->stream.ops);
    request->stream = (struct http_stream){.request = request, .ops = ops, .ctx = ctx};
    return &request->stream;
}

void http_stream_reply(struct http_stream *stream, const struct http_response *response)
{
    answer_begin(stream->request, response);
}

void http_stream_begin(struct http_stream *stream, const struct http_response *head)
{
    struct http_request *request = stream->request;
    assert(stream->ops->next);
    request->close_after = true;
    bool ok = set_out(request, head, false);
    request->phase = ok && !request->is_head ? HTTP_STREAMING : HTTP_REPLYING;
    conn_ready(request->conn);
}

void http_stream_ready(struct http_stream *stream)
{
    conn_ready(stream->request->conn);
}

void http_stream_holds(struct http_stream *stream, size_t len_bytes)
{
    link_hold(stream->request->conn, len_bytes);
}

/* --- Sending. --- */

static int next_of_body(struct http_request *request, struct piece *ret_piece)
{
    *ret_piece = (struct piece){
        .bytes = request->out, .len_bytes = request->out_left_bytes, .takes_buf = request->out_buf};
    request->out_buf = NULL;
    request->out_left_bytes = 0;
    return 1;
}

static int next_of_stream(struct http_request *request, struct piece *ret_piece)
{
    struct net_out out = {0};
    int r = request->stream.ops->next(request->stream.ctx, &out);
    if (r > 0)
        *ret_piece = (struct piece){.bytes = out.takes_buf->data + out.off,
                                    .len_bytes = out.len_bytes,
                                    .takes_buf = out.takes_buf};
    return r;
}

/* Ends the stream, if there is one. */
static void close_stream(struct http_request *request)
{
    struct http_stream stream = request->stream;
    request->stream.ops = NULL;
    link_hold(request->conn, 0);
    if (stream.ops)
        stream.ops->closed(stream.ctx);
}

int answer_produce(struct http_request *request, struct piece *ret_piece)
{
    if (request->out_head) {
        *ret_piece = (struct piece){.bytes = request->out_head->data,
                                    .len_bytes = request->out_head->len_bytes,
                                    .takes_buf = request->out_head};
        request->out_head = NULL;
        return 1;
    }
    if (request->out_left_bytes)
        return next_of_body(request, ret_piece);
    int r = request->closing ? -1 : 0;
    if (!request->closing && request->phase == HTTP_STREAMING)
        r = next_of_stream(request, ret_piece);
    else if (request->phase == HTTP_REPLYING) {
        close_stream(request);
        return http_next_request(request);
    }
    if (r < 0)
        close_stream(request);
    return r;
}

void answer_forget(struct http_request *request)
{
    text_finish(&request->always);
    buf_unref(&request->out_head);
    buf_unref(&request->out_buf);
}
