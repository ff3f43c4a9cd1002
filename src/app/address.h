/* Addresses to listen on, as text. Pure functions. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct address {
    char host[46]; /* numeric, without brackets, or "*" for every address of this machine */
    uint16_t port; /* 0 = any free one */
};

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080"; ":8080" and "*:8080" mean every address.
 * -EINVAL for anything else. */
int address_parse(const char *text, struct address *ret_address)
    __attribute__((warn_unused_result));

/* True if only this machine can reach it. */
bool address_is_loopback(const struct address *address);

enum { ADDRESS_TEXT_MAX = 56 };

/* Writes the form that address_parse reads. */
void address_format(const struct address *address, char out[ADDRESS_TEXT_MAX]);
