#include "access/tries.h"

#include <arpa/inet.h>
#include <string.h>

enum { MINUTE_US = 60 * 1000000, IPV4_AT = 12, IPV6_NETWORK_BYTES = 8 };

struct tries_network tries_network_of(const char *peer)
{
    struct tries_network network = {{0}};
    struct in_addr ipv4;
    struct in6_addr ipv6;
    if (inet_pton(AF_INET, peer, &ipv4) == 1) {
        network.bytes[0] = 4;
        memcpy(network.bytes + 4, &ipv4, sizeof(ipv4));
    } else if (inet_pton(AF_INET6, peer, &ipv6) == 1 && IN6_IS_ADDR_V4MAPPED(&ipv6)) {
        network.bytes[0] = 4;
        memcpy(network.bytes + 4, ipv6.s6_addr + IPV4_AT, sizeof(ipv4));
    } else if (inet_pton(AF_INET6, peer, &ipv6) == 1) {
        memcpy(network.bytes, ipv6.s6_addr, IPV6_NETWORK_BYTES);
        /* ::1 is its own network; no unicast /64 begins with this byte. */
        if (IN6_IS_ADDR_LOOPBACK(&ipv6))
            network.bytes[0] = 6;
    }
    return network;
}

static int find(const struct tries *tries, struct tries_network network)
{
    for (unsigned i = 0; i < tries->n; i++)
        if (memcmp(&tries->entries[i].network, &network, sizeof(network)) == 0)
            return (int)i;
    return -1;
}

static unsigned pick(const struct tries *tries)
{
    unsigned oldest = 0;
    for (unsigned i = 1; i < tries->n; i++) {
        const bool is_older = tries->entries[i].used_us < tries->entries[oldest].used_us;
        if (tries->entries[i].is_known == tries->entries[oldest].is_known
                ? is_older
                : tries->entries[oldest].is_known)
            oldest = i;
    }
    return oldest;
}

static unsigned place(struct tries *tries, struct tries_network network, int64_t now_us)
{
    int i = find(tries, network);
    if (i < 0) {
        i = (int)(tries->n < TRIES_NETWORKS_MAX ? tries->n++ : pick(tries));
        memset(&tries->entries[i], 0, sizeof(tries->entries[i]));
        tries->entries[i].network = network;
        tries->entries[i].since_us = now_us;
    }
    tries->entries[i].used_us = now_us;
    return (unsigned)i;
}

bool tries_may(struct tries *tries, struct tries_network network, int64_t now_us)
{
    const int i = find(tries, network);
    if (i >= 0 && tries->entries[i].failed >= TRIES_OF_A_NETWORK &&
        now_us - tries->entries[i].since_us < MINUTE_US)
        return false;
    return (i >= 0 && tries->entries[i].is_known) || tries->strangers_failed < TRIES_OF_STRANGERS ||
           now_us - tries->strangers_since_us >= MINUTE_US;
}

bool tries_failed(struct tries *tries, struct tries_network network, int64_t now_us)
{
    const unsigned i = place(tries, network, now_us);
    if (now_us - tries->entries[i].since_us >= MINUTE_US) {
        tries->entries[i].since_us = now_us;
        tries->entries[i].failed = 0;
    }
    if (!tries->entries[i].is_known) {
        if (now_us - tries->strangers_since_us >= MINUTE_US) {
            tries->strangers_since_us = now_us;
            tries->strangers_failed = 0;
        }
        tries->strangers_failed++;
    }
    return ++tries->entries[i].failed == 1;
}

void tries_succeeded(struct tries *tries, struct tries_network network, int64_t now_us)
{
    tries->entries[place(tries, network, now_us)].is_known = true;
}
