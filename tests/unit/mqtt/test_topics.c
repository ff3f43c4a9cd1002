#include "mqtt/topics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct mqtt_names NAMES = {.prefix = "home/eyelid",
                                        .discovery = "homeassistant",
                                        .server = "eyelid_attic",
                                        .version = "1.2.3"};
static const struct mqtt_state STATE = {.camera = "porch",
                                        .name = "The \"porch\"",
                                        .is_online = true,
                                        .is_armed = true,
                                        .awake = "viewer",
                                        .battery_percent = -1};

static void test_topics(void **state)
{
    char topic[MQTT_NAME_MAX_BYTES];
    (void)state;
    mqtt_topic(&NAMES, "porch", MQTT_TOPIC_ARM, topic);
    assert_string_equal(topic, "home/eyelid/porch/armed/set");
    mqtt_status_topic(&NAMES, topic);
    assert_string_equal(topic, "home/eyelid/status");
    mqtt_discovery_topic(&NAMES, "porch", topic);
    assert_string_equal(topic, "homeassistant/device/eyelid_attic_porch/config");
}

static void test_state(void **state)
{
    (void)state;
    struct mqtt_state other = STATE;
    json_t *json = mqtt_state_to_json(&other),
           *wanted = json_pack("{s:s, s:s, s:s, s:s}", "online", "ON", "motion", "OFF", "armed",
                               "ON", "awake", "viewer");
    assert_true(json_equal(json, wanted));
    json_decref(json);
    json_decref(wanted);
    other.battery_percent = 0;
    other.awake = NULL;
    json = mqtt_state_to_json(&other);
    assert_string_equal(json_string_value(json_object_get(json, "awake")), "asleep");
    assert_int_equal(json_integer_value(json_object_get(json, "battery")), 0);
    json_decref(json);
}

/* Every component has an id of its own and a topic, and there is a battery only where one is. */
static void test_discovery(void **state)
{
    (void)state;
    struct mqtt_state other = STATE;
    for (int battery = -1; battery <= 0; battery++) {
        other.battery_percent = battery;
        json_t *json = mqtt_discovery_to_json(&NAMES, &other), *component;
        assert_non_null(json);
        const char *key, *name;
        assert_int_equal(json_unpack(json, "{s:{s:s}}", "device", "name", &name), 0);
        assert_string_equal(name, STATE.name);
        json_t *components = json_object_get(json, "components");
        assert_int_equal(json_object_size(components), battery < 0 ? 5 : 6);
        json_object_foreach(components, key, component)
        {
            const char *id = json_string_value(json_object_get(component, "unique_id"));
            assert_non_null(id);
            assert_int_equal(strncmp(id, "eyelid_attic_porch_", 19), 0);
            assert_string_equal(id + 19, key);
            assert_true(json_object_get(component, "topic") ||
                        json_object_get(component, "state_topic") ||
                        json_object_get(component, "command_topic"));
        }
        json_decref(json);
    }
}

static void test_orders(void **state)
{
    static const struct {
        const char *topic, *payload, *camera;
        enum mqtt_command command;
    } rows[] = {
        {"home/eyelid/porch/armed/set", "ON", "porch", MQTT_ARM},
        {"home/eyelid/porch/armed/set", "OFF", "porch", MQTT_DISARM},
        {"home/eyelid/porch/armed/set", "on", "", MQTT_COMMAND_NONE},
        {"home/eyelid/porch/wake", "PRESS", "porch", MQTT_WAKE},
        {"home/eyelid/porch/wake", "", "porch", MQTT_WAKE},
        {"home/eyelid/porch/wake/more", "", "", MQTT_COMMAND_NONE},
        {"home/eyelid/porch/state", "ON", "", MQTT_COMMAND_NONE},
        {"home/eyelid//wake", "", "", MQTT_COMMAND_NONE},
        {"home/eyelid/wake", "", "", MQTT_COMMAND_NONE},
        {"home/eyelid", "", "", MQTT_COMMAND_NONE},
        {"home/eyelids/porch/wake", "", "", MQTT_COMMAND_NONE},
        {"home", "", "", MQTT_COMMAND_NONE},
        {"home/eyelid/abcdefghijklmnopqrstuvwxyz012345/wake", "",
         "abcdefghijklmnopqrstuvwxyz012345", MQTT_WAKE},
        {"home/eyelid/abcdefghijklmnopqrstuvwxyz0123456/wake", "", "", MQTT_COMMAND_NONE},
        {"homeassistant/status", "online", "", MQTT_GREET},
        {"homeassistant/status", "offline", "", MQTT_COMMAND_NONE},
        {"homeassistant/statuses", "online", "", MQTT_COMMAND_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct mqtt_order order = mqtt_order_read(&NAMES, rows[i].topic, rows[i].payload);
        if (order.command != rows[i].command)
            print_error("%s\n", rows[i].topic);
        assert_int_equal(order.command, rows[i].command);
        assert_string_equal(order.camera, rows[i].camera);
    }
    struct mqtt_names silent = NAMES;
    silent.discovery = NULL;
    assert_int_equal(mqtt_order_read(&silent, "homeassistant/status", "online").command,
                     MQTT_COMMAND_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topics),
        cmocka_unit_test(test_state),
        cmocka_unit_test(test_discovery),
        cmocka_unit_test(test_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
