/* Tries to log in, so that guessing is slow and a guesser keeps nobody else out. They are counted
 * by network: an IPv4 address, an IPv6 /64, or everything that is neither (a Unix socket); a change
 * of password with a valid session by its user, and so are codes of the second factor.
 *
 * A network from which somebody logged in since the server started is known. A known one is limited
 * by its own tries alone; those of all others together have a limit as well, because /64s are
 * cheap. So a stranger may delay the first login from a new network, and no other.
 *
 * A try counts as failed from its begin, since many can be under way at once; a right password
 * takes that back. Loop only; pure. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Failures in a minute. */
enum { TRIES_OF_A_NETWORK = 10, TRIES_OF_STRANGERS = 30 };
/* Under way at once. The pool that hashes has room for more: some is left for known networks. */
enum { TRIES_AT_ONCE_OF_A_NETWORK = 4, TRIES_AT_ONCE_OF_STRANGERS = 3 };
enum {
    TRIES_NETWORKS_MAX = 128
}; /* remembered; the one unused for longest goes, known ones last, those with tries under way never
    */

struct tries_network {
    uint8_t bytes[8];
};

struct tries {
    struct {
        struct tries_network network;
        bool is_known;
        unsigned failed; /* in the minute that began at since_us */
        unsigned at_once;
        int64_t since_us, used_us;
    } entries[TRIES_NETWORKS_MAX];
    unsigned n;
    unsigned strangers_failed; /* in the minute that began at strangers_since_us */
    unsigned strangers_at_once;
    int64_t strangers_since_us;
};

/* One that is under way. */
struct tries_ticket {
    struct tries_network network;
    bool is_strangers;
    int64_t begun_us;
};

/* peer: "192.0.2.7", "2001:db8::7" or anything else. */
struct tries_network tries_network_of(const char *peer);
struct tries_network tries_network_of_user(const char *name);
/* Wrong codes after a right password: they keep nobody from a change of the password. */
struct tries_network tries_network_of_code(const char *name);

enum tries_answer {
    TRIES_GO,
    TRIES_BUSY,     /* too many are under way */
    TRIES_TOO_MANY, /* failed within a minute */
};

/* now_us: of a clock that only goes forward. Unless it is TRIES_GO, refuse without looking at the
 * password; else call tries_end or tries_cancel. */
enum tries_answer tries_begin(struct tries *tries, struct tries_network network, int64_t now_us,
                              struct tries_ticket *ret_ticket);
/* Returns true for the first failure of the network in this minute. */
bool tries_end(struct tries *tries, const struct tries_ticket *ticket, bool is_right,
               int64_t now_us);
/* The password was not looked at. */
void tries_cancel(struct tries *tries, const struct tries_ticket *ticket, int64_t now_us);
/* Somebody logged in from there by other means. */
void tries_know(struct tries *tries, struct tries_network network, int64_t now_us);
