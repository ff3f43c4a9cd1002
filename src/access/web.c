#include "access/web.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PORT_NONE = -1 };

/* A Host, or the authority of an Origin: RFC 3986 section 3.2 without a user. */
struct authority {
    bool is_address;
    struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d */
    char name[256];          /* if it is none; without the root's dot */
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
    /* An IPv6 address stands in brackets, and nothing else does. */
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

/* No foreign site can have one of these names: an address is not looked up, and localhost never
 * leaves the machine (RFC 6761 section 6.3). */
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

static bool is_same_origin(const struct authority *origin, int default_port,
                           const struct authority *host)
{
    /* A port that one of the two leaves out is the default of the origin's scheme. */
    int origin_port = origin->port == PORT_NONE ? default_port : origin->port;
    int host_port = host->port == PORT_NONE ? default_port : host->port;
    return origin_port == host_port && is_same_host(origin, host);
}

/* The scheme is not compared: a proxy in front may speak TLS for us. It may also put another Host;
 * then the page comes from a listed name, at its usual port or at the one that the proxy asked. */
static bool origin_is_ours(const struct web_request *request, const struct authority *host)
{
    struct authority origin;
    int default_port;
    if (!read_origin(request->origin, &origin, &default_port))
        return false;
    return is_same_origin(&origin, default_port, host) ||
           (is_listed(&origin, request->hosts) &&
            (origin.port == PORT_NONE || origin.port == host->port));
}

/* RFC 9110 section 10.1.3. A page at another port is no foreign one, as for Sec-Fetch-Site. */
static bool referer_is_ours(const struct web_request *request, const struct authority *host)
{
    struct authority page;
    int default_port;
    char origin[sizeof("https://[]:65535") + sizeof(page.name)] = "";
    const char *slashes = strstr(request->referer, "//");
    if (!slashes)
        return false;
    size_t len = (size_t)(slashes - request->referer) + 2 + strcspn(slashes + 2, "/?#");
    if (len >= sizeof(origin))
        return false;
    memcpy(origin, request->referer, len);
    return read_origin(origin, &page, &default_port) &&
           (is_same_host(&page, host) || is_listed(&page, request->hosts));
}

/* What a browser says of the page that embeds a picture, for which there is no Origin: Referer
 * alone where we are no secure context to it. */
static bool is_embedded_elsewhere(const struct web_request *request, const struct authority *host)
{
    if (request->fetch_site)
        return strcmp(request->fetch_site, "cross-site") == 0;
    return !request->origin && request->referer && !referer_is_ours(request, host);
}

enum web_verdict web_decide(const struct web_request *request)
{
    bool is_device = request->guard == WEB_DEVICE;
    /* The arduinoWebSockets library sends "file://" for every device; no browser does. */
    bool from_page = request->origin && !(is_device && strcmp(request->origin, "file://") == 0);
    /* A device is no browser: it may know us by any name, and need not say which. */
    if (is_device && !from_page)
        return WEB_ALLOW;
    /* HTTP/1.0, as load balancers speak it when they look whether we are healthy. No browser does.
     */
    if (!request->host && !from_page && request->guard == WEB_PUBLIC)
        return WEB_ALLOW;
    struct authority host;
    if (!request->host || !read_authority(request->host, &host) || !is_ours(&host, request->hosts))
        return WEB_DENY_HOST;
    /* Even a read may wake a camera; public files may be linked from anywhere. */
    if (from_page && request->guard != WEB_PUBLIC && !origin_is_ours(request, &host))
        return WEB_DENY_ORIGIN;
    if (request->guard != WEB_PUBLIC && is_embedded_elsewhere(request, &host))
        return WEB_DENY_ORIGIN;
    return WEB_ALLOW;
}

const char *web_verdict_text(enum web_verdict verdict)
{
    switch (verdict) {
    case WEB_ALLOW:
        return "allowed";
    case WEB_DENY_HOST:
        return "this server is not known by that name; use its address, or list the name under "
               "hosts in eyelid.conf";
    case WEB_DENY_ORIGIN:
        return "a page of another site may not use this server";
    }
    return "denied";
}
