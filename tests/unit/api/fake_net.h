/* net/server.h and net/net.h without sockets: a test makes requests, looks at what was answered,
 * and turns the loop by hand under its own clock. As in the real one, nothing that the code
 * under test calls here calls back from inside: that happens in the next turn. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "net/server.h"

/* The clock of everything; starts at one hour. */
extern const struct clock fake_clock;
void fake_clock_advance(int64_t us);
void fake_clock_set_wall(int64_t wall_us);

struct net *fake_net_create(void);
void fake_net_destroy(struct net *net); /* no timer or wake may be left on it */
/* Runs wakes, due timers and closings until nothing is left to do now. */
void fake_net_turn(struct net *net);

/* --- Requests. Zeroed ones are GETs from this machine to localhost:8080. --- */

struct fake_request {
    const char *method, *path, *query, *host, *origin, *referer, *if_none_match, *accept_encoding;
    const char *subprotocol, *body, *peer, *authorization, *cookie;
    const char *content_type; /* NULL: JSON where there is a body */
    bool no_host, from_afar, is_forwarded;
};

struct fake_answer {
    int status; /* 0: not yet */
    char content_type[128];
    char fields[2048]; /* "name: value\n" each */
    char *body;        /* and a NUL; of a stream: what was pulled so far */
    size_t len_bytes;
    bool ended, closed;
};

struct http_request *fake_request_create(struct net *net, const struct fake_request *what);
void fake_request_destroy(struct http_request *request); /* hangs up first, if need be */
const struct fake_answer *fake_answer(const struct http_request *request);
/* The value of the answer's field, or NULL; static. */
const char *fake_field(const struct http_request *request, const char *name);
/* Takes what a begun stream gives while it is marked ready; true when it gave something. */
bool fake_pull(struct http_request *request);
void fake_hang_up(struct http_request *request);

/* --- WebSockets. --- */

struct fake_message {
    bool binary;
    uint8_t *bytes; /* and a NUL; free with fake_message_free */
    size_t len_bytes;
};

struct ws *fake_ws_open(struct net *net, const struct ws_accept *accept);
void fake_ws_say(struct ws *ws, const char *text);
void fake_ws_say_binary(struct ws *ws, const void *bytes, size_t len_bytes);
/* The next message, if the session was ready and had one. */
bool fake_ws_next(struct ws *ws, struct fake_message *ret_message);
void fake_message_free(struct fake_message *message);
/* Like fake_ws_next, but leaves the bytes where they are: for figures. */
bool fake_ws_skip(struct ws *ws);
int fake_ws_close_code(const struct ws *ws); /* 0: open */
void fake_ws_destroy(struct ws *ws);         /* the peer leaves, if it is not closed yet */
