#include "access/factor.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"

void factor_create(struct factor *ret, char ret_codes[FACTOR_CODES][FACTOR_CODE_CHARS + 1])
{
    *ret = (struct factor){.last_step = -1};
    random_bytes(ret->secret, sizeof(ret->secret));
    for (unsigned i = 0; i < FACTOR_CODES; i++) {
        uint8_t bytes[FACTOR_CODE_BYTES];
        random_bytes(bytes, sizeof(bytes));
        totp_base32(bytes, sizeof(bytes), ret_codes[i]);
        secret_hash(ret_codes[i], ret->codes[i]);
    }
}

/* False: too long to be a code. */
static bool read_typed(const char *typed, char ret[FACTOR_CODE_CHARS + 1])
{
    unsigned n = 0;
    for (; *typed; typed++) {
        if (*typed == ' ' || *typed == '-')
            continue;
        if (n == FACTOR_CODE_CHARS)
            return false;
        ret[n++] = *typed >= 'a' && *typed <= 'z' ? (char)(*typed - 'a' + 'A') : *typed;
    }
    ret[n] = '\0';
    return true;
}

bool factor_takes_time_code(struct factor *factor, const char *typed, int64_t now_s)
{
    char code[FACTOR_CODE_CHARS + 1];
    if (!read_typed(typed, code))
        return false;
    const int64_t step = totp_step_of(factor->secret, code, now_s, factor->last_step);
    if (step >= 0)
        factor->last_step = step;
    return step >= 0;
}

bool factor_takes(struct factor *factor, const char *typed, int64_t now_s)
{
    char code[FACTOR_CODE_CHARS + 1], hash[SECRET_HASH_CHARS + 1];
    if (factor_takes_time_code(factor, typed, now_s))
        return true;
    if (!read_typed(typed, code))
        return false;
    secret_hash(code, hash);
    for (unsigned i = 0; i < FACTOR_CODES; i++)
        if (secret_hash_equal(factor->codes[i], hash)) {
            factor->codes[i][0] = '\0';
            return true;
        }
    return false;
}

unsigned factor_codes_left(const struct factor *factor)
{
    unsigned n = 0;
    for (unsigned i = 0; i < FACTOR_CODES; i++)
        n += factor->codes[i][0] != '\0';
    return n;
}

void factor_format(const struct factor *factor, char ret[FACTOR_TEXT_MAX])
{
    char secret[TOTP_SECRET_BYTES * 2 + 1];
    struct text text = text_over(ret, FACTOR_TEXT_MAX);
    sodium_bin2hex(secret, sizeof(secret), factor->secret, sizeof(factor->secret));
    text_add(&text, "%s %" PRId64, secret, factor->last_step);
    for (unsigned i = 0; i < FACTOR_CODES; i++)
        if (factor->codes[i][0])
            text_add(&text, " %s", factor->codes[i]);
    sodium_memzero(secret, sizeof(secret));
}

/* The next word; NULL: there is none, or it is too long. */
static const char *next_word(const char **at, char *ret, size_t cap)
{
    const char *start = *at + strspn(*at, " ");
    const size_t len = strcspn(start, " ");
    if (len == 0 || len >= cap)
        return NULL;
    memcpy(ret, start, len);
    ret[len] = '\0';
    *at = start + len;
    return ret;
}

int factor_parse(const char *text, struct factor *ret)
{
    struct factor factor = {.is_on = true};
    char word[SECRET_HASH_CHARS + 1];
    size_t len_bytes;
    if (!next_word(&text, word, sizeof(word)) ||
        sodium_hex2bin(factor.secret, sizeof(factor.secret), word, strlen(word), NULL, &len_bytes,
                       NULL) < 0 ||
        len_bytes != sizeof(factor.secret) || !next_word(&text, word, sizeof(word)) ||
        text_to_int(word, -1, INT64_MAX, &factor.last_step) < 0)
        return -EINVAL;
    for (unsigned i = 0; *text; i++)
        if (i == FACTOR_CODES || !next_word(&text, word, sizeof(word)) ||
            strlen(word) != SECRET_HASH_CHARS)
            return -EINVAL;
        else
            memcpy(factor.codes[i], word, sizeof(word));
    *ret = factor;
    return 0;
}
