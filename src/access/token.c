#include "access/token.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "access/secret.h"
#include "device/wire.h"

static_assert((int)TOKEN_MADE_CHARS == (int)SECRET_CHARS &&
                  (int)TOKEN_MADE_CHARS <= (int)WIRE_TOKEN_MAX_CHARS,
              "a secret is a token");

static void hash(const char *token, char ret_hash[TOKEN_HASH_CHARS + 1])
{
    unsigned char bytes[TOKEN_HASH_CHARS / 2];
    crypto_generichash(bytes, sizeof(bytes), (const unsigned char *)token, strlen(token), NULL, 0);
    sodium_bin2hex(ret_hash, TOKEN_HASH_CHARS + 1, bytes, sizeof(bytes));
}

void token_create(char ret_token[TOKEN_MADE_CHARS + 1], char ret_hash[TOKEN_HASH_CHARS + 1])
{
    secret_create(ret_token);
    hash(ret_token, ret_hash);
}

int token_hash(const char *authorization, char ret_hash[TOKEN_HASH_CHARS + 1])
{
    static const char scheme[] = WIRE_TOKEN_SCHEME;
    if (strncasecmp(authorization, scheme, strlen(scheme)) != 0)
        return -ENOENT;
    const char *token = authorization + strlen(scheme);
    token += strspn(token, " ");
    if (!wire_is_token(token))
        return -EINVAL;
    hash(token, ret_hash);
    return 0;
}
