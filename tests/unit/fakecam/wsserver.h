/* A WebSocket server as small as a test needs it: one connection at a time, everything blocks, and
 * whatever takes longer than 20 s fails the test. Format: RFC 6455. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wsserver {
    int listen_fd, fd; /* -1 = none */
    uint16_t port;
    char request[4096]; /* head of the last one */
};

struct wsmessage {
    int opcode;    /* 1 text, 2 binary, 8 close, -1 the connection ended */
    uint8_t *data; /* ends in a NUL that does not count */
    size_t len_bytes, longest_fragment_bytes;
    unsigned fragments;
};

/* receive_bytes: of the connections' receive buffers, 0 = the system's choice. */
void wsserver_init(struct wsserver *server, int receive_bytes);
void wsserver_finish(struct wsserver *server);

/* Waits for the next connection, in place of the one before, and answers its handshake. */
void wsserver_accept(struct wsserver *server);
void wsserver_drop(struct wsserver *server);

void wsserver_send(struct wsserver *server, const char *text);

/* The next message or the end; valid until wsmessage_finish. */
struct wsmessage wsserver_next(struct wsserver *server);
void wsmessage_finish(struct wsmessage *message);
