/* What stands in a device's Authorization header: a token has a hash, anything else has none. */
#include "access/token.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char *authorization = calloc(1, len_bytes + 1), hash[TOKEN_HASH_CHARS + 1] = "";
    if (!authorization)
        abort();
    memcpy(authorization, data, len_bytes);
    int r = token_hash(authorization, hash);
    CHECK(r == 0 || r == -ENOENT || r == -EINVAL);
    CHECK(strlen(hash) == (r == 0 ? TOKEN_HASH_CHARS : 0));
    CHECK(strspn(hash, "0123456789abcdef") == strlen(hash));
    free(authorization);
    return 0;
}
