#include "mqtt/topics.h"

#include <stdio.h>
#include <string.h>

static const char *const TAILS[MQTT_TOPICS] = {[MQTT_TOPIC_STATE] = "state",
                                               [MQTT_TOPIC_PICTURE] = "picture",
                                               [MQTT_TOPIC_ARM] = "armed/set",
                                               [MQTT_TOPIC_WAKE] = "wake"};

void mqtt_topic(const struct mqtt_names *names, const char *camera, enum mqtt_topic topic,
                char out[MQTT_NAME_MAX_BYTES])
{
    snprintf(out, MQTT_NAME_MAX_BYTES, "%s/%s/%s", names->prefix, camera, TAILS[topic]);
}

void mqtt_status_topic(const struct mqtt_names *names, char out[MQTT_NAME_MAX_BYTES])
{
    snprintf(out, MQTT_NAME_MAX_BYTES, "%s/status", names->prefix);
}

void mqtt_discovery_topic(const struct mqtt_names *names, const char *camera,
                          char out[MQTT_NAME_MAX_BYTES])
{
    snprintf(out, MQTT_NAME_MAX_BYTES, "%s/device/%s_%s/config", names->discovery, names->server,
             camera);
}

json_t *mqtt_state_to_json(const struct mqtt_state *state)
{
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s}", "online", state->is_online ? "ON" : "OFF", "motion",
                  state->is_moving ? "ON" : "OFF", "armed", state->is_armed ? "ON" : "OFF", "awake",
                  state->awake ? state->awake : "asleep");
    if (state->battery_percent >= 0)
        json_object_set_new(json, "battery", json_integer(state->battery_percent));
    return json;
}

static void add(json_t *components, const struct mqtt_names *names, const char *camera,
                const char *key, json_t *takes_component)
{
    char id[MQTT_NAME_MAX_BYTES];
    snprintf(id, sizeof(id), "%s_%s_%s", names->server, camera, key);
    json_object_set_new(takes_component, "unique_id", json_string(id));
    json_object_set_new(components, key, takes_component);
}

/* A component whose value is a member of the state. */
static json_t *of_state(const char *platform, const char *name, const char *topic,
                        const char *member)
{
    char template[64];
    snprintf(template, sizeof(template), "{{ value_json.%s }}", member);
    return json_pack("{s:s, s:s, s:s, s:s}", "platform", platform, "name", name, "state_topic",
                     topic, "value_template", template);
}

static json_t *components(const struct mqtt_names *names, const struct mqtt_state *state)
{
    char topic[MQTT_NAME_MAX_BYTES], other[MQTT_NAME_MAX_BYTES];
    const char *camera = state->camera;
    json_t *all = json_object();
    mqtt_topic(names, camera, MQTT_TOPIC_STATE, topic);

    json_t *motion = of_state("binary_sensor", "Motion", topic, "motion");
    json_object_set_new(motion, "device_class", json_string("motion"));
    add(all, names, camera, "motion", motion);

    mqtt_topic(names, camera, MQTT_TOPIC_PICTURE, other);
    add(all, names, camera, "picture",
        json_pack("{s:s, s:s, s:s}", "platform", "camera", "name", "Picture", "topic", other));

    mqtt_topic(names, camera, MQTT_TOPIC_ARM, other);
    json_t *armed = of_state("switch", "Motion detection", topic, "armed");
    json_object_set_new(armed, "command_topic", json_string(other));
    json_object_set_new(armed, "icon", json_string("mdi:motion-sensor"));
    add(all, names, camera, "armed", armed);

    mqtt_topic(names, camera, MQTT_TOPIC_WAKE, other);
    add(all, names, camera, "wake",
        json_pack("{s:s, s:s, s:s, s:s}", "platform", "button", "name", "Wake", "command_topic",
                  other, "icon", "mdi:eye"));

    json_t *awake = of_state("sensor", "Awake", topic, "awake");
    json_object_set_new(awake, "icon", json_string("mdi:eye-outline"));
    json_object_set_new(awake, "entity_category", json_string("diagnostic"));
    add(all, names, camera, "awake", awake);

    if (state->battery_percent >= 0) {
        json_t *battery = of_state("sensor", "Battery", topic, "battery");
        json_object_set_new(battery, "device_class", json_string("battery"));
        json_object_set_new(battery, "unit_of_measurement", json_string("%"));
        json_object_set_new(battery, "entity_category", json_string("diagnostic"));
        add(all, names, camera, "battery", battery);
    }
    return all;
}

json_t *mqtt_discovery_to_json(const struct mqtt_names *names, const struct mqtt_state *state)
{
    char id[MQTT_NAME_MAX_BYTES], status[MQTT_NAME_MAX_BYTES], topic[MQTT_NAME_MAX_BYTES];
    snprintf(id, sizeof(id), "%s_%s", names->server, state->camera);
    mqtt_status_topic(names, status);
    mqtt_topic(names, state->camera, MQTT_TOPIC_STATE, topic);
    return json_pack(
        "{s:{s:[s], s:s, s:s}, s:{s:s, s:s}, s:s, s:[{s:s}, {s:s, s:s, s:s, s:s}], s:o}", "device",
        "identifiers", id, "name", state->name, "manufacturer", "eyelid", "origin", "name",
        "eyelid", "sw_version", names->version, "availability_mode", "all", "availability", "topic",
        status, "topic", topic, "value_template", "{{ value_json.online }}", "payload_available",
        "ON", "payload_not_available", "OFF", "components", components(names, state));
}

struct mqtt_order mqtt_order_read(const struct mqtt_names *names, const char *topic,
                                  const char *payload)
{
    struct mqtt_order order = {.command = MQTT_COMMAND_NONE};
    const size_t prefix = strlen(names->prefix);
    if (names->discovery) {
        const size_t len = strlen(names->discovery);
        if (strncmp(topic, names->discovery, len) == 0 && strcmp(topic + len, "/status") == 0) {
            order.command = strcmp(payload, "online") == 0 ? MQTT_GREET : MQTT_COMMAND_NONE;
            return order;
        }
    }
    if (strncmp(topic, names->prefix, prefix) != 0 || topic[prefix] != '/')
        return order;
    const char *camera = topic + prefix + 1, *end = strchr(camera, '/');
    if (!end || end == camera || (size_t)(end - camera) >= sizeof(order.camera))
        return order;
    if (strcmp(end + 1, TAILS[MQTT_TOPIC_WAKE]) == 0)
        order.command = MQTT_WAKE;
    else if (strcmp(end + 1, TAILS[MQTT_TOPIC_ARM]) == 0 && strcmp(payload, "ON") == 0)
        order.command = MQTT_ARM;
    else if (strcmp(end + 1, TAILS[MQTT_TOPIC_ARM]) == 0 && strcmp(payload, "OFF") == 0)
        order.command = MQTT_DISARM;
    else
        return order;
    memcpy(order.camera, camera, (size_t)(end - camera));
    return order;
}
