/* What the files of this room share: the loop's inside, and a connection, which is a socket with a
 * role. Loop only.
 *
 *     listen ─▸ conn ◂─▸ link ◂─▸ wire
 *                ▴
 *                └─▸ http ─▸ ws
 *
 * wire moves bytes, plain ones today. link keeps a connection's socket on the loop and what it has
 * not sent yet. conn asks its role for pieces to send whenever the socket takes more, and hands it
 * what comes in. http and ws are the roles: a connection is born as http and may become ws. */
#pragma once
#include <netinet/in.h>
#include <uv.h>

#include "base/list.h"
#include "net/server.h"
#include "net/wire.h"

struct net {
    uv_loop_t loop;
    uv_prepare_t before_poll; /* these two send what became ready during the turn, */
    uv_check_t after_poll;
    uv_idle_t more;   /* and this keeps the loop turning while something is left */
    uv_timer_t sweep; /* looks for connections whose deadline has passed */
    int64_t sweep_at_us;
    uv_timer_t grace;
    uint8_t *input; /* what one read of a socket brings */
    struct list listeners, conns, signals;
    struct list ready;      /* conns that may have something to send */
    struct list unfinished; /* WebSockets with a message that is not whole, the oldest first */
    struct list choked;     /* conns with unsent pieces, the one that took nothing longest first */
    struct net_params params; /* the defaults filled in */
    bool stopping;
    int64_t relief_logged_us; /* 0 = never */
    struct net_stats stats;
};

/* Bytes on their way out, and the reference that keeps them alive; NULL = they are static. */
struct piece {
    const uint8_t *bytes;
    size_t len_bytes;
    struct buf *takes_buf;
};

/* Pieces that go out by one call. */
enum { PIECES_MAX = 4 };

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
    struct list choke; /* in net->choked, or linked to itself */
    struct net *net;
    struct net_listener *listener;
    uv_poll_t poll;
    struct wire wire;
    int events;                 /* what poll waits for */
    int read_event, send_event; /* what reading and sending wait for */
    const struct conn_role *role;
    union {
        struct http_request *http;
        struct ws *ws;
    };
    struct piece out[PIECES_MAX]; /* [out_first, out_count) are to be sent */
    uint8_t out_first, out_count;
    int64_t last_input_us;
    int64_t progress_us;  /* when a choked peer was last seen to take something, */
    uint64_t acked_bytes; /* and how much it had taken by then */
    struct in6_addr address;
    char peer[INET6_ADDRSTRLEN];
    bool loopback;
    bool choked;     /* the socket takes no more; link tells when it does */
    bool congested;  /* it was choked, and has not sent everything since */
    bool idle;       /* nothing is asked: it may be closed when others need its place */
    bool ending;     /* no more pieces; when all is sent our side is shut */
    bool shut;       /* our side is shut, what comes in is dropped, the peer's end is awaited */
    bool rx_paused;  /* by the role */
    bool peer_ended; /* it sends no more, and is closed when it has taken what is on its way */
    int64_t shut_at_us;
};

/* --- link: the socket. --- */

void link_start(struct net *net);
void link_finish(struct net *net);
/* Takes fd even when it fails. */
int link_adopt(struct conn *conn, int fd) __attribute__((warn_unused_result));
/* Sends the pieces of conn->out; what the kernel does not take chokes the connection. -EPIPE: the
 * peer is gone. */
int link_send(struct conn *conn) __attribute__((warn_unused_result));
/* False when the kernel still holds enough that it has not sent: chokes the connection until then,
 * so that the role is asked as late as possible and gives the newest that it has. */
bool link_has_room(struct conn *conn);
/* Waits for what the connection's state calls for. */
void link_update(struct conn *conn);
/* Of a choked connection, as conn_role.check. */
int64_t link_check(struct conn *conn, int64_t now_us);
/* Closes stalled connections while all of them together pin too much: from the loop's own turn
 * alone. Returns when to look again. */
int64_t link_relieve(struct net *net);
void link_shut(struct conn *conn);
/* Closes at once, from the loop's own turn alone, never from within a role's call. */
void link_kill(struct conn *conn);

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
void conn_init_loop(struct net *net);

/* --- event --- */

void net_signals_destroy(struct net *net);

/* --- listen --- */

struct net_listener {
    uv_poll_t poll;
    uv_timer_t pause;
    struct list node;
    struct net *net;
    struct net_listener_params params; /* address and group are not kept */
    char *path;                        /* of a Unix socket; else NULL */
    int fd;                            /* -1: stopped */
    uint16_t port;
    unsigned connections;
};

void listen_stop_all(struct net *net);
void listen_free_all(struct net *net); /* when the loop has closed their handles */

/* --- roles --- */

void http_start(struct conn *conn);
/* Turns a connection whose request asks for a WebSocket into one. first: bytes that came behind the
 * request's head. */
void ws_start(struct conn *conn, const struct ws_accept *accept, struct buf *takes_response);
