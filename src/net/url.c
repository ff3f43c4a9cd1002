#include "net/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static const char RIGHT[] = "enter a URL like http://192.168.1.5:81/stream";

/* Copies the part, or "" if there is none, into out. -EINVAL: too long, or invalid. */
static int get(CURLU *parts, CURLUPart part, unsigned flags, char *out, size_t cap)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(parts, part, &text, flags);
    bool fits = !text || strlen(text) < cap;
    if (fits)
        snprintf(out, cap, "%s", text ? text : "");
    curl_free(text);
    bool is_missing = code == CURLUE_NO_USER || code == CURLUE_NO_PASSWORD ||
                      code == CURLUE_NO_QUERY || code == CURLUE_NO_ZONEID;
    return fits && (code == CURLUE_OK || is_missing) ? 0 : -EINVAL;
}

static int read_secrets(CURLU *parts, struct url *url)
{
    int r = get(parts, CURLUPART_USER, CURLU_URLDECODE, url->user, sizeof(url->user));
    if (!r)
        r = get(parts, CURLUPART_PASSWORD, CURLU_URLDECODE, url->password, sizeof(url->password));
    for (const char *c = url->user; *c; c++)
        if (text_is_control(c) || *c == ':') /* RFC 7617 section 2 */
            return -EINVAL;
    for (const char *c = url->password; *c; c++)
        if (text_is_control(c))
            return -EINVAL;
    return r;
}

/* A name or an address. */
static bool is_host(const char *host)
{
    static const char NAME[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    static const char SIX[] = "0123456789abcdefABCDEF:.";
    size_t len = strlen(host);
    if (host[0] == '[')
        return len > 2 && strspn(host + 1, SIX) == len - 2 && host[len - 1] == ']';
    return len > 0 && strspn(host, NAME) == len;
}

static int read_parts(CURLU *parts, struct url *url, const char **ret_wrong)
{
    char scheme[8] = "", port[8] = "", zone[32] = "";
    int64_t number;
    *ret_wrong = RIGHT;
    if (get(parts, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)))
        return -EINVAL;
    url->https = strcmp(scheme, "https") == 0;
    if (!url->https && strcmp(scheme, "http") != 0) {
        *ret_wrong = "it must start with http:// or https://";
        return -EINVAL;
    }
    if (get(parts, CURLUPART_HOST, 0, url->host, sizeof(url->host)) || !is_host(url->host) ||
        get(parts, CURLUPART_ZONEID, 0, zone, sizeof(zone)) || zone[0] ||
        get(parts, CURLUPART_PATH, 0, url->path, sizeof(url->path)) || url->path[0] != '/' ||
        get(parts, CURLUPART_QUERY, 0, url->query, sizeof(url->query)))
        return -EINVAL;
    if (get(parts, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof(port)) ||
        text_to_int(port, 1, UINT16_MAX, &number) < 0) {
        *ret_wrong = "its port must be 1 to 65535";
        return -EINVAL;
    }
    url->port = (uint16_t)number;
    if (read_secrets(parts, url)) {
        *ret_wrong = "its user and password may have 127 bytes each, without control characters, "
                     "and the user without a colon";
        return -EINVAL;
    }
    return 0;
}

/* libcurl also accepts any number of slashes, a misplaced colon, and a percent-encoded host, which
 * would be another host once decoded and written down. */
static bool is_straight(const char *text)
{
    size_t scheme = strcspn(text, ":/");
    if (strncmp(text + scheme, "://", 3) != 0)
        return false;
    const char *authority = text + scheme + 3;
    size_t len = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', len);
    const char *host = at ? at + 1 : authority;
    return len > 0 && !memchr(host, '%', (size_t)(authority + len - host));
}

int url_parse(const char *text, struct url *ret_url, const char **ret_wrong)
{
    struct url url = {0};
    if (strlen(text) > URL_MAX_BYTES) {
        *ret_wrong = "a URL can have at most 512 bytes";
        return -EINVAL;
    }
    *ret_wrong = RIGHT;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f)
            return -EINVAL;
    if (!is_straight(text))
        return -EINVAL;
    CURLU *parts = curl_url();
    if (!parts)
        return -EINVAL;
    CURLUcode code = curl_url_set(parts, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
    int r = code == CURLUE_OK ? read_parts(parts, &url, ret_wrong) : -EINVAL;
    curl_url_cleanup(parts);
    if (!r)
        *ret_url = url;
    return r;
}

static const char *scheme_of(const struct url *url)
{
    return url->https ? "https" : "http";
}

void url_place(const struct url *url, char out[URL_PLACE_MAX_BYTES])
{
    snprintf(out, URL_PLACE_MAX_BYTES, "%s:%u", url->host, url->port);
}

void url_format(const struct url *url, char out[URL_TEXT_MAX_BYTES])
{
    snprintf(out, URL_TEXT_MAX_BYTES, "%s://%s:%u%s%s%s", scheme_of(url), url->host, url->port,
             url->path, url->query[0] ? "?" : "", url->query);
}

void url_mask(const struct url *url, char out[URL_TEXT_MAX_BYTES])
{
    char port[8] = "";
    if (url->port != (url->https ? 443 : 80))
        snprintf(port, sizeof(port), ":%u", url->port);
    snprintf(out, URL_TEXT_MAX_BYTES, "%s://%s%s%s%s%s", scheme_of(url),
             url->user[0] || url->password[0] ? "***@" : "", url->host, port, url->path,
             url->query[0] ? "?..." : "");
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return a->https == b->https && a->port == b->port && strcasecmp(a->host, b->host) == 0;
}
