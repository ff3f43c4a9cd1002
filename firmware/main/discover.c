#include "firmware/main/discover.h"

#include <errno.h>

#include <mdns.h>

enum { WAIT_MS = 2000, MAX_ANSWERS = 4 };

int discover_init(void)
{
    return mdns_init() == ESP_OK ? 0 : -EIO;
}

static bool take(const mdns_result_t *answer, struct settings_address *ret_server)
{
    for (const mdns_ip_addr_t *at = answer->addr; at; at = at->next) {
        struct settings_address server = {.port = answer->port};
        if (at->addr.type != ESP_IPADDR_TYPE_V4 || !answer->port ||
            !esp_ip4addr_ntoa(&at->addr.u_addr.ip4, server.host, sizeof(server.host)))
            continue;
        *ret_server = server;
        return true;
    }
    return false;
}

int discover_server(struct settings_address *ret_server)
{
    mdns_result_t *answers = NULL;
    if (mdns_query_ptr("_eyelid", "_tcp", WAIT_MS, MAX_ANSWERS, &answers) != ESP_OK)
        return -ENOENT;
    int result = -ENOENT;
    for (const mdns_result_t *at = answers; at && result < 0; at = at->next)
        if (take(at, ret_server))
            result = 0;
    mdns_query_results_free(answers);
    return result;
}
