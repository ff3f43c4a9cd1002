#include "access/token.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

static const char SCHEME[] = "Bearer ";
static const char CHARS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";

int token_hash(const char *authorization, char ret_hash[TOKEN_HASH_CHARS + 1])
{
    if (strncasecmp(authorization, SCHEME, strlen(SCHEME)) != 0)
        return -ENOENT;
    const char *token = authorization + strlen(SCHEME);
    token += strspn(token, " ");
    const size_t chars = strspn(token, CHARS), padding = strspn(token + chars, "=");
    const size_t len = chars + padding;
    if (chars == 0 || token[len] || len < TOKEN_MIN_CHARS || len > TOKEN_MAX_CHARS)
        return -EINVAL;
    unsigned char hash[TOKEN_HASH_CHARS / 2];
    crypto_generichash(hash, sizeof(hash), (const unsigned char *)token, len, NULL, 0);
    sodium_bin2hex(ret_hash, TOKEN_HASH_CHARS + 1, hash, sizeof(hash));
    return 0;
}
