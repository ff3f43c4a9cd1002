/* What a trusted proxy says about a forwarded request. Pure; any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { PROXY_SECRET_MIN_BYTES = 16, PROXY_SECRET_MAX_BYTES = 256 };

/* The browser uses https to reach the proxy: by X-Forwarded-Proto, or by the first element of
 * Forwarded (RFC 7239 section 5.4), which the outermost proxy added. NULL = absent. */
bool proxy_says_https(const char *forwarded_proto, const char *forwarded);

/* In constant time. shown: NULL = none. */
bool proxy_secret_is(const char *shown, const char *secret);
