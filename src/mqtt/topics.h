/* Topics, what they carry, and what Home Assistant is told about them. Pure; any thread.
 *
 * - PREFIX/status: online, or offline as the last will; retained
 * - PREFIX/ID/state: JSON, see mqtt_state; retained
 * - PREFIX/ID/picture: a JPEG of a movement, or the last one before the camera slept; retained
 * - PREFIX/ID/armed/set: ON or OFF arms and disarms motion detection
 * - PREFIX/ID/wake: keeps the camera awake for a minute
 * - DISCOVERY/device/SERVER_ID/config: https://www.home-assistant.io/integrations/mqtt/, "Device
 *   discovery"
 * - DISCOVERY/status: Home Assistant itself, online when it has started */
#pragma once
#include <jansson.h>
#include <stdbool.h>

enum mqtt_topic {
    MQTT_TOPIC_STATE,
    MQTT_TOPIC_PICTURE,
    MQTT_TOPIC_ARM,
    MQTT_TOPIC_WAKE,
    MQTT_TOPICS
};

struct mqtt_names {
    const char *prefix;    /* of topics: "eyelid" */
    const char *discovery; /* "homeassistant"; NULL: Home Assistant is told nothing */
    const char *server;    /* names this server: an id of a-z, 0-9, - and _ */
    const char *version;
};

enum { MQTT_NAME_MAX_BYTES = 192 };
void mqtt_topic(const struct mqtt_names *names, const char *camera, enum mqtt_topic topic,
                char out[MQTT_NAME_MAX_BYTES]);
void mqtt_status_topic(const struct mqtt_names *names, char out[MQTT_NAME_MAX_BYTES]);
void mqtt_discovery_topic(const struct mqtt_names *names, const char *camera,
                          char out[MQTT_NAME_MAX_BYTES]);

struct mqtt_state {
    const char *camera, *name;
    bool is_online, is_moving, is_armed;
    const char *awake;   /* why: "viewer", "motion"; NULL: it sleeps */
    int battery_percent; /* -1 = unknown */
};
/* {"online":"ON","motion":"OFF","armed":"ON","awake":"viewer","battery":81}; a new reference. */
json_t *mqtt_state_to_json(const struct mqtt_state *state) __attribute__((returns_nonnull));

/* What Home Assistant shows of a camera; a new reference. Without a battery there is no sensor for
 * it. */
json_t *mqtt_discovery_to_json(const struct mqtt_names *names, const struct mqtt_state *state)
    __attribute__((returns_nonnull));

enum mqtt_command { MQTT_COMMAND_NONE, MQTT_ARM, MQTT_DISARM, MQTT_WAKE, MQTT_GREET };
struct mqtt_order {
    enum mqtt_command command;
    char camera[33]; /* not checked to be an id */
};
/* What a message that came in asks for. MQTT_GREET: Home Assistant has started. */
struct mqtt_order mqtt_order_read(const struct mqtt_names *names, const char *topic,
                                  const char *payload);
