/* Secrets of sessions and tokens: 256 random bits, of which only a hash is stored. Any thread. */
#pragma once

enum { SECRET_CHARS = 64, SECRET_HASH_CHARS = 64, SECRET_ID_CHARS = 16 };

/* In hexadecimal. */
void secret_create(char ret_secret[SECRET_CHARS + 1]);
/* The id of a session or token, which is not secret. */
void secret_create_id(char ret_id[SECRET_ID_CHARS + 1]);

/* BLAKE2b (RFC 7693) of 32 bytes, in hexadecimal. A secret is long and random, so it needs no slow
 * hash. */
void secret_hash(const char *secret, char ret_hash[SECRET_HASH_CHARS + 1]);

/* In constant time. */
int secret_hash_equal(const char *a, const char *b);
