#include "push/base64.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Length of a "data:image/jpeg;base64," in front of the text, 0 for none. */
static size_t prefix_len(const char *text, size_t len_bytes)
{
    if (len_bytes < 5 || memcmp(text, "data:", 5) != 0)
        return 0;
    const char *comma = memchr(text, ',', len_bytes < 64 ? len_bytes : 64);
    return comma ? (size_t)(comma - text) + 1 : 0;
}

int base64_decode_in_place(char *text, size_t len_bytes, size_t *ret_len_bytes)
{
    size_t n = 0, digits = 0;
    uint32_t bits = 0;
    size_t i = prefix_len(text, len_bytes);
    for (; i < len_bytes && text[i] != '='; i++) {
        if (text[i] == '\r' || text[i] == '\n')
            continue;
        int value = value_of(text[i]);
        if (value < 0)
            return -EINVAL;
        bits = bits << 6 | (uint32_t)value;
        if (++digits % 4 != 1)
            text[n++] = (char)(bits >> (digits % 4 == 2 ? 4 : digits % 4 == 3 ? 2 : 0));
    }
    size_t padding = 0;
    for (; i < len_bytes; i++) {
        padding += text[i] == '=';
        if (text[i] != '=' && text[i] != '\r' && text[i] != '\n')
            return -EINVAL;
    }
    if (digits % 4 == 1 || padding > 2)
        return -EINVAL;
    *ret_len_bytes = n;
    return 0;
}
