#include "access/credential.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

static int take(const char *text, size_t len_bytes, char ret_secret[SECRET_CHARS + 1])
{
    if (len_bytes != SECRET_CHARS || strspn(text, "0123456789abcdef") < SECRET_CHARS)
        return -EINVAL;
    memcpy(ret_secret, text, SECRET_CHARS);
    ret_secret[SECRET_CHARS] = '\0';
    return 0;
}

int credential_check(const char *text, char ret_secret[SECRET_CHARS + 1])
{
    return take(text, strlen(text), ret_secret);
}

/* The part after the scheme, or NULL. */
static const char *behind(const char *authorization, const char *scheme)
{
    const size_t len = strlen(scheme);
    if (strncasecmp(authorization, scheme, len) != 0 || authorization[len] != ' ')
        return NULL;
    return authorization + len + strspn(authorization + len, " ");
}

static int take_basic(const char *base64, char ret_secret[SECRET_CHARS + 1])
{
    char pair[256];
    size_t len;
    if (sodium_base642bin((unsigned char *)pair, sizeof(pair) - 1, base64, strlen(base64), NULL,
                          &len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return -EINVAL;
    pair[len] = '\0';
    const char *colon = memchr(pair, ':', len);
    const int r = colon ? take(colon + 1, len - (size_t)(colon + 1 - pair), ret_secret) : -EINVAL;
    sodium_memzero(pair, sizeof(pair));
    return r;
}

int credential_token(const char *authorization, char ret_secret[SECRET_CHARS + 1])
{
    const char *text = behind(authorization, "Bearer");
    if (text)
        return take(text, strlen(text), ret_secret);
    text = behind(authorization, "Basic");
    return text ? take_basic(text, ret_secret) : -ENOENT;
}

int credential_cookie(const char *cookies, const char *name, char ret_secret[SECRET_CHARS + 1])
{
    const size_t len = strlen(name);
    while (*cookies) {
        cookies += strspn(cookies, "; ");
        const size_t n = strcspn(cookies, ";");
        if (n > len && strncmp(cookies, name, len) == 0 && cookies[len] == '=' &&
            take(cookies + len + 1, n - len - 1, ret_secret) == 0)
            return 0;
        cookies += n;
    }
    return -ENOENT;
}
