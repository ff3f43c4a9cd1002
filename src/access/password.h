/* Users' passwords, hashed with Argon2id (RFC 9106). Both functions block for a tenth of a
 * second and use PASSWORD_MEMORY_BYTES: a pool calls them, not the loop. Any thread. */
#pragma once
#include <stdbool.h>

enum {
    PASSWORD_MIN_BYTES = 8,
    PASSWORD_MAX_BYTES = 256,
    PASSWORD_HASH_MAX_BYTES = 128, /* crypto_pwhash_STRBYTES, the NUL included */
    PASSWORD_MEMORY_BYTES = 32 << 20,
};

/* -ENOMEM. */
int password_hash(const char *password, char ret_hash[PASSWORD_HASH_MAX_BYTES])
    __attribute__((warn_unused_result));

/* hash NULL: no such user, which takes the same time as a wrong password. */
bool password_is(const char *password, const char *hash);

/* Overwrites it, so that it is in no core dump. */
void password_forget(char *password);
