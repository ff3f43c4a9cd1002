#include <string.h>

#include "check.h"
#include "mqtt/topics.h"

/* A topic, a newline, and a payload. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static const struct mqtt_names NAMES = {
        .prefix = "eyelid", .discovery = "homeassistant", .server = "eyelid_a", .version = "1"};
    char text[512] = "", topic[MQTT_NAME_MAX_BYTES];
    if (len_bytes >= sizeof(text))
        return 0;
    memcpy(text, data, len_bytes);
    char *payload = strchr(text, '\n');
    if (payload)
        *payload++ = '\0';
    const struct mqtt_order order = mqtt_order_read(&NAMES, text, payload ? payload : "");
    CHECK(strlen(order.camera) < sizeof(order.camera) && !strchr(order.camera, '/'));
    CHECK(!order.camera[0] == (order.command == MQTT_COMMAND_NONE || order.command == MQTT_GREET));
    if (order.camera[0]) {
        mqtt_topic(&NAMES, order.camera,
                   order.command == MQTT_WAKE ? MQTT_TOPIC_WAKE : MQTT_TOPIC_ARM, topic);
        CHECK(strcmp(topic, text) == 0);
    }
    return 0;
}
