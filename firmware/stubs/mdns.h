/* A stand-in that declares what the firmware uses, as in espressif/mdns 1.8, include/mdns.h. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "esp_netif.h"

typedef struct mdns_ip_addr_s {
    esp_ip_addr_t addr;
    struct mdns_ip_addr_s *next;
} mdns_ip_addr_t;

/* Of the many members those that are used. */
typedef struct mdns_result_s {
    struct mdns_result_s *next;
    uint16_t port;
    mdns_ip_addr_t *addr;
} mdns_result_t;

esp_err_t mdns_init(void);
esp_err_t mdns_query_ptr(const char *service_type, const char *proto, uint32_t timeout,
                         size_t max_results, mdns_result_t **results);
void mdns_query_results_free(mdns_result_t *results);
