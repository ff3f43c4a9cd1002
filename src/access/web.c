#include "access/web.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PORT_NONE = -1, ORIGIN_MAX_BYTES = sizeof("https://[]:65535") + 256 };

/* A Host, or the authority of an Origin: RFC 3986 section 3.2 without a user. */
struct authority {
    bool is_address;
    struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d */
    char name[256];          /* if it is not an address; without the root's dot */
    int port;                /* PORT_NONE = not given */
};

static bool read_port(const char *text, int *ret_port)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits])
        return false;
    int port = atoi(text);
    *ret_port = port;
    return port <= 65535;
}

static bool read_address(const char *text, struct in6_addr *ret)
{
    struct in_addr v4;
    if (inet_pton(AF_INET6, text, ret) == 1)
        return true;
    if (inet_pton(AF_INET, text, &v4) != 1)
        return false;
    memset(ret, 0, sizeof(*ret));
    ret->s6_addr[10] = ret->s6_addr[11] = 0xff;
    memcpy(&ret->s6_addr[12], &v4, 4);
    return true;
}

static bool read_authority(const char *text, struct authority *ret)
{
    struct authority a = {.port = PORT_NONE};
    bool bracketed = text[0] == '[';
    text += bracketed;
    size_t len = strcspn(text, bracketed ? "]" : ":");
    if (len == 0 || len >= sizeof(a.name))
        return false;
    memcpy(a.name, text, len);
    a.name[len] = '\0';
    text += len;
    if (bracketed && *text++ != ']')
        return false;
    if (*text && (*text != ':' || !read_port(text + 1, &a.port)))
        return false;
    a.is_address = read_address(a.name, &a.address);
    /* Only IPv6 addresses are in brackets. */
    if (bracketed != (a.is_address && strchr(a.name, ':') != NULL))
        return false;
    if (!a.is_address && strspn(a.name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789-_.") != len)
        return false;
    if (len > 1 && a.name[len - 1] == '.')
        a.name[len - 1] = '\0';
    *ret = a;
    return true;
}

static bool is_localhost(const char *name)
{
    static const char LOCALHOST[] = "localhost";
    size_t len = strlen(name), tail = sizeof(LOCALHOST) - 1;
    return len >= tail && strcasecmp(name + len - tail, LOCALHOST) == 0 &&
           (len == tail || name[len - tail - 1] == '.');
}

static bool is_listed(const struct authority *host, const char *const *names)
{
    for (; !host->is_address && names && *names; names++)
        if (strcasecmp(host->name, *names) == 0)
            return true;
    return false;
}

/* Names that no foreign site can have: addresses are not resolved, and localhost always means this
 * machine (RFC 6761 section 6.3). */
static bool is_ours(const struct authority *host, const char *const *names)
{
    return host->is_address || is_localhost(host->name) || is_listed(host, names);
}

/* RFC 6454 section 6.1; "null" and schemes other than http and https are refused. */
static bool read_origin(const char *text, struct authority *ret, int *ret_default_port)
{
    bool secure = strncasecmp(text, "https://", 8) == 0;
    if (!secure && strncasecmp(text, "http://", 7) != 0)
        return false;
    *ret_default_port = secure ? 443 : 80;
    return read_authority(text + (secure ? 8 : 7), ret);
}

static bool is_same_host(const struct authority *a, const struct authority *b)
{
    if (a->is_address != b->is_address)
        return false;
    return a->is_address ? memcmp(&a->address, &b->address, sizeof(a->address)) == 0
                         : strcasecmp(a->name, b->name) == 0;
}

/* The browser reports that the page has another origin, possibly only another port. */
static bool says_other_origin(const struct web_request *request)
{
    return request->fetch_site && strcmp(request->fetch_site, "same-origin") != 0 &&
           strcmp(request->fetch_site, "none") != 0;
}

/* The scheme is not compared, since a proxy may terminate TLS. The proxy may also drop the port
 * from Host (nginx's $host) or replace Host; then we cannot know the port in Origin, and
 * Sec-Fetch-Site decides if the browser sends it. */
static bool origin_is_ours(const struct web_request *request, const struct authority *host)
{
    struct authority origin;
    int default_port;
    if (!read_origin(request->origin, &origin, &default_port))
        return false;
    const int port = origin.port == PORT_NONE ? default_port : origin.port;
    if (is_same_host(&origin, host) && host->port == port)
        return true;
    return ((is_same_host(&origin, host) && host->port == PORT_NONE) ||
            is_listed(&origin, request->hosts)) &&
           !says_other_origin(request);
}

static bool is_embed(const struct web_request *request, const char *page,
                     const struct authority *host)
{
    struct authority origin, entry;
    int port, entry_port;
    if (!read_origin(page, &origin, &port))
        return false;
    for (const char *const *embed = request->embeds; embed && *embed; embed++)
        if (strcmp(*embed, WEB_SAME_HOST) == 0) {
            if (is_same_host(&origin, host) || is_listed(&origin, request->hosts))
                return true;
        } else if (read_origin(*embed, &entry, &entry_port) && is_same_host(&origin, &entry) &&
                   entry_port == port &&
                   (origin.port == PORT_NONE ? port : origin.port) ==
                       (entry.port == PORT_NONE ? entry_port : entry.port)) {
            return true;
        }
    return false;
}

bool web_is_origin(const char *text)
{
    struct authority origin;
    int port;
    return read_origin(text, &origin, &port);
}

bool web_embeds(const struct web_request *request)
{
    struct authority host;
    return request->guard == WEB_PICTURES && request->origin && request->host &&
           read_authority(request->host, &host) && is_embed(request, request->origin, &host);
}

/* The origin of the page in Referer: RFC 9110 section 10.1.3. */
static bool referer_origin(const char *referer, char ret_origin[ORIGIN_MAX_BYTES])
{
    const char *slashes = strstr(referer, "//");
    if (!slashes)
        return false;
    size_t len = (size_t)(slashes - referer) + 2 + strcspn(slashes + 2, "/?#");
    if (len >= ORIGIN_MAX_BYTES)
        return false;
    memcpy(ret_origin, referer, len);
    ret_origin[len] = '\0';
    return true;
}

/* A page at another port is not foreign, as for Sec-Fetch-Site. */
static bool referer_is_ours(const struct web_request *request, const struct authority *host)
{
    struct authority page;
    int default_port;
    char origin[ORIGIN_MAX_BYTES];
    return referer_origin(request->referer, origin) && read_origin(origin, &page, &default_port) &&
           (is_same_host(&page, host) || is_listed(&page, request->hosts));
}

bool web_is_neighbour(const struct web_request *request)
{
    struct authority host;
    if (request->guard != WEB_PICTURES || request->origin)
        return false;
    if (request->fetch_site)
        return strcmp(request->fetch_site, "same-site") == 0;
    return request->referer && request->host && read_authority(request->host, &host) &&
           referer_is_ours(request, &host);
}

/* Which page embeds a picture: such requests have no Origin, and over plain http only
 * Referer. */
static bool is_embedded_elsewhere(const struct web_request *request, const struct authority *host)
{
    if (request->fetch_site)
        return strcmp(request->fetch_site, "cross-site") == 0;
    return !request->origin && request->referer && !referer_is_ours(request, host);
}

/* A page of another site that may embed pictures, by the owner's configuration. */
static bool is_welcome_embed(const struct web_request *request, const struct authority *host)
{
    char origin[ORIGIN_MAX_BYTES];
    if (request->guard != WEB_PICTURES)
        return false;
    if (request->origin)
        return is_embed(request, request->origin, host);
    return request->referer && referer_origin(request->referer, origin) &&
           is_embed(request, origin, host);
}

enum web_verdict web_decide(const struct web_request *request)
{
    bool is_device = request->guard == WEB_DEVICE;
    /* The arduinoWebSockets library always sends "file://"; browsers do not. */
    bool from_page = request->origin && !(is_device && strcmp(request->origin, "file://") == 0);
    /* A device is not a browser: it may use any name for us, or none. */
    if (is_device && !from_page)
        return WEB_ALLOW;
    /* HTTP/1.0 without Host, as in health checks of load balancers; browsers always send Host. */
    if (!request->host && !from_page && request->guard == WEB_PUBLIC)
        return WEB_ALLOW;
    struct authority host;
    if (!request->host || !read_authority(request->host, &host) || !is_ours(&host, request->hosts))
        return WEB_DENY_HOST;
    /* Public files may be linked from anywhere; even a read of others may wake a camera. */
    if (request->guard == WEB_PUBLIC)
        return WEB_ALLOW;
    if ((!from_page || origin_is_ours(request, &host)) && !is_embedded_elsewhere(request, &host))
        return WEB_ALLOW;
    return is_welcome_embed(request, &host) ? WEB_EMBED : WEB_DENY_ORIGIN;
}

const char *web_verdict_text(enum web_verdict verdict)
{
    switch (verdict) {
    case WEB_ALLOW:
    case WEB_EMBED:
        return "allowed";
    case WEB_DENY_HOST:
        return "this server is not known by that name; use its address, or add the name to "
               "hosts in eyelid.conf";
    case WEB_DENY_ORIGIN:
        return "a page of another site may not use this server; embed_origins in eyelid.conf lists "
               "those "
               "that may show its pictures";
    }
    return "denied";
}
