#include "push/base64.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

/* Length of a "data:image/jpeg;base64," in front of the text, 0 for none. */
static size_t prefix_len(const char *text, size_t len_bytes)
{
    if (len_bytes < 5 || memcmp(text, "data:", 5) != 0)
        return 0;
    const char *comma = memchr(text, ',', len_bytes < 64 ? len_bytes : 64);
    return comma ? (size_t)(comma - text) + 1 : 0;
}

/* libsodium writes each byte behind the digits that it has read, so the two may overlap. */
int base64_decode_in_place(char *text, size_t len_bytes, size_t *ret_len_bytes)
{
    const char *digits = text + prefix_len(text, len_bytes), *end = text + len_bytes;
    while (end > digits && memchr("=\r\n", end[-1], 3))
        end--;
    size_t n;
    if (sodium_base642bin((unsigned char *)text, len_bytes, digits, (size_t)(end - digits), "\r\n",
                          &n, NULL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
        return -EINVAL;
    *ret_len_bytes = n;
    return 0;
}
