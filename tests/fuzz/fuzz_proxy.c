/* Forwarded, X-Forwarded-For and X-Forwarded-Proto are what the peer likes. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "access/proxy.h"
#include "check.h"

static bool is_trusted(const void *ctx, const char *address)
{
    (void)ctx;
    return address[0] == '1';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char text[2048];
    if (len_bytes >= sizeof(text))
        return 0;
    memcpy(text, data, len_bytes);
    text[len_bytes] = '\0';
    if (proxy_says_https(NULL, text))
        CHECK(strcasestr(text, "proto=") && strcasestr(text, "https"));
    if (proxy_says_https(text, NULL))
        CHECK(strcasestr(text, "https") != NULL);
    for (int i = 0; i < 2; i++) {
        char client[PROXY_ADDRESS_MAX_BYTES] = "";
        struct in6_addr address;
        proxy_client(i ? text : NULL, i ? NULL : text, "192.0.2.1", is_trusted, NULL, client);
        CHECK(strlen(client) < sizeof(client));
        CHECK(inet_pton(AF_INET, client, &address) == 1 ||
              inet_pton(AF_INET6, client, &address) == 1);
        CHECK(strcmp(client, "192.0.2.1") == 0 || strstr(text, client));
    }
    /* Lists that disagree name nobody. */
    static const char OTHER[] = "203.0.113.7";
    char by_for[PROXY_ADDRESS_MAX_BYTES], both[PROXY_ADDRESS_MAX_BYTES];
    proxy_client(text, NULL, "192.0.2.1", is_trusted, NULL, by_for);
    proxy_client(text, "for=203.0.113.7", "192.0.2.1", is_trusted, NULL, both);
    CHECK(strcmp(both, strcmp(by_for, OTHER) == 0 ? OTHER : "192.0.2.1") == 0);
    CHECK(!proxy_secret_is(text, "a secret that is not in the corpus"));
    return 0;
}
