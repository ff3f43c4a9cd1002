/* Which addresses the server may connect to on a user's request: a pure table. It prevents that a
 * camera's URL reaches the server's internal services (SSRF). Any thread.
 *
 * Denied: this machine itself (loopback, unspecified, addresses of its interfaces), link-local
 * addresses, metadata services of clouds, multicast and reserved addresses, IPv6 addresses that
 * contain one of these, and IPv6 addresses that may contain one at an unknown place. Private
 * networks and the internet are allowed, since cameras are there.
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

bool outbound_ranges_have(const struct outbound_range *ranges, size_t n,
                          const uint8_t address[OUTBOUND_ADDRESS_BYTES]);

struct outbound_policy { /* zeroed: no exceptions */
    const struct outbound_range *allow;
    size_t n_allow;
    /* Whether it is an address of this machine; NULL: treated as no. */
    bool (*is_own)(const uint8_t address[OUTBOUND_ADDRESS_BYTES]);
};

/* The same for a URL's host, an IPv6 address in brackets. A name is not denied here; its address is
 * checked when connecting. */
const char *outbound_host_denial(const struct outbound_policy *policy, const char *host);

/* NULL: allowed; else what kind of address it is, for a sentence: "a loopback address".
 * Static. */
const char *outbound_denial(const struct outbound_policy *policy,
                            const uint8_t address[OUTBOUND_ADDRESS_BYTES]);
