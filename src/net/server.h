/* The server: HTTP/1.1 and WebSocket listeners. It knows no video: it hands requests up and bytes
 * down. Loop only. Standards: RFC 9110, RFC 9112, RFC 6455. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/net.h"

/* --- Requests: valid only while on_request or on_upgrade runs, unless said otherwise. --- */

struct http_request;

const char *http_method(
    const struct http_request *request); /* "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD" */
const char *
http_path(const struct http_request *request); /* percent-decoded, no query; no "..", no NUL */
/* The first value of a query parameter, percent-decoded into out (cap bytes with the NUL); false
 * when absent or too long. */
bool http_query(const struct http_request *request, const char *name, char *out, size_t cap);

enum http_header {
    HTTP_HOST,
    HTTP_ORIGIN,
    HTTP_FETCH_SITE, /* Sec-Fetch-Site */
    HTTP_REFERER,
    HTTP_AUTHORIZATION,
    HTTP_COOKIE,
    HTTP_USER_AGENT,
    HTTP_CONTENT_TYPE,
    HTTP_IF_NONE_MATCH,
    HTTP_ACCEPT,
    HTTP_ACCEPT_ENCODING,
    HTTP_RANGE,
    HTTP_SUBPROTOCOL, /* Sec-WebSocket-Protocol */
};
/* As it came; NULL when absent. */
const char *http_header_text(const struct http_request *request, enum http_header header);
/* False when absent or longer than cap - 1 bytes. */
bool http_header(const struct http_request *request, enum http_header header, char *out,
                 size_t cap);

/* The peer's address, "192.0.2.7" or "2001:db8::7", or "uid 1000 pid 4711"; never NULL. */
const char *http_peer(const struct http_request *request);
bool http_peer_is_loopback(const struct http_request *request); /* or on a Unix socket */
/* A proxy says that it passes this on: Forwarded (RFC 7239), X-Forwarded-…, X-Real-IP, Via. */
bool http_is_forwarded(const struct http_request *request);
/* The body of POST, PUT and PATCH, whole; empty otherwise. Always followed by a NUL. */
const char *http_body(const struct http_request *request, size_t *ret_len_bytes);

/* --- Replies. Each request gets exactly one of these, at once or later. --- */

struct http_field {
    const char *name, *value; /* name in lower case, without the colon */
};

struct http_response {
    int status;
    const char *content_type;        /* NULL = none */
    const struct http_field *fields; /* further headers, borrowed */
    size_t n_fields;
    const void *body; /* borrowed and copied; or */
    struct buf
        *takes_buf; /* taken, its bytes [body_off, body_off + len_bytes) are sent uncopied; or */
    bool body_is_static; /* body lives for ever: sent uncopied */
    size_t body_off, len_bytes;
};

void http_reply(struct http_request *request, const struct http_response *response);

/* Bytes to send: a reference that the caller of next() takes over. For a WebSocket off is at least
 * NET_OUT_ROOM: the transport writes its framing there, always the same for the same message, so
 * that one buffer serves any number of peers. */
enum { NET_OUT_ROOM = 16 };
struct net_out {
    struct buf *takes_buf;
    size_t off, len_bytes;
    bool binary; /* WebSocket: binary or text */
};

/* A response without an end, or one that comes later: next() is asked whenever the socket takes
 * more. */
struct http_stream;
struct http_stream_ops {
    /* 1: *ret_out is to be sent; 0: nothing now, http_stream_ready will tell; -1: the end, close.
     */
    int (*next)(void *ctx, struct net_out *ret_out);
    void (*closed)(void *ctx); /* the last call; the stream is gone */
};

/* Answers later: keeps the request's connection open, and closed() is called if the peer leaves
 * first. Then either http_stream_reply or http_stream_begin, or http_stream_close without an
 * answer. */
struct http_stream *http_hold(struct http_request *request, const struct http_stream_ops *ops,
                              void *ctx) __attribute__((returns_nonnull));
void http_stream_reply(struct http_stream *stream,
                       const struct http_response *response); /* closed() follows */
/* Sends the head (no length, connection: close), then asks next(). */
void http_stream_begin(struct http_stream *stream, const struct http_response *head);
void http_stream_ready(struct http_stream *stream);
void http_stream_close(struct http_stream *stream); /* closed() follows */

/* --- WebSockets. --- */

struct ws;
struct ws_ops {
    const char *subprotocol;  /* offered by the peer and answered; NULL = none is asked for */
    size_t max_message_bytes; /* larger ones end the connection with 1009 */
    size_t headroom;          /* bytes left free in front of each message that is handed up */
    /* It is open; the ws lives until closed(). The first call, if any: an upgrade whose peer leaves
     * before the handshake is done gets closed() alone. */
    void (*opened)(void *session, struct ws *ws);
    /* A whole message, however many frames it came in: bytes [headroom, headroom + len_bytes) of
     * the buffer, and a NUL behind a text. Takes the buffer. Text is checked to be UTF-8. */
    void (*message)(void *session, struct buf *takes_buf, size_t len_bytes, bool binary);
    /* As http_stream_ops.next; -1 closes with the code and reason of ws_close, else 1000. */
    int (*next)(void *session, struct net_out *ret_out);
    /* NULL, or: the peer broke the rules of RFC 6455 or the limit above and is being sent away. */
    void (*broken)(void *session, const char *reason);
    void (*closed)(void *session); /* the last call; the ws is gone */
};

void ws_ready(struct ws *ws); /* there is something to send: next() will be asked */
/* Closes after what is being sent; closed() follows, message() and next() do not. code: RFC 6455
 * section 7.4.1; reason: up to 123 bytes. */
void ws_close(struct ws *ws, uint16_t code, const char *reason);
/* Reads no more from the peer, or again. Messages whose bytes are here already still come. */
void ws_pause_reading(struct ws *ws, bool pause);
/* Until this is called again, messages are limited to this instead of ops->max_message_bytes. */
void ws_limit(struct ws *ws, size_t max_message_bytes);
const char *ws_peer(const struct ws *ws);

/* What on_upgrade decides. */
struct ws_accept {
    const struct ws_ops *ops; /* static */
    void *session;            /* handed to every call of ops */
};

struct net_listener_params {
    /* Numeric, or "*" for every IPv4 and IPv6 address; or the path of a Unix socket; borrowed. */
    const char *address;
    const char *group;        /* who may connect to the Unix socket, socket_listen_unix; borrowed */
    uint16_t port;            /* 0 = any free one */
    struct tls *tls;          /* net/tls.h, borrowed; NULL = plain */
    size_t max_body_bytes;    /* of a request; larger ones are answered 413; 0 = 64 KiB */
    unsigned max_per_address; /* connections of one peer address, loopback excepted; 0 = 64 */
    unsigned reserved;        /* so many of all connections are for this listener alone */
    void *ctx;
    /* Every plain request; must answer or hold. */
    void (*on_request)(void *ctx, struct http_request *request);
    /* A WebSocket wants to open: 0 and *ret_accept, or an HTTP status to refuse with (403, 404,
     * 503). */
    int (*on_upgrade)(void *ctx, struct http_request *request, struct ws_accept *ret_accept);
};

struct net_listener;
/* -EADDRINUSE, -EADDRNOTAVAIL, -EACCES, -EINVAL as bind(2) has them, or what socket_listen_unix
 * returns. Lives as long as net. */
int net_listen(struct net *net, const struct net_listener_params *params,
               struct net_listener **ret_listener) __attribute__((warn_unused_result));
uint16_t net_listener_port(const struct net_listener *listener);

struct net_stats {
    unsigned connections, websockets;
    unsigned choked;      /* connections with unsent data, now */
    size_t pinned_bytes;  /* what those keep in memory, each buffer counted once */
    size_t inbound_bytes; /* of messages and requests that are not whole yet */
    uint64_t requests, refused;
    uint64_t idle_closed;    /* connections without a request that made room for others */
    uint64_t stalled_closed; /* connections closed because of net_params.max_pinned_bytes */
};
struct net_stats net_stats(const struct net *net);
