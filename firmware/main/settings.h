/* What a user sets over the serial line, and the values allowed. What does not belong here: storing
 * it (keep.h), commands (command.h). Pure; any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device/wire.h"

enum {
    SETTINGS_SSID_MAX_BYTES = 32,
    SETTINGS_PASSWORD_MIN_BYTES = 8, /* of WPA2, IEEE 802.11i; an open network has none */
    SETTINGS_PASSWORD_MAX_BYTES = 63,
    SETTINGS_ID_MAX_BYTES = 32, /* docs/protocol.md, section 1 */
    SETTINGS_NAME_MAX_BYTES = 64,
    SETTINGS_HOST_MAX_BYTES = 63,
    SETTINGS_DEFAULT_PORT = 8765,
    SETTINGS_TOKEN_MAX_BYTES = WIRE_TOKEN_MAX_CHARS,
    SETTINGS_MAX_REST_S = 86400,
    SETTINGS_URL_BYTES = 128, /* the longest that settings_url writes fits, and its NUL */
};

struct settings_address {
    char host[SETTINGS_HOST_MAX_BYTES + 1]; /* "" = ask the network (mDNS) */
    uint16_t port;
};

struct settings {
    char ssid[SETTINGS_SSID_MAX_BYTES + 1]; /* "" = not set up yet */
    char password[SETTINGS_PASSWORD_MAX_BYTES + 1];
    struct settings_address server;
    char id[SETTINGS_ID_MAX_BYTES + 1];
    char name[SETTINGS_NAME_MAX_BYTES + 1];
    char token[SETTINGS_TOKEN_MAX_BYTES + 1]; /* "" = none is presented */
    /* For boards on a battery: after this long without a viewer, it sleeps for this long; 0 =
     * never. */
    uint32_t rest_after_s, rest_s;
};

/* Of a new board: id and name come from its radio's address. */
void settings_init(struct settings *settings, const uint8_t mac[6]);

/* Each returns 0, or -EINVAL and changes nothing. An empty password means an open network. */
int settings_set_wifi(struct settings *settings, const char *ssid, const char *password)
    __attribute__((warn_unused_result));
int settings_set_id(struct settings *settings, const char *id) __attribute__((warn_unused_result));
int settings_set_name(struct settings *settings, const char *name)
    __attribute__((warn_unused_result));
int settings_set_token(struct settings *settings, const char *token)
    __attribute__((warn_unused_result)); /* "off" = none */
/* "auto", "HOST", "HOST:PORT", either with "ws://" in front and "/" behind. */
int settings_set_server(struct settings *settings, const char *text)
    __attribute__((warn_unused_result));
int settings_set_rest(struct settings *settings, uint32_t after_s, uint32_t rest_s)
    __attribute__((warn_unused_result));

/* ws://HOST:PORT/ID */
void settings_url(const struct settings_address *address, const char *id,
                  char out[SETTINGS_URL_BYTES]);
