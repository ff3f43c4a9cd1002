/* What the files of this room share: the loop's inside, and a connection, which is a socket with a
 * role. Loop only.
 *
 *     listen ─▸ link ◂─▸ conn ◂─▸ http ─▸ ws
 *
 * link is the only file that knows libwebsockets: it carries bytes. conn asks its role for pieces
 * to send, whenever the socket takes more, and hands it what comes in. http and ws are the roles: a
 * connection is born as http and may become ws. */
#pragma once
#include <netinet/in.h>
#include <uv.h>

#include "base/list.h"
#include "net/server.h"

struct lws;
struct lws_context;
struct lws_vhost;

struct net {
    uv_loop_t loop;
    uv_prepare_t before_poll; /* these two send what became ready during the turn, */
    uv_check_t after_poll;
    uv_idle_t more;   /* and this keeps the loop turning while something is left */
    uv_timer_t sweep; /* looks for connections whose deadline has passed */
    int64_t sweep_at_us;
    uv_timer_t grace;
    struct lws_context *lws;
    struct lws_vhost *vhost;
    struct list listeners, conns, signals;
    struct list ready;        /* conns that may have something to send */
    struct net_params params; /* the defaults filled in */
    bool stopping;
    struct net_stats stats;
};

/* Bytes on their way out, and the reference that keeps them alive; NULL = they live anyway. They
 * are not written to: only libwebsockets' argument wants them mutable. */
struct piece {
    uint8_t *bytes;
    size_t len_bytes;
    struct buf *takes_buf;
};

struct conn;
struct conn_role {
    /* Bytes came in. -1: hang up at once. */
    int (*input)(struct conn *conn, const uint8_t *bytes, size_t len_bytes);
    /* The socket takes more. 1: *ret_piece; 0: nothing now; -1: that was all, end the connection.
     */
    int (*produce)(struct conn *conn, struct piece *ret_piece);
    /* Time passed: returns when to be asked again, or -1: hang up. */
    int64_t (*check)(struct conn *conn, int64_t now_us);
    /* The server stops: come to an end. */
    void (*stop)(struct conn *conn);
    /* The last call: the socket is gone, conn too. */
    void (*gone)(struct conn *conn);
};

struct conn {
    struct list node;  /* in net->conns */
    struct list ready; /* in net->ready, or linked to itself */
    struct net *net;
    struct net_listener *listener;
    struct lws *wsi;
    const struct conn_role *role;
    union {
        struct http_request *http;
        struct ws *ws;
    };
    int64_t last_input_us;
    int64_t choked_at_us; /* or when a choked peer was last seen to take something, */
    uint64_t acked_bytes; /* and how much it had taken by then */
    size_t unsent_bytes;  /* of the last piece, at most: while choked, libwebsockets holds them */
    struct in6_addr address;
    char peer[INET6_ADDRSTRLEN];
    bool loopback;
    bool choked;    /* the socket takes no more; link tells when it does */
    bool ending;    /* no more pieces; when all is sent our side is shut */
    bool shut;      /* our side is shut, what comes in is dropped, the peer's end is awaited */
    bool rx_paused; /* by the role */
    int64_t shut_at_us;
};

/* --- link: the socket. --- */

int link_start(struct net *net);
/* Begins to close everything of libwebsockets; the loop must run until net->lws is NULL. */
void link_finish(struct net *net);
/* Takes fd even when it fails. */
int link_adopt(struct conn *conn, int fd);
/* May choke the connection. -EPIPE: the peer is gone. */
int link_write(struct conn *conn, uint8_t *bytes, size_t len_bytes);
/* Stops or resumes reading; a choked connection is not read either. */
void link_update_reading(struct conn *conn);
int link_fd(const struct conn *conn);
void link_shut(struct conn *conn);
/* Closes at once, from the loop's own turn alone, never from within a role's call. */
void link_kill(struct conn *conn);
/* The answer to a handshake's key, RFC 6455 section 4.2.2; NUL-terminated. */
void link_websocket_accept(const char *key, char out[32]);

/* --- conn --- */

/* Takes fd even when it fails. */
int conn_create(struct net_listener *listener, int fd, const struct sockaddr_storage *address);
/* There may be something to send. */
void conn_ready(struct conn *conn);
void conn_pause_reading(struct conn *conn, bool pause);
void conn_flush(struct net *net);
/* The role's deadline moved to this one, or to an earlier one. */
void conn_deadline(struct conn *conn, int64_t deadline_us);
void conn_stop_all(struct net *net);
void conn_kill_all(struct net *net);
/* Called by link. */
int conn_on_input(struct conn *conn, const uint8_t *bytes, size_t len_bytes);
void conn_on_writable(struct conn *conn);
void conn_on_gone(struct conn *conn);
int conn_init_loop(struct net *net);

/* --- event --- */

void net_signals_destroy(struct net *net);

/* --- listen --- */

struct net_listener {
    uv_poll_t poll;
    uv_timer_t pause;
    struct list node;
    struct net *net;
    struct net_listener_params params; /* address is not kept */
    int fd;                            /* -1: stopped */
    uint16_t port;
};

void listen_stop_all(struct net *net);
void listen_free_all(struct net *net); /* when the loop has closed their handles */

/* --- roles --- */

void http_start(struct conn *conn);
/* Turns a connection whose request asks for a WebSocket into one. first: bytes that came behind the
 * request's head. */
void ws_start(struct conn *conn, const struct ws_accept *accept, struct buf *takes_response);
