/* URLs that the server fetches, http and https. libcurl, which also connects, parses them, so the
 * check and the connection cannot disagree about a URL's host. Pure functions, any thread.
 * Standard: RFC 3986. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { URL_MAX_BYTES = 512, URL_HOST_MAX_BYTES = 255, URL_SECRET_MAX_BYTES = 127 };

struct url {
    bool https;
    uint16_t port;                     /* 1 and up */
    char host[URL_HOST_MAX_BYTES + 1]; /* IPv6 in brackets */
    char user[URL_SECRET_MAX_BYTES + 1],
        password[URL_SECRET_MAX_BYTES + 1]; /* decoded; "" = none */
    char path[URL_MAX_BYTES + 1];           /* begins with '/' */
    char query[URL_MAX_BYTES + 1];          /* "" = none */
};

/* -EINVAL: *ret_wrong says what is expected (static). A fragment is dropped. */
int url_parse(const char *text, struct url *ret_url, const char **ret_wrong)
    __attribute__((warn_unused_result));

enum { URL_TEXT_MAX_BYTES = URL_HOST_MAX_BYTES + 2 * URL_MAX_BYTES + 24 };

/* The URL to request, without user and password. */
void url_format(const struct url *url, char out[URL_TEXT_MAX_BYTES]);

/* For display and logs: user and password are replaced by "***@", and the query by "?...", because
 * many cameras take their password there. */
void url_mask(const struct url *url, char out[URL_TEXT_MAX_BYTES]);

enum { URL_PLACE_MAX_BYTES = URL_HOST_MAX_BYTES + 8 };

/* "host:port". */
void url_place(const struct url *url, char out[URL_PLACE_MAX_BYTES]);

/* Same scheme, host and port (RFC 6454 section 4). */
bool url_same_origin(const struct url *a, const struct url *b);
