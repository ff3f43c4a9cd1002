/* The client's side of HTTP: GETs, over libcurl on the loop (docs/decisions/pull.md says why). Loop
 * only.
 *
 * A client is one visit to one place: it keeps connections alive between its requests, and what a
 * name resolved to once holds until the client is destroyed. Where it may connect is decided by
 * net/outbound at each connection, on the very address that is connected to. Names are resolved on
 * a thread of libcurl's; certificates are checked; redirects are followed, but
 * not from https to http, and the password does not go along to another origin. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "net/net.h"
#include "net/outbound.h"
#include "net/url.h"

enum {
    CLIENT_HEAD_MAX_BYTES = 16 * 1024,
    CLIENT_HEAD_MAX_LINES = 100,
    CLIENT_REDIRECTS_MAX = 3,
    CLIENT_SENTENCE_MAX_BYTES = 160, /* with the NUL */
};

struct client;
struct client_params { /* zeroed = the defaults */
    struct net *net;
    struct outbound_policy policy; /* borrowed as long as the client lives */
    const char *ca_file;           /* trusted certificates, PEM; NULL = the system's */
    int64_t connect_us;            /* patience with resolving and connecting, 0 = 4 s */
    int64_t first_byte_us;         /* then with the answer's first byte, 0 = 4 s */
    int64_t silence_us;            /* then between two bytes, 0 = 4 s */
};
struct client *client_create(const struct client_params *params) __attribute__((returns_nonnull));
/* Cancels what runs. Takes NULL; may be called from the client's own callbacks. */
void client_destroy(struct client *client);

struct client_head {
    unsigned status;
    const char *content_type; /* "" = it says none */
};

/* Called from the loop, never from inside client_get. Each may cancel its request, begin another
 * and destroy the client. */
struct client_ops {
    /* The answer's head, once, before its body; redirects are behind it. */
    void (*head)(void *ctx, const struct client_head *head);
    void (*body)(void *ctx, const uint8_t *bytes, size_t len_bytes);
    /* The last call, the request is gone. 0: the answer was whole. Else a negative errno, and a
     * sentence for the owner that names the place and no secret; valid during the call:
     * -EACCES: no such address may be connected to; -ETIMEDOUT; -EMSGSIZE: head or body beyond
     * their limits; -ECONNREFUSED; -EHOSTUNREACH: not found or not reached; -EPROTO: TLS or HTTP
     * are not as they should be; -ELOOP: redirected too often, or to where it may not go; -EIO:
     * anything else.
     */
    void (*done)(void *ctx, int error, const char *sentence);
};

struct client_get {
    const struct url *url; /* copied */
    size_t max_body_bytes; /* 0 = endless */
    int64_t total_us;      /* patience with all of it, redirects included; 0 = endless */
    const struct client_ops *ops;
    void *ctx;
};

struct client_request;
struct client_request *client_get(struct client *client, const struct client_get *get)
    __attribute__((returns_nonnull));
/* No further call comes, done neither. Takes NULL; not after done. */
void client_cancel(struct client_request *request);
