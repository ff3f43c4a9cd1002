/* Which addresses the server may connect to on a user's request: a pure table, so that a camera's
 * address cannot be used to reach the server's own insides. Any thread.
 *
 * Denied: this machine itself (loopback, unspecified, what its interfaces have), its link
 * (link-local), what clouds keep for their machines (metadata services), multicast and reserved
 * addresses, each of these hidden in an IPv6 address, and IPv6 addresses that may hide one where
 * nobody knows. Private networks and the internet are allowed: that is where cameras live.
 * Standards: RFC 6890 (special-purpose addresses), RFC 4291, RFC 6052 and 8215 (NAT64), RFC 2765
 * (SIIT), RFC 3056 (6to4), RFC 4380 (Teredo). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An IPv6 address, or an IPv4 one in its mapped form ::ffff:a.b.c.d. */
enum { OUTBOUND_ADDRESS_BYTES = 16 };

struct outbound_range {
    uint8_t address[OUTBOUND_ADDRESS_BYTES];
    uint8_t bits; /* how many of the first bits count, 0 to 128 */
};

/* "192.168.1.5", "127.0.0.0/8", "fe80::/10"; -EINVAL for anything else. */
int outbound_range_parse(const char *text, struct outbound_range *ret_range)
    __attribute__((warn_unused_result));

struct outbound_policy { /* zeroed: nothing that is denied is allowed after all */
    const struct outbound_range *allow;
    size_t n_allow;
    /* Whether it is an address of this machine; NULL: none is, as far as is known. */
    bool (*is_own)(const uint8_t address[OUTBOUND_ADDRESS_BYTES]);
};

/* The same for a host as a URL has it, an IPv6 address in brackets; a name is not denied here: what
 * it leads to is known only when it is connected to. */
const char *outbound_host_denial(const struct outbound_policy *policy, const char *host);

/* NULL: it may be connected to; else what it is, to be put into a sentence: "a loopback address".
 * Static. */
const char *outbound_denial(const struct outbound_policy *policy,
                            const uint8_t address[OUTBOUND_ADDRESS_BYTES]);
