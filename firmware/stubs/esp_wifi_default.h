/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/esp_wifi/include/esp_wifi_default.h. */
#pragma once
#include "esp_netif.h"

esp_netif_t *esp_netif_create_default_wifi_sta(void);
