#include "access/token.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "device/wire.h"

int token_hash(const char *authorization, char ret_hash[TOKEN_HASH_CHARS + 1])
{
    static const char scheme[] = WIRE_TOKEN_SCHEME;
    if (strncasecmp(authorization, scheme, strlen(scheme)) != 0)
        return -ENOENT;
    const char *token = authorization + strlen(scheme);
    token += strspn(token, " ");
    if (!wire_is_token(token))
        return -EINVAL;
    unsigned char hash[TOKEN_HASH_CHARS / 2];
    crypto_generichash(hash, sizeof(hash), (const unsigned char *)token, strlen(token), NULL, 0);
    sodium_bin2hex(ret_hash, TOKEN_HASH_CHARS + 1, hash, sizeof(hash));
    return 0;
}
