/* A user's second factor: a secret shared with an authenticator app, and recovery codes for the day
 * when that is lost. Plain data; loop only. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "access/secret.h"
#include "access/totp.h"

enum { FACTOR_CODES = 10, FACTOR_CODE_BYTES = 10 };
enum { FACTOR_CODE_CHARS = FACTOR_CODE_BYTES * 8 / 5 };
enum { FACTOR_TYPED_MAX_BYTES = 40 }; /* a code as a person types it */

struct factor {
    bool is_on;
    uint8_t secret[TOTP_SECRET_BYTES];
    int64_t last_step;                               /* of the last code that was taken */
    char codes[FACTOR_CODES][SECRET_HASH_CHARS + 1]; /* hashes of recovery codes; "" = used */
};

/* A new one, and its recovery codes, of 80 bits each; it is not on. */
void factor_create(struct factor *ret, char ret_codes[FACTOR_CODES][FACTOR_CODE_CHARS + 1]);

/* Whether this is a code of now, which is then used up; blanks and hyphens in it are ignored. */
bool factor_takes_time_code(struct factor *factor, const char *typed, int64_t now_s);
/* The same, or a recovery code. */
bool factor_takes(struct factor *factor, const char *typed, int64_t now_s);
unsigned factor_codes_left(const struct factor *factor);

/* As the store keeps it: secret, last step and hashes, separated by blanks. */
enum { FACTOR_TEXT_MAX = TOTP_SECRET_BYTES * 2 + 22 + FACTOR_CODES * (SECRET_HASH_CHARS + 1) };
void factor_format(const struct factor *factor, char ret[FACTOR_TEXT_MAX]);
/* The inverse; the result is on. -EINVAL. */
int factor_parse(const char *text, struct factor *ret) __attribute__((warn_unused_result));
