#include "access/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { MILLION = 1000000, SHA1_BYTES = 20, COUNTER_BYTES = 8 };

/* RFC 4226 section 5.3. */
void totp_code(const uint8_t secret[TOTP_SECRET_BYTES], int64_t step, char ret[TOTP_DIGITS + 1])
{
    uint8_t counter[COUNTER_BYTES], mac[SHA1_BYTES] = {0};
    for (unsigned i = 0; i < COUNTER_BYTES; i++)
        counter[i] = (uint8_t)((uint64_t)step >> 8 * (COUNTER_BYTES - 1 - i));
    HMAC(EVP_sha1(), secret, TOTP_SECRET_BYTES, counter, sizeof(counter), mac, NULL);
    const unsigned at = mac[SHA1_BYTES - 1] & 0xf;
    const uint32_t number = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
                            (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    snprintf(ret, TOTP_DIGITS + 1, "%06u", number % MILLION);
}

int64_t totp_step_of(const uint8_t secret[TOTP_SECRET_BYTES], const char *code, int64_t now_s,
                     int64_t after)
{
    const int64_t now = now_s / TOTP_STEP_S;
    int64_t found = -1;
    if (strlen(code) != TOTP_DIGITS)
        return -1;
    for (int64_t step = now - 1; step <= now + 1; step++) {
        char ours[TOTP_DIGITS + 1];
        totp_code(secret, step, ours);
        if (sodium_memcmp(ours, code, TOTP_DIGITS) == 0 && step > after)
            found = step;
    }
    return found;
}

void totp_base32(const uint8_t *bytes, unsigned len_bytes, char *ret)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    for (unsigned bit = 0; bit < len_bytes * 8; bit += 5) {
        const unsigned at = bit / 8, next = at + 1 < len_bytes ? bytes[at + 1] : 0;
        *ret++ = DIGITS[((unsigned)bytes[at] << 8 | next) >> (11 - bit % 8) & 31];
    }
    *ret = '\0';
}
