#include "firmware/main/keep.h"

#include <errno.h>
#include <stdio.h>

#include <esp_mac.h>
#include <nvs.h>
#include <nvs_flash.h>

static const char NAMESPACE[] = "eyelid";

int keep_init(void)
{
    esp_err_t result = nvs_flash_init();
    if (result == ESP_ERR_NVS_NO_FREE_PAGES || result == ESP_ERR_NVS_NEW_VERSION_FOUND) {
        if (nvs_flash_erase() != ESP_OK)
            return -EIO;
        result = nvs_flash_init();
    }
    return result == ESP_OK ? 0 : -EIO;
}

static bool load_string(nvs_handle_t handle, const char *key, char *out, size_t cap_bytes)
{
    return nvs_get_str(handle, key, out, &cap_bytes) == ESP_OK;
}

static uint32_t load_number(nvs_handle_t handle, const char *key)
{
    uint32_t value;
    return nvs_get_u32(handle, key, &value) == ESP_OK ? value : 0;
}

void keep_load(struct settings *settings)
{
    uint8_t mac[6] = {0};
    nvs_handle_t handle;
    (void)esp_read_mac(mac, ESP_MAC_WIFI_STA);
    settings_init(settings, mac);
    if (nvs_open(NAMESPACE, NVS_READONLY, &handle) != ESP_OK)
        return;
    char text[SETTINGS_URL_BYTES], password[SETTINGS_PASSWORD_MAX_BYTES + 1] = "";
    (void)load_string(handle, "password", password, sizeof(password));
    /* A refused value leaves the default, which is right for values that are no longer allowed. */
    int refused = 0;
    if (load_string(handle, "ssid", text, sizeof(text)))
        refused |= settings_set_wifi(settings, text, password);
    if (load_string(handle, "server", text, sizeof(text)))
        refused |= settings_set_server(settings, text);
    if (load_string(handle, "id", text, sizeof(text)))
        refused |= settings_set_id(settings, text);
    if (load_string(handle, "name", text, sizeof(text)))
        refused |= settings_set_name(settings, text);
    if (load_string(handle, "token", text, sizeof(text)) && text[0])
        refused |= settings_set_token(settings, text);
    refused |= settings_set_rest(settings, load_number(handle, "rest_after_s"),
                                 load_number(handle, "rest_s"));
    (void)refused;
    nvs_close(handle);
}

int keep_save(const struct settings *settings)
{
    nvs_handle_t handle;
    char server[SETTINGS_URL_BYTES] = "auto";
    if (settings->server.host[0])
        snprintf(server, sizeof(server), "%s:%u", settings->server.host, settings->server.port);
    if (nvs_open(NAMESPACE, NVS_READWRITE, &handle) != ESP_OK)
        return -EIO;
    bool kept = nvs_set_str(handle, "ssid", settings->ssid) == ESP_OK &&
                nvs_set_str(handle, "password", settings->password) == ESP_OK &&
                nvs_set_str(handle, "server", server) == ESP_OK &&
                nvs_set_str(handle, "id", settings->id) == ESP_OK &&
                nvs_set_str(handle, "name", settings->name) == ESP_OK &&
                nvs_set_str(handle, "token", settings->token) == ESP_OK &&
                nvs_set_u32(handle, "rest_after_s", settings->rest_after_s) == ESP_OK &&
                nvs_set_u32(handle, "rest_s", settings->rest_s) == ESP_OK &&
                nvs_commit(handle) == ESP_OK;
    nvs_close(handle);
    return kept ? 0 : -EIO;
}
