/* What a trusted proxy says about a forwarded request. Pure; any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { PROXY_SECRET_MIN_BYTES = 16, PROXY_SECRET_MAX_BYTES = 256 };

/* The browser uses https to reach the proxy: by X-Forwarded-Proto, or by the first element of
 * Forwarded (RFC 7239 section 5.4), which the outermost proxy added. NULL = absent. */
bool proxy_says_https(const char *forwarded_proto, const char *forwarded);

/* The client's address. The lists have an element for each hop, the nearest last: they are read
 * from there, as far as the addresses are those of proxies that are trusted, because everything
 * before that was written by the client. X-Forwarded-For, Forwarded (RFC 7239 section 5.2): NULL =
 * absent. peer: who sent the request, a trusted proxy. The result is peer if no address is named,
 * or if both lists are there and disagree: a proxy that sets one passes the client's other on. */
enum { PROXY_ADDRESS_MAX_BYTES = 46 };
void proxy_client(const char *forwarded_for, const char *forwarded, const char *peer,
                  bool (*is_trusted)(const void *ctx, const char *address), const void *ctx,
                  char out[PROXY_ADDRESS_MAX_BYTES]);

/* In constant time. shown: NULL = none. */
bool proxy_secret_is(const char *shown, const char *secret);
