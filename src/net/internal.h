/* Shared by the files of this room: the loop's internals, and a connection, which is a socket with
 * a role. Loop only.
 *
 *     listen ─▸ conn ◂─▸ link ◂─▸ wire
 *                ▴
 *                └─▸ http ─▸ ws
 *
 * wire moves bytes, plain or through TLS. link keeps a connection's socket on the loop, and its
 * unsent pieces. conn asks its role for pieces whenever the socket takes more, and passes input to
 * it. http and ws are the roles: every connection starts as http and may become ws. */
#pragma once
#include <netinet/in.h>
#include <uv.h>

#include "base/list.h"
#include "net/server.h"
#include "net/wire.h"

struct net {
    uv_loop_t loop;
    uv_prepare_t before_poll; /* these two send what became ready during the turn */
    uv_check_t after_poll;
    uv_idle_t more;   /* keeps the loop from blocking while something is left to send */
    uv_timer_t sweep; /* finds connections whose deadline has passed */
    int64_t sweep_at_us;
    uv_timer_t grace;
    uint8_t *input; /* buffer for one read of a socket */
    struct list listeners, conns, signals;
    struct list ready;        /* conns that may have something to send */
    struct list unfinished;   /* WebSockets with an incomplete message, oldest first */
    struct list choked;       /* conns with unsent pieces, the longest stalled first */
    struct net_params params; /* the defaults filled in */
    bool stopping;
    int64_t relief_logged_us; /* 0 = never */
    struct net_stats stats;
};

/* Bytes to be sent, and the reference that keeps them alive; NULL = they are static. */
struct piece {
    const uint8_t *bytes;
    size_t len_bytes;
    struct buf *takes_buf;
};

/* Pieces that are sent by one call. */
enum { PIECES_MAX = 4 };

struct conn;
struct conn_role {
    /* Bytes arrived. -1: close the connection at once. */
    int (*input)(struct conn *conn, const uint8_t *bytes, size_t len_bytes);
    /* The socket takes more. 1: *ret_piece; 0: nothing now; -1: no more, end the connection.
     */
    int (*produce)(struct conn *conn, struct piece *ret_piece);
    /* Time passed: returns when to check again, or -1: close the connection. */
    int64_t (*check)(struct conn *conn, int64_t now_us);
    /* The server stops: finish. */
    void (*stop)(struct conn *conn);
    /* The last call: the socket is closed, conn is freed. */
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
    int64_t progress_us;  /* when a choked peer last took something, */
    uint64_t acked_bytes; /* and how much it had taken by then */
    size_t held_bytes;    /* beside out: counts as pinned while it is choked */
    struct in6_addr address;
    char peer[INET6_ADDRSTRLEN];
    bool loopback;
    bool choked;     /* the socket takes no more; link resumes it */
    bool congested;  /* it was choked, and has not sent everything since */
    bool idle;       /* no request: it may be closed to make room */
    bool ending;     /* no more pieces; our side is shut when all is sent */
    bool shut;       /* our side is shut; input is dropped until the peer closes */
    bool rx_paused;  /* by the role */
    bool peer_ended; /* it sends no more; closed once it has taken what is unsent */
    int64_t shut_at_us;
};

/* --- link: the socket. --- */

void link_start(struct net *net);
void link_finish(struct net *net);
/* Takes fd even if it fails. */
int link_adopt(struct conn *conn, int fd) __attribute__((warn_unused_result));
/* Sends the pieces of conn->out; the connection is choked if the kernel does not take all. -EPIPE:
 * the peer is gone. */
int link_send(struct conn *conn) __attribute__((warn_unused_result));
/* False if the kernel still holds enough unsent data: chokes the connection until it has less, so
 * that the role is asked as late as possible and supplies its newest data. */
bool link_has_room(struct conn *conn);
/* Sets held_bytes. */
void link_hold(struct conn *conn, size_t len_bytes);
/* Sets the events to wait for, according to the connection's state. */
void link_update(struct conn *conn);
/* As conn_role.check, for a choked connection. */
int64_t link_check(struct conn *conn, int64_t now_us);
/* Closes stalled connections while all of them together pin too much memory. Call only from the
 * loop itself. Returns when to check again. */
int64_t link_relieve(struct net *net);
void link_shut(struct conn *conn);
/* Closes at once. Call only from the loop itself, never from a role's function. */
void link_kill(struct conn *conn);

/* --- conn --- */

/* Takes fd even if it fails. */
int conn_create(struct net_listener *listener, int fd, const struct sockaddr_storage *address);
/* There may be something to send. */
void conn_ready(struct conn *conn);
void conn_pause_reading(struct conn *conn, bool pause);
void conn_flush(struct net *net);
/* The role's deadline is now this time, or earlier. */
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
    struct net_listener_params params; /* without address and group */
    char *path;                        /* of a Unix socket; else NULL */
    int fd;                            /* -1: stopped */
    uint16_t port;
    unsigned connections;
};

void listen_stop_all(struct net *net);
void listen_free_all(struct net *net); /* after the loop has closed their handles */

/* --- roles --- */

void http_start(struct conn *conn);
/* Turns a connection whose request asks for a WebSocket into one.
 * Takes the handshake to send. */
void ws_start(struct conn *conn, const struct ws_accept *accept, struct buf *takes_response);
