/* The server: HTTP/1.1 and WebSocket listeners. It knows nothing about video: it passes requests up
 * and bytes down. Loop only. Standards: RFC 9110, RFC 9112, RFC 6455. */
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
    HTTP_IF_MODIFIED_SINCE,
    HTTP_IF_RANGE,
    HTTP_ACCEPT,
    HTTP_ACCEPT_ENCODING,
    HTTP_RANGE,
    HTTP_SUBPROTOCOL, /* Sec-WebSocket-Protocol */
    /* Set by proxies, but anyone can send them. */
    HTTP_FORWARDED,       /* RFC 7239 */
    HTTP_FORWARDED_LAST,  /* of several lines the last, which the nearest proxy added */
    HTTP_FORWARDED_FOR,   /* X-Forwarded-For; the same */
    HTTP_FORWARDED_PROTO, /* X-Forwarded-Proto */
    HTTP_PROXY_SECRET,    /* X-Eyelid-Proxy-Secret */
    HTTP_REMOTE_USER,
    HTTP_FORWARDED_USER, /* X-Forwarded-User */
    HTTP_AUTHENTIK_USER, /* X-authentik-username */
    HTTP_HASS_USER,      /* X-Remote-User-Name, of Home Assistant's ingress */
    HTTP_TAILSCALE_USER, /* Tailscale-User-Login */
};
/* As sent; NULL when absent. */
const char *http_header_text(const struct http_request *request, enum http_header header);
/* False when absent or longer than cap - 1 bytes. */
bool http_header(const struct http_request *request, enum http_header header, char *out,
                 size_t cap);

/* The peer's address, "192.0.2.7" or "2001:db8::7", or "uid 1000 pid 4711"; never NULL. */
const char *http_peer(const struct http_request *request);
bool http_peer_is_loopback(const struct http_request *request); /* or on a Unix socket */
/* A proxy has forwarded this: it has Forwarded (RFC 7239), X-Forwarded-…, X-Real-IP or Via. */
bool http_is_forwarded(const struct http_request *request);
/* The complete body of POST, PUT and PATCH; otherwise empty. Always followed by a NUL. */
const char *http_body(const struct http_request *request, size_t *ret_len_bytes);

/* --- Replies. Each request gets exactly one of these, immediately or later. --- */

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
        *takes_buf; /* taken; its bytes [body_off, body_off + len_bytes) are sent uncopied; or */
    bool body_is_static; /* body is static: sent uncopied */
    size_t body_off, len_bytes;
};

/* A header of the answer, whichever it will be; replaces one of the same name that comes with the
 * answer. At most 1 KiB of them. */
void http_always(struct http_request *request, const char *name, const char *value);

void http_reply(struct http_request *request, const struct http_response *response);

/* Bytes to send: a reference that the caller of next() takes over. For a WebSocket, off is at least
 * NET_OUT_ROOM: the transport writes its framing there. It is the same each time for a message, so
 * one buffer serves any number of peers. */
enum { NET_OUT_ROOM = 16 };
struct net_out {
    struct buf *takes_buf;
    size_t off, len_bytes;
    bool binary; /* WebSocket: binary or text */
};

/* An endless response, or a delayed one: next() is called whenever the socket takes
 * more. */
struct http_stream;
struct http_stream_ops {
    /* 1: send *ret_out; 0: nothing now, http_stream_ready follows later; -1: the end, close.
     * NULL: the answer is one reply, never begun as a stream. */
    int (*next)(void *ctx, struct net_out *ret_out);
    void (*closed)(void *ctx); /* the last call; the stream is freed */
};

/* Answers later: keeps the request's connection open, and closed() is called if the peer leaves
 * first. Then either http_stream_reply or http_stream_begin. */
struct http_stream *http_hold(struct http_request *request, const struct http_stream_ops *ops,
                              void *ctx) __attribute__((returns_nonnull));
void http_stream_reply(struct http_stream *stream,
                       const struct http_response *response); /* closed() follows */
/* Sends the head (no length, connection: close), then asks next(). */
void http_stream_begin(struct http_stream *stream, const struct http_response *head);
void http_stream_ready(struct http_stream *stream);
/* Memory that the stream holds until it is closed, beside what next() returned: while the peer is
 * stalled, it counts for net_params.max_pinned_bytes. */
void http_stream_holds(struct http_stream *stream, size_t len_bytes);

/* --- WebSockets. --- */

struct ws;
struct ws_ops {
    const char *subprotocol;  /* must be offered by the peer; NULL = none */
    size_t max_message_bytes; /* a larger message ends the connection with 1009 */
    size_t headroom;          /* bytes left free in front of each received message */
    /* The first call; ws is valid until closed(). If the peer leaves before the handshake is done,
     * only closed() is called. */
    void (*opened)(void *session, struct ws *ws);
    /* A complete message, joined from its frames: bytes [headroom, headroom + len_bytes) of the
     * buffer; a text is followed by a NUL and is valid UTF-8. Takes the buffer. */
    void (*message)(void *session, struct buf *takes_buf, size_t len_bytes, bool binary);
    /* As http_stream_ops.next; -1 closes with the code and reason of ws_close, else 1000. */
    int (*next)(void *session, struct net_out *ret_out);
    /* The peer violated RFC 6455 or the limit above, and is being disconnected. May be NULL. */
    void (*broken)(void *session, const char *reason);
    void (*closed)(void *session); /* the last call; the ws is freed */
};

void ws_ready(struct ws *ws); /* there is something to send: next() will be called */
/* Closes after the message being sent; only closed() is called after this. code: RFC 6455 section
 * 7.4.1; reason: up to 123 bytes. */
void ws_close(struct ws *ws, uint16_t code, const char *reason);
/* Pauses or resumes reading from the peer. Messages already received are still delivered. */
void ws_pause_reading(struct ws *ws, bool pause);
/* Until this is called again, messages are limited to this instead of ops->max_message_bytes. */
void ws_limit(struct ws *ws, size_t max_message_bytes);

/* What on_upgrade decides. */
struct ws_accept {
    const struct ws_ops *ops; /* static */
    void *session;            /* passed to every call of ops */
};

struct net_listener_params {
    /* Numeric, or "*" for every IPv4 and IPv6 address; or the path of a Unix socket; borrowed. */
    const char *address;
    const char *group;        /* who may connect to the Unix socket, socket_listen_unix; borrowed */
    uint16_t port;            /* 0 = any free one */
    struct tls *tls;          /* net/tls.h, borrowed; NULL = plain */
    size_t max_body_bytes;    /* of a request; larger ones are answered 413; 0 = 64 KiB */
    unsigned max_per_address; /* connections of one peer address, loopback excepted; 0 = 64 */
    unsigned reserved;        /* connections reserved for this listener */
    void *ctx;
    /* Every other request; must answer or hold it. */
    void (*on_request)(void *ctx, struct http_request *request);
    /* A WebSocket upgrade: 0 and *ret_accept, or an HTTP status to refuse with (403, 404,
     * 503). */
    int (*on_upgrade)(void *ctx, struct http_request *request, struct ws_accept *ret_accept);
};

struct net_listener;
/* -EADDRINUSE, -EADDRNOTAVAIL, -EACCES, -EINVAL as from bind(2), or the error of
 * socket_listen_unix. Freed with net. */
int net_listen(struct net *net, const struct net_listener_params *params,
               struct net_listener **ret_listener) __attribute__((warn_unused_result));
uint16_t net_listener_port(const struct net_listener *listener);

struct net_stats {
    unsigned connections, websockets;
    unsigned choked;      /* connections with unsent data, now */
    size_t pinned_bytes;  /* memory that those hold, each buffer counted once */
    size_t inbound_bytes; /* of incomplete messages and requests */
    uint64_t requests, refused;
    uint64_t idle_closed;    /* idle connections closed to make room for others */
    uint64_t stalled_closed; /* connections closed because of net_params.max_pinned_bytes */
};
struct net_stats net_stats(const struct net *net);
