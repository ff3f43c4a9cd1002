#include "access/proxy.h"

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

bool proxy_secret_is(const char *shown, const char *secret)
{
    char a[SECRET_HASH_CHARS + 1], b[SECRET_HASH_CHARS + 1];
    secret_hash(shown ? shown : "", a);
    secret_hash(secret, b);
    return secret_hash_equal(a, b) && shown;
}
