#include "access/secret.h"

#include <sodium.h>
#include <string.h>

#include "base/random.h"

void secret_create(char ret_secret[SECRET_CHARS + 1])
{
    unsigned char bytes[SECRET_CHARS / 2];
    random_bytes(bytes, sizeof(bytes));
    sodium_bin2hex(ret_secret, SECRET_CHARS + 1, bytes, sizeof(bytes));
    sodium_memzero(bytes, sizeof(bytes));
}

void secret_create_id(char ret_id[SECRET_ID_CHARS + 1])
{
    unsigned char bytes[SECRET_ID_CHARS / 2];
    random_bytes(bytes, sizeof(bytes));
    sodium_bin2hex(ret_id, SECRET_ID_CHARS + 1, bytes, sizeof(bytes));
}

void secret_hash(const char *secret, char ret_hash[SECRET_HASH_CHARS + 1])
{
    unsigned char hash[SECRET_HASH_CHARS / 2];
    crypto_generichash(hash, sizeof(hash), (const unsigned char *)secret, strlen(secret), NULL, 0);
    sodium_bin2hex(ret_hash, SECRET_HASH_CHARS + 1, hash, sizeof(hash));
}

int secret_hash_equal(const char *a, const char *b)
{
    return strlen(a) == SECRET_HASH_CHARS && strlen(b) == SECRET_HASH_CHARS &&
           sodium_memcmp(a, b, SECRET_HASH_CHARS) == 0;
}
