#include "access/tries.h"

#include <arpa/inet.h>
#include <string.h>

enum { MINUTE_US = 60 * 1000000, IPV4_AT = 12, IPV6_NETWORK_BYTES = 8 };
/* First bytes of networks that are not of IPv6: no unicast /64 begins with them. */
enum { IPV4 = 4, USER = 5, LOOPBACK = 6, CODE = 7 };

struct tries_network tries_network_of(const char *peer)
{
    struct tries_network network = {{0}};
    struct in_addr ipv4;
    struct in6_addr ipv6;
    if (inet_pton(AF_INET, peer, &ipv4) == 1) {
        network.bytes[0] = IPV4;
        memcpy(network.bytes + 4, &ipv4, sizeof(ipv4));
    } else if (inet_pton(AF_INET6, peer, &ipv6) == 1 && IN6_IS_ADDR_V4MAPPED(&ipv6)) {
        network.bytes[0] = IPV4;
        memcpy(network.bytes + 4, ipv6.s6_addr + IPV4_AT, sizeof(ipv4));
    } else if (inet_pton(AF_INET6, peer, &ipv6) == 1) {
        memcpy(network.bytes, ipv6.s6_addr, IPV6_NETWORK_BYTES);
        if (IN6_IS_ADDR_LOOPBACK(&ipv6)) /* its own network */
            network.bytes[0] = LOOPBACK;
    }
    return network;
}

/* FNV-1a: two users that share a count cost each other nothing but tries. */
struct tries_network tries_network_of_user(const char *name)
{
    struct tries_network network;
    uint64_t hash = 0xcbf29ce484222325;
    for (const char *p = name; *p; p++)
        hash = (hash ^ (uint8_t)*p) * 0x100000001b3;
    memcpy(network.bytes, &hash, sizeof(network.bytes));
    network.bytes[0] = USER;
    return network;
}

struct tries_network tries_network_of_code(const char *name)
{
    struct tries_network network = tries_network_of_user(name);
    network.bytes[0] = CODE;
    return network;
}

static int find(const struct tries *tries, struct tries_network network)
{
    for (unsigned i = 0; i < tries->n; i++)
        if (memcmp(&tries->entries[i].network, &network, sizeof(network)) == 0)
            return (int)i;
    return -1;
}

static bool goes_before(const struct tries *tries, unsigned a, unsigned b)
{
    if (!tries->entries[a].at_once != !tries->entries[b].at_once)
        return !tries->entries[a].at_once;
    if (tries->entries[a].is_known != tries->entries[b].is_known)
        return !tries->entries[a].is_known;
    return tries->entries[a].used_us < tries->entries[b].used_us;
}

static unsigned pick(const struct tries *tries)
{
    unsigned first = 0;
    for (unsigned i = 1; i < tries->n; i++)
        if (goes_before(tries, i, first))
            first = i;
    return first;
}

static unsigned place(struct tries *tries, struct tries_network network, int64_t now_us)
{
    int i = find(tries, network);
    if (i < 0) {
        i = (int)(tries->n < TRIES_NETWORKS_MAX ? tries->n++ : pick(tries));
        memset(&tries->entries[i], 0, sizeof(tries->entries[i]));
        tries->entries[i].network = network;
        tries->entries[i].is_known = network.bytes[0] == USER || network.bytes[0] == CODE;
        tries->entries[i].since_us = now_us;
    }
    tries->entries[i].used_us = now_us;
    return (unsigned)i;
}

/* A minute begins with its first failure. */
static void begin_minute(unsigned *failed, int64_t *since_us, int64_t now_us)
{
    if (now_us - *since_us >= MINUTE_US) {
        *since_us = now_us;
        *failed = 0;
    }
}

enum tries_answer tries_begin(struct tries *tries, struct tries_network network, int64_t now_us,
                              struct tries_ticket *ret_ticket)
{
    const unsigned i = place(tries, network, now_us);
    const bool is_strangers = !tries->entries[i].is_known;
    begin_minute(&tries->entries[i].failed, &tries->entries[i].since_us, now_us);
    begin_minute(&tries->strangers_failed, &tries->strangers_since_us, now_us);
    if (tries->entries[i].failed >= TRIES_OF_A_NETWORK ||
        (is_strangers && tries->strangers_failed >= TRIES_OF_STRANGERS))
        return TRIES_TOO_MANY;
    if (tries->entries[i].at_once >= TRIES_AT_ONCE_OF_A_NETWORK ||
        (is_strangers && tries->strangers_at_once >= TRIES_AT_ONCE_OF_STRANGERS))
        return TRIES_BUSY;
    tries->entries[i].failed++;
    tries->entries[i].at_once++;
    if (is_strangers) {
        tries->strangers_failed++;
        tries->strangers_at_once++;
    }
    *ret_ticket =
        (struct tries_ticket){.network = network, .is_strangers = is_strangers, .begun_us = now_us};
    return TRIES_GO;
}

static unsigned finish(struct tries *tries, const struct tries_ticket *ticket, int64_t now_us)
{
    const unsigned i = place(tries, ticket->network, now_us);
    tries->entries[i].at_once--;
    if (ticket->is_strangers)
        tries->strangers_at_once--;
    return i;
}

void tries_cancel(struct tries *tries, const struct tries_ticket *ticket, int64_t now_us)
{
    const unsigned i = finish(tries, ticket, now_us);
    if (ticket->begun_us >= tries->entries[i].since_us)
        tries->entries[i].failed--;
    if (ticket->is_strangers && ticket->begun_us >= tries->strangers_since_us)
        tries->strangers_failed--;
}

bool tries_end(struct tries *tries, const struct tries_ticket *ticket, bool is_right,
               int64_t now_us)
{
    if (!is_right)
        return tries->entries[finish(tries, ticket, now_us)].failed == 1;
    tries_cancel(tries, ticket, now_us);
    tries_know(tries, ticket->network, now_us);
    return false;
}

void tries_know(struct tries *tries, struct tries_network network, int64_t now_us)
{
    tries->entries[place(tries, network, now_us)].is_known = true;
}
