#include "access/access.h"

#include <string.h>
#include <strings.h>

/* A host and port as they stand in Host, and in Origin behind its scheme (RFC 9110 section 7.2, RFC
 * 6454 section 7). Borrowed. */
struct authority {
    const char *host, *port; /* port: what stands behind the colon, "" where there is none */
    size_t host_len, port_len;
    bool is_ipv6; /* it stood in brackets */
};

static bool is_all_of(const char *s, size_t len, const char *allowed)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(allowed, s[i]))
            return false;
    return len > 0;
}

static bool read_authority(const char *text, struct authority *ret_authority)
{
    struct authority a = {.host = text, .port = ""};
    const char *end;
    if (*text == '[') {
        a.host = text + 1;
        a.host_len = strcspn(a.host, "]");
        a.is_ipv6 = is_all_of(a.host, a.host_len, "0123456789abcdefABCDEF:.");
        if (!a.is_ipv6 || a.host[a.host_len] != ']')
            return false;
        end = a.host + a.host_len + 1;
    } else {
        a.host_len = strcspn(text, ":");
        end = text + a.host_len;
        if (a.host_len > 0 && a.host[a.host_len - 1] == '.')
            a.host_len--; /* the same name, written out to the root */
        if (a.host_len == 0)
            return false;
    }
    if (*end == ':') {
        a.port = end + 1;
        a.port_len = strlen(a.port);
        if (!is_all_of(a.port, a.port_len, "0123456789"))
            return false;
    } else if (*end) {
        return false;
    }
    *ret_authority = a;
    return true;
}

/* Four decimal numbers of 0 to 255: how browsers write every IPv4 address. */
static bool is_ipv4(const struct authority *a)
{
    const char *p = a->host, *end = a->host + a->host_len;
    for (int part = 0; part < 4; part++) {
        unsigned value = 0, digits = 0;
        for (; p < end && *p >= '0' && *p <= '9' && digits < 4; p++, digits++)
            value = value * 10 + (unsigned)(*p - '0');
        if (digits == 0 || digits > 3 || value > 255)
            return false;
        if (part < 3 && (p == end || *p++ != '.'))
            return false;
    }
    return p == end;
}

static bool is_name(const struct authority *a, const char *name)
{
    return strlen(name) == a->host_len && strncasecmp(name, a->host, a->host_len) == 0;
}

/* "localhost" and what ends in it: names that never leave the machine (RFC 6761 section 6.3). */
static bool is_localhost(const struct authority *a)
{
    static const char TAIL[] = ".localhost";
    const size_t n = sizeof(TAIL) - 1;
    return is_name(a, "localhost") ||
           (a->host_len > n && strncasecmp(a->host + a->host_len - n, TAIL, n) == 0);
}

static bool is_ours(const struct authority *a, const char *const *hosts)
{
    for (; hosts && *hosts; hosts++)
        if (is_name(a, *hosts))
            return true;
    return false;
}

static bool same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

static bool same_port(const struct authority *a, const struct authority *b)
{
    return same_text(a->port, a->port_len, b->port, b->port_len);
}

/* A name that somebody else's DNS can point at this machine is how a web site gets behind the
 * fence. An address is none, and neither is a name of ours. */
static bool host_is_fine(const struct access_request *request, const struct authority *host)
{
    return host->is_ipv6 || is_ipv4(host) || is_localhost(host) || is_ours(host, request->hosts);
}

/* The page itself, under the address it was asked for; or under a name of ours, for a proxy in
 * front that puts another Host: at its usual port, or at the one that the request came to. */
static bool origin_is_ours(const struct access_request *request, const struct authority *host)
{
    struct authority origin;
    const char *text = request->origin;
    if (strncmp(text, "http://", 7) == 0)
        text += 7;
    else if (strncmp(text, "https://", 8) == 0)
        text += 8;
    else
        return false; /* "null", a file, an extension */
    if (!read_authority(text, &origin))
        return false;
    if (same_text(origin.host, origin.host_len, host->host, host->host_len))
        return same_port(&origin, host);
    return is_ours(&origin, request->hosts) && (origin.port_len == 0 || same_port(&origin, host));
}

/* No Origin: a program, a page of ours that only reads, or an image in somebody's page, which that
 * page cannot look into. */
static bool origin_is_fine(const struct access_request *request, const struct authority *host)
{
    if (!request->origin || request->needs == ACCESS_PUBLIC)
        return true;
    /* What the arduinoWebSockets library sends for every device. */
    if (request->needs == ACCESS_DEVICE && strcmp(request->origin, "file://") == 0)
        return true;
    return origin_is_ours(request, host);
}

enum access_verdict access_decide(const struct access_request *request)
{
    struct authority host;
    if (!request->host || !read_authority(request->host, &host) || !host_is_fine(request, &host))
        return ACCESS_DENY_HOST;
    if (!origin_is_fine(request, &host))
        return ACCESS_DENY_ORIGIN;
    return ACCESS_ALLOW;
}

const char *access_verdict_text(enum access_verdict verdict)
{
    switch (verdict) {
    case ACCESS_ALLOW:
        return "allowed";
    case ACCESS_DENY_HOST:
        return "this server is not known by that name; use its address, or list the name under "
               "hosts in eyelid.conf";
    case ACCESS_DENY_ORIGIN:
        return "a page of another site may not use this server";
    }
    return "";
}
