/* Texts from a fuzzer's bytes, for parsers behind a library that is not instrumented (JSON): a byte
 * picks a word of a list, so that the fuzzer chooses structure instead of finding it. 0xff takes
 * the next byte as it is. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Writes at most cap - 1 bytes and a NUL; returns their number. */
static inline size_t grammar_write(const char *const *words, size_t n_words, const uint8_t *data,
                                   size_t len_bytes, char *out, size_t cap)
{
    size_t len = 0;
    for (size_t i = 0; i < len_bytes; i++) {
        const bool is_literal = data[i] == 0xff && i + 1 < len_bytes;
        const char literal[2] = {is_literal ? (char)data[i + 1] : ' ', '\0'};
        const char *word = is_literal ? literal : words[data[i] % n_words];
        const size_t n = strlen(word);
        if (len + n >= cap)
            break;
        memcpy(out + len, word, n);
        len += n;
        i += is_literal;
    }
    out[len] = '\0';
    return len;
}

/* What every JSON text is made of. */
#define GRAMMAR_JSON                                                                               \
    "{", "}", "[", "]", ",", ":", "\"", "{\"type\":\"", "\":", "\",\"", "\":\"", "\"}", ",\"",     \
        "true", "false", "null", "0", "1", "-1", "2", "17", "100", "65535", "4294967296",          \
        "9223372036854775807", "1e308", "1.0", "0.5", "\\u0000", "\\ud800", "\xc3\xa4", "\xff",    \
        "a", "porch", "yard", "},{"
