/* What the tests of this room share: a server on its own thread, and raw sockets as its peers.
 */
#pragma once
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "net/server.h"

/* --- The server's side. --- */

struct site {
    struct net *net;
    struct net_listener *listener;
    uint16_t port;
    pthread_t thread;
    struct net_wake *stopper;
    int64_t grace_us;
};

/* Creates the net and the listener on loopback, with a free port; site_run starts the thread. */
void site_init(struct site *site, const struct net_params *net_params,
               const struct net_listener_params *listener_params);
void site_run(struct site *site);
/* Stops the loop and joins its thread; idempotent. */
void site_stop(struct site *site);
void site_finish(struct site *site);

/* A counter that the loop raises and a test waits for; fails the test after 10 s. */
struct tally {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    int count;
};
#define TALLY_INIT                                                                                 \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0                                     \
    }
void tally_add(struct tally *tally);
void tally_wait(struct tally *tally, int at_least);
int tally_count(struct tally *tally);

struct buf *site_message(const void *bytes, size_t len_bytes, struct net_out *ret_out);

/* --- The peer's side: blocking, every wait ends after 10 s with a failed test. --- */

int peer_connect(uint16_t port);
/* A connection with a receive buffer as small as the kernel makes it. */
int peer_connect_narrow(uint16_t port);
void peer_send(int fd, const void *bytes, size_t len_bytes);
void peer_say(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Up to cap bytes: what one read brings; 0 = the end. -1: the connection was reset. */
long peer_receive(int fd, void *bytes, size_t cap);
void peer_receive_all(int fd, void *bytes, size_t len_bytes);
/* Everything until the end, as a string. */
void peer_receive_rest(int fd, char *text, size_t cap);

struct answer {
    int status;
    char head[4096];
    char body[65536];
    size_t len_bytes;
};
/* One response with a content-length (or none: has_body false for HEAD, 204, 304). */
void peer_answer(int fd, bool has_body, struct answer *ret);
/* One request, one answer. */
void peer_get(int fd, const char *path, struct answer *ret);
bool answer_has(const struct answer *answer, const char *line);

/* Upgrades; returns the status of the answer. more: further header lines, each with its CRLF. */
int peer_upgrade(int fd, const char *path, const char *more, char *head, size_t cap);

enum {
    PEER_FIN = 0x80,
    PEER_TEXT = 1,
    PEER_BINARY = 2,
    PEER_CLOSE = 8,
    PEER_PING = 9,
    PEER_PONG = 10
};
/* One masked frame; first: opcode with or without PEER_FIN. */
void peer_frame(int fd, unsigned first, const void *payload, size_t len_bytes);
size_t peer_make_frame(uint8_t *out, unsigned first, const uint8_t mask[4], const void *payload,
                       size_t len_bytes);
/* The next frame of the server; the payload must fit. Returns the first byte. */
unsigned peer_read_frame(int fd, void *payload, size_t cap, size_t *ret_len_bytes);
/* Expects a close frame with this code, and the connection's end after it. */
void peer_expect_close(int fd, unsigned code);
