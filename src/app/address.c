#include "app/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bool is_numeric(const char *host, int family)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(family, host, bytes) == 1;
}

int address_parse(const char *text, struct address *ret_address)
{
    struct address address = {0};
    const char *colon = strrchr(text, ':'), *host = text;
    size_t len = colon ? (size_t)(colon - text) : 0;
    int64_t port;
    if (!colon || text_to_int(colon + 1, 0, UINT16_MAX, &port) < 0)
        return -EINVAL;
    bool brackets = len >= 2 && host[0] == '[' && host[len - 1] == ']';
    if (brackets) {
        host++;
        len -= 2;
    }
    if (len >= sizeof(address.host))
        return -EINVAL;
    memcpy(address.host, host, len);
    if (!brackets && len == 0)
        strcpy(address.host, "*");
    else if (!brackets && strcmp(address.host, "localhost") == 0)
        strcpy(address.host, "127.0.0.1");
    bool fine = brackets ? is_numeric(address.host, AF_INET6)
                         : strcmp(address.host, "*") == 0 || is_numeric(address.host, AF_INET);
    if (!fine)
        return -EINVAL;
    address.port = (uint16_t)port;
    *ret_address = address;
    return 0;
}

bool address_is_loopback(const struct address *address)
{
    struct in6_addr six;
    if (strncmp(address->host, "127.", 4) == 0)
        return true;
    return inet_pton(AF_INET6, address->host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

void address_format(const struct address *address, char out[ADDRESS_TEXT_MAX])
{
    if (strchr(address->host, ':'))
        snprintf(out, ADDRESS_TEXT_MAX, "[%s]:%u", address->host, address->port);
    else
        snprintf(out, ADDRESS_TEXT_MAX, "%s:%u", address->host, address->port);
}
