/* The head of an HTTP request: a pure parser over bytes, strict where lenient servers have had
 * vulnerabilities. Standards: RFC 9112 sections 2 to 7, RFC 9110 section 5, RFC 3986 section 2.1.
 *
 * Refused: bare LF, folded lines, white space before a colon, control characters, repetition of
 * single headers, bodies of unknown length, paths with "..", NUL or broken escapes. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum head_field {
    HEAD_HOST,
    HEAD_ORIGIN,
    HEAD_FETCH_SITE,
    HEAD_REFERER,
    HEAD_AUTHORIZATION,
    HEAD_COOKIE,
    HEAD_USER_AGENT,
    HEAD_CONTENT_TYPE,
    HEAD_IF_NONE_MATCH,
    HEAD_IF_MODIFIED_SINCE,
    HEAD_IF_RANGE,
    HEAD_ACCEPT,
    HEAD_ACCEPT_ENCODING,
    HEAD_RANGE,
    HEAD_FORWARDED, /* any other sign of a proxy than those below */
    HEAD_FORWARDED_ELEMENTS,
    HEAD_FORWARDED_LAST, /* the same line if there is one; of several, the last */
    HEAD_FORWARDED_FOR,  /* of several lines, the last */
    HEAD_FORWARDED_PROTO,
    HEAD_PROXY_SECRET,
    HEAD_REMOTE_USER,
    HEAD_FORWARDED_USER,
    HEAD_AUTHENTIK_USER,
    HEAD_HASS_USER,
    HEAD_TAILSCALE_USER,
    HEAD_WS_PROTOCOL,
    HEAD_WS_KEY,
    HEAD_WS_VERSION,
    HEAD_FIELDS
};

enum { HEAD_MAX_LINES = 100 };

struct http_head {
    const char *method;
    char *path;        /* decoded */
    const char *query; /* as sent, "" when there is none */
    const char *fields[HEAD_FIELDS];
    uint64_t content_length;
    bool http_1_0;
    bool close, keep_alive, upgrade; /* from Connection */
    bool to_websocket;               /* from Upgrade */
    bool expects_continue;
};

/* The length of the head at the start of bytes, including its blank line; 0 = incomplete.
 * *scanned keeps between calls how far was searched; start with 0. */
size_t http_head_length(const char *bytes, size_t len_bytes, size_t *scanned);

/* Parses a whole head in place: ret_head's strings point into text, which is changed. 0, or the
 * HTTP status to answer with (400, 411, 417, 431, 501, 505). */
int http_head_parse(char *text, size_t len_bytes, struct http_head *ret_head)
    __attribute__((warn_unused_result));

/* Decodes %XX (and '+' as a space if plus_is_space) of in into out, cap bytes with the NUL; in
 * and out may be the same. The length, or -1: a broken escape, a NUL, or too long. */
long http_decode(const char *in, size_t len_bytes, bool plus_is_space, char *out, size_t cap);

/* True when the comma-separated list has this token, in any case (RFC 9110 section 5.6.1). */
bool http_list_has(const char *list, const char *token);
/* The same, case-sensitive: for subprotocols (RFC 6455 section 4.1). */
bool http_list_has_exactly(const char *list, const char *token);
