#include "access/proxy.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "access/secret.h"

static bool is_https(const char *text, size_t len)
{
    if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
        text++;
        len -= 2;
    }
    return len == 5 && strncasecmp(text, "https", len) == 0;
}

/* Quoted strings may contain separators: they are skipped as a whole. */
static size_t pair_length(const char *text)
{
    bool quoted = false;
    size_t n = 0;
    for (; text[n] && (quoted || !strchr(";,", text[n])); n++) {
        if (quoted && text[n] == '\\' && text[n + 1])
            n++;
        else if (text[n] == '"')
            quoted = !quoted;
    }
    return n;
}

static size_t trimmed(const char *text, size_t len)
{
    while (len && strchr(" \t", text[len - 1]))
        len--;
    return len;
}

bool proxy_says_https(const char *forwarded_proto, const char *forwarded)
{
    static const char PROTO[] = "proto=";
    const size_t skip = sizeof(PROTO) - 1;
    if (forwarded_proto)
        return is_https(forwarded_proto, trimmed(forwarded_proto, strcspn(forwarded_proto, ",")));
    for (const char *p = forwarded; p && *p;) {
        p += strspn(p, " \t");
        const size_t len = pair_length(p);
        if (len > skip && strncasecmp(p, PROTO, skip) == 0)
            return is_https(p + skip, trimmed(p + skip, len - skip));
        if (p[len] != ';')
            return false;
        p += len + 1;
    }
    return false;
}

/* An address, perhaps with a port, quotes and brackets: 192.0.2.7, 192.0.2.7:80, 2001:db8::7,
 * "[2001:db8::7]:80". */
static bool read_address(const char *text, size_t len, char out[PROXY_ADDRESS_MAX_BYTES])
{
    struct in6_addr address;
    if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
        text++;
        len -= 2;
    }
    if (len && text[0] == '[') {
        const char *end = memchr(text, ']', len);
        if (!end)
            return false;
        len = (size_t)(end - text) - 1;
        text++;
    } else {
        const char *colon = memchr(text, ':', len);
        if (colon && !memchr(colon + 1, ':', len - (size_t)(colon + 1 - text)))
            len = (size_t)(colon - text);
    }
    if (len >= PROXY_ADDRESS_MAX_BYTES)
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return inet_pton(AF_INET, out, &address) == 1 || inet_pton(AF_INET6, out, &address) == 1;
}

/* The address of an element of Forwarded: for=… among its pairs. */
static bool read_for(const char *text, size_t len, char out[PROXY_ADDRESS_MAX_BYTES])
{
    static const char FOR[] = "for=";
    const size_t skip = sizeof(FOR) - 1;
    for (const char *p = text, *end = text + len; p < end;) {
        p += strspn(p, " \t;");
        const size_t pair = p < end ? pair_length(p) : 0;
        if (pair > skip && p + pair <= end && strncasecmp(p, FOR, skip) == 0)
            return read_address(p + skip, trimmed(p + skip, pair - skip), out);
        p += pair + 1;
    }
    return false;
}

struct element {
    const char *text;
    size_t len;
};

/* The last max elements of a list, in its order; their number. */
static unsigned last_elements(const char *list, bool has_quotes, struct element *elements,
                              unsigned max)
{
    unsigned n = 0;
    for (const char *p = list;;) {
        size_t len = 0;
        p += strspn(p, " \t");
        do /* pairs, up to the comma */
            len += has_quotes ? pair_length(p + len) : strcspn(p + len, ",");
        while (p[len] == ';' && ++len);
        if (n == max)
            memmove(elements, elements + 1, --n * sizeof(*elements));
        elements[n++] = (struct element){p, trimmed(p, len)};
        if (!p[len])
            return n;
        p += len + 1;
    }
}

/* Walks one list from its end, past trusted proxies; out is untouched if it names no address. */
static void read_list(const char *list, bool is_forwarded,
                      bool (*is_trusted)(const void *ctx, const char *address), const void *ctx,
                      char out[PROXY_ADDRESS_MAX_BYTES])
{
    enum { HOPS_MAX = 8 };
    struct element elements[HOPS_MAX];
    unsigned n = list ? last_elements(list, is_forwarded, elements, HOPS_MAX) : 0;
    char address[PROXY_ADDRESS_MAX_BYTES];
    while (n-- > 0) {
        const struct element *element = &elements[n];
        if (!(is_forwarded ? read_for(element->text, element->len, address)
                           : read_address(element->text, element->len, address)))
            return;
        memcpy(out, address, sizeof(address));
        if (!is_trusted(ctx, address))
            return;
    }
}

void proxy_client(const char *forwarded_for, const char *forwarded, const char *peer,
                  bool (*is_trusted)(const void *ctx, const char *address), const void *ctx,
                  char out[PROXY_ADDRESS_MAX_BYTES])
{
    char other[PROXY_ADDRESS_MAX_BYTES];
    snprintf(out, PROXY_ADDRESS_MAX_BYTES, "%s", peer);
    snprintf(other, sizeof(other), "%s", peer);
    read_list(forwarded_for, false, is_trusted, ctx, out);
    read_list(forwarded, true, is_trusted, ctx, other);
    if (!forwarded_for)
        snprintf(out, PROXY_ADDRESS_MAX_BYTES, "%s", other);
    else if (forwarded && strcmp(out, other) != 0)
        snprintf(out, PROXY_ADDRESS_MAX_BYTES, "%s", peer);
}

bool proxy_secret_is(const char *shown, const char *secret)
{
    char a[SECRET_HASH_CHARS + 1], b[SECRET_HASH_CHARS + 1];
    secret_hash(shown ? shown : "", a);
    secret_hash(secret, b);
    return secret_hash_equal(a, b) && shown;
}
