/* An HTTP connection's state, shared by http.c (requests in) and answer.c (responses out). Loop
 * only. */
#pragma once
#include "base/text.h"
#include "net/http_head.h"
#include "net/internal.h"

enum http_phase {
    HTTP_HEAD,      /* collecting a head; also idle between requests */
    HTTP_BODY,      /* collecting a body */
    HTTP_WHOLE,     /* head and body are complete */
    HTTP_HANDLING,  /* on_request or on_upgrade runs, or the request is held */
    HTTP_REPLYING,  /* a response is being sent */
    HTTP_STREAMING, /* an endless response is being sent */
};

struct http_stream {
    struct http_request *request;
    const struct http_stream_ops *ops; /* NULL: no stream */
    void *ctx;
};

struct http_request {
    struct conn *conn;
    enum http_phase phase;
    int64_t since_us; /* when the phase began; HTTP_HEAD: when the first byte was awaited */
    bool served;      /* at least one request was answered: the keep-alive timeout applies */

    /* Input: the request's head, followed by bytes that the peer sent in advance. */
    char *in;
    size_t in_len_bytes, in_cap, scanned, head_len_bytes;
    struct http_head head;
    char *body; /* of head.content_length bytes and a NUL */
    size_t body_len_bytes;

    /* Output. */
    struct text always; /* header lines for the next response; its bytes are NULL: none */
    struct buf *out_head;
    struct buf *out_buf; /* keeps out alive; NULL = static */
    const uint8_t *out;
    size_t out_left_bytes;
    bool is_head; /* the method: no body is sent */
    bool close_after;
    bool closing; /* the stream is to be closed */
    struct http_stream stream;
};

/* answer.c */

/* Makes the response's head and begins to send; the phase becomes HTTP_REPLYING. */
void answer_begin(struct http_request *request, const struct http_response *response);
/* A plain error page; close: the connection ends after it. */
void answer_error(struct http_request *request, int status, bool close);
/* As conn_role.produce. */
int answer_produce(struct http_request *request, struct piece *ret_piece);
void answer_forget(struct http_request *request);
const char *answer_reason(int status);

/* http.c */

/* The response was sent: waits for the next request, or handles one sent in advance. -1: the
 * connection ends; else 0. */
int http_next_request(struct http_request *request);
