/* Failed logins, so that guessing is slow and a guesser keeps nobody else out. They are counted by
 * network: an IPv4 address, an IPv6 /64, or everything that is neither (a Unix socket).
 *
 * A network from which somebody logged in since the server started is known. A known one is limited
 * by its own failures alone; those of all others together have a limit as well, because /64s are
 * cheap. So a stranger may delay the first login from a new network, and no other. Loop only; pure.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Failures in a minute. */
enum { TRIES_OF_A_NETWORK = 10, TRIES_OF_STRANGERS = 30 };
enum {
    TRIES_NETWORKS_MAX = 128
}; /* remembered; the one unused for longest goes, known ones last */

struct tries_network {
    uint8_t bytes[8];
};

struct tries {
    struct {
        struct tries_network network;
        bool is_known;
        unsigned failed; /* in the minute that began at since_us */
        int64_t since_us, used_us;
    } entries[TRIES_NETWORKS_MAX];
    unsigned n;
    unsigned strangers_failed; /* in the minute that began at strangers_since_us */
    int64_t strangers_since_us;
};

/* peer: "192.0.2.7", "2001:db8::7" or anything else. */
struct tries_network tries_network_of(const char *peer);

/* now_us: of a clock that only goes forward. False: refuse without looking at the password. */
bool tries_may(struct tries *tries, struct tries_network network, int64_t now_us);
/* The password was wrong. Returns true for the first failure of the network in this minute. */
bool tries_failed(struct tries *tries, struct tries_network network, int64_t now_us);
void tries_succeeded(struct tries *tries, struct tries_network network, int64_t now_us);
