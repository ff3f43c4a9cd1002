/* The HTTP client: requests of others, by libcurl on the loop (docs/decisions/pull.md says why).
 * Loop only.
 *
 * A client talks to one server: it keeps connections alive between its requests, and a name that
 * was resolved once keeps its address until the client is destroyed. net/outbound decides at each
 * connection, by the address being connected to, whether it is allowed. libcurl resolves names on
 * its thread; certificates are checked; redirects are followed, but not from https to http, and
 * the password is not sent to another origin. */
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
    int64_t connect_us;            /* timeout of resolving and connecting; 0 = 4 s */
    int64_t first_byte_us;         /* then of the answer's first byte; 0 = 4 s */
    int64_t silence_us;            /* then between two bytes; 0 = 4 s */
};
struct client *client_create(const struct client_params *params) __attribute__((returns_nonnull));
/* Cancels all its requests. Takes NULL; may be called from the client's callbacks. */
void client_destroy(struct client *client);

struct client_head {
    unsigned status;
    const char *content_type; /* "" = none */
};

/* Called from the loop, never from inside client_get. Each may cancel its request, begin another
 * and destroy the client. */
struct client_ops {
    /* The answer's head, once, before its body and after redirects. */
    void (*head)(void *ctx, const struct client_head *head);
    void (*body)(void *ctx, const uint8_t *bytes, size_t len_bytes);
    /* The last call; the request is freed. 0: the answer was complete. Else a negative errno, and
     * a sentence for the owner that names the server, without secrets; valid during the call:
     * -EACCES: connecting to this address is not allowed; -ETIMEDOUT; -EMSGSIZE: head or body are
     * too large; -ECONNREFUSED; -EHOSTUNREACH: name not found or host not reachable; -EPROTO:
     * invalid TLS or HTTP; -ELOOP: too many redirects, or a redirect that is not followed; -EIO:
     * anything else.
     */
    void (*done)(void *ctx, int error, const char *sentence);
};

struct client_get {
    const struct url *url; /* copied */
    /* Another method than GET; its redirects are not followed. NULL: GET, and no body. */
    const char *method;
    const char *const *fields; /* "Name: value", NULL-terminated; copied; NULL = none */
    const uint8_t *body;       /* borrowed until done or client_cancel */
    size_t body_bytes;
    size_t max_body_bytes; /* 0 = endless */
    int64_t total_us;      /* timeout of the whole, redirects included; 0 = none */
    const struct client_ops *ops;
    void *ctx;
};

struct client_request;
struct client_request *client_get(struct client *client, const struct client_get *get)
    __attribute__((returns_nonnull));
/* No callback follows, not even done. Takes NULL; not allowed after done. */
void client_cancel(struct client_request *request);
