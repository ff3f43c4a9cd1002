#include "net/outbound.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"

#define V4(a, b, c, d)                                                                             \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d                                       \
    }

static const char LOOPBACK[] = "a loopback address";
static const char OWN[] = "an address of this machine";
static const char LINK_LOCAL[] = "a link-local address";
static const char METADATA[] = "the address of a cloud's metadata service";
static const char MULTICAST[] = "a multicast address";
static const char UNSPECIFIED[] = "the unspecified address";
static const char RESERVED[] = "a reserved address";
static const char TRANSLATED[] = "an address for translation to IPv4";
static const char TEREDO[] = "a Teredo address";

/* The first match counts. */
static const struct {
    struct outbound_range range;
    const char *what;
} DENIED[] = {
    {{V4(169, 254, 169, 254), 128}, METADATA}, /* AWS, Google, Azure, DigitalOcean, OpenStack */
    {{V4(100, 100, 100, 200), 128}, METADATA}, /* Alibaba */
    {{V4(168, 63, 129, 16), 128}, METADATA},   /* Azure's wire server */
    {{V4(192, 0, 0, 192), 128}, METADATA},     /* Oracle */
    /* AWS, fd00:ec2::254, and its EKS pod identity agent, fd00:ec2::23 */
    {{{0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, 0x54}, 128}, METADATA},
    {{{0xfd, 0x00, 0x0e, 0xc2, [15] = 0x23}, 128}, METADATA},
    /* Google, fd20:ce::254 */
    {{{0xfd, 0x20, 0x00, 0xce, [14] = 0x02, 0x54}, 128}, METADATA},
    /* Oracle, fd00:c1::a9fe:a9fe */
    {{{0xfd, 0x00, 0x00, 0xc1, [12] = 0xa9, 0xfe, 0xa9, 0xfe}, 128}, METADATA},
    {{V4(0, 0, 0, 0), 96 + 8}, UNSPECIFIED},
    {{V4(127, 0, 0, 0), 96 + 8}, LOOPBACK},
    {{V4(169, 254, 0, 0), 96 + 16}, LINK_LOCAL},
    {{V4(224, 0, 0, 0), 96 + 4}, MULTICAST},
    {{V4(240, 0, 0, 0), 96 + 4}, RESERVED},
    {{{0}, 128}, UNSPECIFIED},
    {{{[15] = 1}, 128}, LOOPBACK},
    {{{0xfe, 0x80}, 10}, LINK_LOCAL},
    {{{0xff}, 8}, MULTICAST},
    /* Each network chooses where the IPv4 address is inside. */
    {{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48}, TRANSLATED}, /* RFC 8215, local-use NAT64 */
    {{{0x20, 0x01}, 32}, TEREDO},                             /* RFC 4380 section 2.6 */
};

/* IPv6 addresses that contain an IPv4 address, and its offset. */
static const struct {
    struct outbound_range range;
    size_t off;
} CARRIERS[] = {
    {{{0}, 96}, 12},                      /* IPv4-compatible, RFC 4291 section 2.5.5.1 */
    {{{[8] = 0xff, 0xff}, 96}, 12},       /* IPv4-translated, RFC 2765 section 2.1 */
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12}, /* NAT64, RFC 6052 section 2.1 */
    {{{0x20, 0x02}, 16}, 2},              /* 6to4, RFC 3056 section 2 */
};

static bool contains(const struct outbound_range *range, const uint8_t *address)
{
    size_t whole = range->bits / 8, rest = range->bits % 8;
    if (memcmp(range->address, address, whole) != 0)
        return false;
    return rest == 0 || (range->address[whole] ^ address[whole]) >> (8 - rest) == 0;
}

int outbound_range_parse(const char *text, struct outbound_range *ret_range)
{
    struct outbound_range range = {.address = V4(0, 0, 0, 0)};
    char host[INET6_ADDRSTRLEN];
    size_t len = strcspn(text, "/");
    int64_t bits;
    if (len >= sizeof(host))
        return -EINVAL;
    memcpy(host, text, len);
    host[len] = '\0';
    unsigned prefix = 0, most = 128;
    if (inet_pton(AF_INET, host, range.address + 12) == 1) {
        prefix = 96;
        most = 32;
    } else if (inet_pton(AF_INET6, host, range.address) != 1) {
        return -EINVAL;
    }
    bits = most;
    if (text[len] == '/' && text_to_int(text + len + 1, 0, most, &bits) < 0)
        return -EINVAL;
    range.bits = (uint8_t)(prefix + (unsigned)bits);
    *ret_range = range;
    return 0;
}

bool outbound_ranges_have(const struct outbound_range *ranges, size_t n,
                          const uint8_t address[OUTBOUND_ADDRESS_BYTES])
{
    for (size_t i = 0; i < n; i++)
        if (contains(&ranges[i], address))
            return true;
    return false;
}

static bool is_allowed(const struct outbound_policy *policy, const uint8_t *address)
{
    return outbound_ranges_have(policy->allow, policy->n_allow, address);
}

static const char *find_denial(const struct outbound_policy *policy, const uint8_t *address)
{
    if (is_allowed(policy, address))
        return NULL;
    for (size_t i = 0; i < sizeof(DENIED) / sizeof(*DENIED); i++)
        if (contains(&DENIED[i].range, address))
            return DENIED[i].what;
    return policy->is_own && policy->is_own(address) ? OWN : NULL;
}

const char *outbound_denial(const struct outbound_policy *policy,
                            const uint8_t address[OUTBOUND_ADDRESS_BYTES])
{
    if (is_allowed(policy, address)) /* first, so that ::1 is not taken for 0.0.0.1 */
        return NULL;
    const char *denial = find_denial(policy, address);
    for (size_t i = 0; i < sizeof(CARRIERS) / sizeof(*CARRIERS) && !denial; i++) {
        uint8_t inner[OUTBOUND_ADDRESS_BYTES] = V4(0, 0, 0, 0);
        if (!contains(&CARRIERS[i].range, address))
            continue;
        memcpy(inner + 12, address + CARRIERS[i].off, 4);
        denial = find_denial(policy, inner);
    }
    return denial;
}

const char *outbound_host_denial(const struct outbound_policy *policy, const char *host)
{
    struct outbound_range range;
    char bare[INET6_ADDRSTRLEN + 2] = "";
    size_t len = strlen(host);
    bool brackets = len >= 2 && host[0] == '[' && host[len - 1] == ']';
    if (len >= sizeof(bare))
        return NULL;
    memcpy(bare, host + brackets, len - 2 * brackets);
    if (outbound_range_parse(bare, &range) < 0)
        return NULL;
    return outbound_denial(policy, range.address);
}
