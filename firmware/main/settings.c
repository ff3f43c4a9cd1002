#include "firmware/main/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

_Static_assert(SETTINGS_URL_BYTES >
                   sizeof("ws://:65535/") + SETTINGS_HOST_MAX_BYTES + SETTINGS_ID_MAX_BYTES,
               "every address must fit");

void settings_init(struct settings *settings, const uint8_t mac[6])
{
    *settings = (struct settings){.server = {.port = SETTINGS_DEFAULT_PORT}};
    snprintf(settings->id, sizeof(settings->id), "esp-%02x%02x%02x", mac[3], mac[4], mac[5]);
    snprintf(settings->name, sizeof(settings->name), "ESP32 %02x%02x%02x", mac[3], mac[4], mac[5]);
}

static bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_host_char(char c)
{
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
}

/* Neither empty nor too long, and no control characters: the name goes into JSON, the rest is shown
 * on a terminal. */
static bool is_plain(const char *text, size_t max_bytes)
{
    size_t len_bytes = strlen(text);
    for (size_t i = 0; i < len_bytes; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return len_bytes > 0 && len_bytes <= max_bytes;
}

int settings_set_wifi(struct settings *settings, const char *ssid, const char *password)
{
    if (!is_plain(ssid, SETTINGS_SSID_MAX_BYTES))
        return -EINVAL;
    if (password[0] && (!is_plain(password, SETTINGS_PASSWORD_MAX_BYTES) ||
                        strlen(password) < SETTINGS_PASSWORD_MIN_BYTES))
        return -EINVAL;
    snprintf(settings->ssid, sizeof(settings->ssid), "%s", ssid);
    snprintf(settings->password, sizeof(settings->password), "%s", password);
    return 0;
}

int settings_set_id(struct settings *settings, const char *id)
{
    size_t len_bytes = strlen(id);
    if (len_bytes < 1 || len_bytes > SETTINGS_ID_MAX_BYTES)
        return -EINVAL;
    for (size_t i = 0; i < len_bytes; i++)
        if (!is_lower_or_digit(id[i]) && id[i] != '-')
            return -EINVAL;
    snprintf(settings->id, sizeof(settings->id), "%s", id);
    return 0;
}

int settings_set_name(struct settings *settings, const char *name)
{
    if (!is_plain(name, SETTINGS_NAME_MAX_BYTES))
        return -EINVAL;
    snprintf(settings->name, sizeof(settings->name), "%s", name);
    return 0;
}

int settings_set_token(struct settings *settings, const char *token)
{
    const bool is_off = strcmp(token, "off") == 0;
    if (!is_off && !wire_is_token(token))
        return -EINVAL;
    snprintf(settings->token, sizeof(settings->token), "%s", is_off ? "" : token);
    return 0;
}

/* 1 to 65535, digits only; 0 for anything else. */
static uint16_t read_port(const char *text, size_t len_bytes)
{
    unsigned port = 0;
    for (size_t i = 0; i < len_bytes; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        port = port * 10 + (unsigned)(text[i] - '0');
        if (port > UINT16_MAX)
            return 0;
    }
    return (uint16_t)port;
}

int settings_set_server(struct settings *settings, const char *text)
{
    struct settings_address address = {.port = SETTINGS_DEFAULT_PORT};
    if (strcmp(text, "auto") == 0) {
        settings->server = address;
        return 0;
    }
    if (strncmp(text, "ws://", 5) == 0)
        text += 5;
    size_t len_bytes = strlen(text), host_bytes = 0;
    if (len_bytes > 0 && text[len_bytes - 1] == '/')
        len_bytes--;
    while (host_bytes < len_bytes && is_host_char(text[host_bytes]))
        host_bytes++;
    if (host_bytes < 1 || host_bytes > SETTINGS_HOST_MAX_BYTES)
        return -EINVAL;
    if (host_bytes < len_bytes) {
        if (text[host_bytes] != ':')
            return -EINVAL;
        address.port = read_port(text + host_bytes + 1, len_bytes - host_bytes - 1);
        if (!address.port)
            return -EINVAL;
    }
    memcpy(address.host, text, host_bytes);
    settings->server = address;
    return 0;
}

int settings_set_rest(struct settings *settings, uint32_t after_s, uint32_t rest_s)
{
    if (after_s > SETTINGS_MAX_REST_S || rest_s > SETTINGS_MAX_REST_S ||
        (after_s == 0) != (rest_s == 0))
        return -EINVAL;
    settings->rest_after_s = after_s;
    settings->rest_s = rest_s;
    return 0;
}

void settings_url(const struct settings_address *address, const char *id,
                  char out[SETTINGS_URL_BYTES])
{
    snprintf(out, SETTINGS_URL_BYTES, "ws://%s:%u/%s", address->host, address->port, id);
}
