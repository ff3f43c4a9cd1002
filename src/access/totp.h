/* Time-based one-time codes (RFC 6238 with HMAC-SHA-1, 30 s and six digits: what every
 * authenticator app knows). Any thread; pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { TOTP_SECRET_BYTES = 20, TOTP_DIGITS = 6, TOTP_STEP_S = 30 };
enum { TOTP_SECRET_CHARS = TOTP_SECRET_BYTES * 8 / 5 };

/* step: the number of TOTP_STEP_S since the Unix epoch. */
void totp_code(const uint8_t secret[TOTP_SECRET_BYTES], int64_t step, char ret[TOTP_DIGITS + 1]);

/* The step of this code: the current one, the one before or the one after, as clocks differ; and
 * later than `after`, so that no code works twice. -1: none. Takes constant time. */
int64_t totp_step_of(const uint8_t secret[TOTP_SECRET_BYTES], const char *code, int64_t now_s,
                     int64_t after);

/* Base32 (RFC 4648 section 6), without padding: len_bytes is a multiple of 5. */
void totp_base32(const uint8_t *bytes, unsigned len_bytes, char *ret);
