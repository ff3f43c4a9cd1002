#include "firmware/main/wifi.h"

#include <errno.h>
#include <string.h>

#include <esp_event.h>
#include <esp_netif.h>
#include <esp_wifi.h>
#include <esp_wifi_default.h>

/* In the task of the default event loop. */
static void hear_wifi(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)base;
    (void)data;
    if (id == WIFI_EVENT_STA_DISCONNECTED)
        inbox_post(arg, &(struct inbox_event){.kind = INBOX_NET_DOWN});
}

static void hear_ip(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)base;
    (void)data;
    if (id == IP_EVENT_STA_GOT_IP)
        inbox_post(arg, &(struct inbox_event){.kind = INBOX_NET_UP});
    else if (id == IP_EVENT_STA_LOST_IP)
        inbox_post(arg, &(struct inbox_event){.kind = INBOX_NET_DOWN});
}

int wifi_init(const struct settings *settings, struct inbox *inbox)
{
    const wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
    wifi_config_t config = {0};
    /* Both fields may be full to the last byte, and then have no NUL. */
    memcpy(config.sta.ssid, settings->ssid, strlen(settings->ssid));
    memcpy(config.sta.password, settings->password, strlen(settings->password));
    if (esp_netif_init() != ESP_OK || esp_event_loop_create_default() != ESP_OK ||
        !esp_netif_create_default_wifi_sta() || esp_wifi_init(&init) != ESP_OK ||
        esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, hear_wifi, inbox) != ESP_OK ||
        esp_event_handler_register(IP_EVENT, ESP_EVENT_ANY_ID, hear_ip, inbox) != ESP_OK)
        return -EIO;
    /* In memory only: keep.h stores the settings, in one place. */
    if (esp_wifi_set_storage(WIFI_STORAGE_RAM) != ESP_OK ||
        esp_wifi_set_mode(WIFI_MODE_STA) != ESP_OK ||
        esp_wifi_set_config(WIFI_IF_STA, &config) != ESP_OK || esp_wifi_start() != ESP_OK)
        return -EIO;
    return 0;
}

void wifi_join(void)
{
    (void)esp_wifi_connect();
}
