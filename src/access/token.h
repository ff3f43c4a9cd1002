/* Device tokens (docs/protocol.md, section 1): presented by a device, so that no other can take its
 * place. Only a hash is stored. Any thread; pure. */
#pragma once

/* The hash is BLAKE2b (RFC 7693) of 32 bytes, in hexadecimal: a token is long and random, so it
 * needs no slow hash. */
enum { TOKEN_HASH_CHARS = 64, TOKEN_MADE_CHARS = 64 };

/* A new token of 256 random bits, as a device presents it, and its hash. */
void token_create(char ret_token[TOKEN_MADE_CHARS + 1], char ret_hash[TOKEN_HASH_CHARS + 1]);

/* The hash of the token in an Authorization header. -ENOENT: the scheme is not Bearer; -EINVAL: not
 * a token (wire_is_token). */
int token_hash(const char *authorization, char ret_hash[TOKEN_HASH_CHARS + 1])
    __attribute__((warn_unused_result));
