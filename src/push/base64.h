/* Base64 (RFC 4648 section 4) as devices send it: with or without padding. Pure; any thread. */
#pragma once
#include <stddef.h>

/* Decodes text in place: the bytes are at its start, *ret_len_bytes of them. Skips a
 * "data:…;base64," prefix and line ends. -EINVAL if it is not base64; the text is then
 * destroyed. */
int base64_decode_in_place(char *text, size_t len_bytes, size_t *ret_len_bytes)
    __attribute__((warn_unused_result));
