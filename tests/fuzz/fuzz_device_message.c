/* A device's text, and its list of controls as the camera would take it over. */
#include "camera/control.h"

#include <string.h>

#include "check.h"
#include "push/device_message.h"

static void check_schema(json_t *list)
{
    json_t *schema = control_schema(list);
    size_t i;
    json_t *control;
    CHECK(json_array_size(schema) <= CAMERA_CONTROLS_MAX);
    json_array_foreach(schema, i, control)
    {
        const char *name = json_string_value(json_object_get(control, "name"));
        CHECK(name && strlen(name) >= 1 && strlen(name) <= 32);
        CHECK(json_object_get(control, "value") && json_object_get(control, "default"));
        char out[96];
        CHECK(!control_refusal(schema, name, json_object_get(control, "value"), out, sizeof(out)));
        CHECK(
            !control_refusal(schema, name, json_object_get(control, "default"), out, sizeof(out)));
        json_t *low = json_object_get(control, "min");
        if (low)
            CHECK(!control_refusal(schema, name, low, out, sizeof(out)));
        CHECK(control_refusal(schema, name, list, out, sizeof(out)));
    }
    /* A schema's own schema is itself. */
    json_t *again = control_schema(schema);
    CHECK(again == schema || json_equal(again, schema));
    json_decref(again);
    json_decref(schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct device_message m;
    if (device_message_read((const char *)data, len_bytes, &m))
        return 0;
    CHECK(len_bytes <= DEVICE_MESSAGE_MAX_BYTES);
    CHECK(m.battery >= -1 && m.battery <= 100);
    if (m.type == DEVICE_HELLO)
        check_schema(m.hello.controls);
    if (m.type == DEVICE_STATE)
        CHECK(m.state.wake_in_s >= 0 && m.state.wake_in_s <= 604800);
    if (m.type == DEVICE_CAPTURED)
        CHECK(m.captured.request > 0);
    if (m.type == DEVICE_VALUES)
        CHECK(json_is_object(m.values));
    if (m.type == DEVICE_TIME)
        CHECK(m.time.server_us >= 0 && m.time.device_us >= 0);
    device_message_finish(&m);
    return 0;
}
