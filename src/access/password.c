#include "access/password.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

/* RFC 9106 section 4 recommends more memory, but a Raspberry Pi Zero has only 512 MiB in
 * total. */
enum { PASSES = 3 };

_Static_assert(PASSWORD_HASH_MAX_BYTES == crypto_pwhash_STRBYTES, "as libsodium writes them");

int password_hash(const char *password, char ret_hash[PASSWORD_HASH_MAX_BYTES])
{
    return crypto_pwhash_str_alg(ret_hash, password, strlen(password), PASSES,
                                 PASSWORD_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0
               ? 0
               : -ENOMEM;
}

bool password_is(const char *password, const char *hash)
{
    if (hash)
        return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
    char of_nobody[PASSWORD_HASH_MAX_BYTES];
    (void)!password_hash(password, of_nobody);
    return false;
}

void password_forget(char *password)
{
    sodium_memzero(password, strlen(password));
}
