/* A device's text, and its list of controls as the camera would take it over. A first byte that
 * no text begins with (0x80 and up) has the rest written by the grammar. */
#include "camera/control_json.h"

#include <string.h>

#include "check.h"
#include "grammar.h"
#include "push/device_message.h"

static const char *const WORDS[] = {GRAMMAR_JSON,
                                    "hello",
                                    "values",
                                    "time",
                                    "state",
                                    "captured",
                                    "id",
                                    "name",
                                    "model",
                                    "battery",
                                    "controls",
                                    "control",
                                    "value",
                                    "values\":{\"",
                                    "controls\":[{\"name\":\"",
                                    "\",\"type\":\"int\",\"",
                                    "\",\"type\":\"bool\",\"",
                                    "\",\"type\":\"menu\",\"options\":[\"",
                                    "\",\"",
                                    "min",
                                    "max",
                                    "step",
                                    "default",
                                    "group",
                                    "auto",
                                    "brightness",
                                    "mirror",
                                    "request",
                                    "error",
                                    "sleeping",
                                    "wake_in_s",
                                    "server_us",
                                    "device_us",
                                    "encoding",
                                    "fps"};

static void check_schema(json_t *list)
{
    struct controls controls, again;
    struct control_values values;
    control_json_schema(list, &controls);
    CHECK(controls.count <= CONTROLS_MAX);
    for (unsigned i = 0; i < controls.count; i++) {
        const struct control *control = &controls.list[i];
        CHECK(strlen(control->name) >= 1 && strlen(control->name) <= CONTROL_NAME_MAX);
        CHECK(controls_find(&controls, control->name) == (int)i);
        CHECK(control_accepts(control, control->value) && control_accepts(control, control->min));
        CHECK(control_accepts(control, control->fallback));
    }
    /* A schema's own schema is itself, and so are its values. */
    json_t *as_json = control_json_list(&controls);
    control_json_schema(as_json, &again);
    json_t *as_json_again = control_json_list(&again);
    CHECK(json_equal(as_json, as_json_again));
    values.mask = 0;
    for (unsigned i = 0; i < controls.count; i++)
        control_values_put(&values, i, controls.list[i].value);
    json_t *object = control_json_values(&controls, &values);
    control_json_fitting(&again, object, &values);
    CHECK(controls_update(&again, &values) == 0);
    json_decref(object);
    json_decref(as_json_again);
    json_decref(as_json);
    controls_finish(&again);
    controls_finish(&controls);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static char text[DEVICE_MESSAGE_MAX_BYTES + 64];
    struct device_message m;
    if (len_bytes > 0 && data[0] >= 0x80) {
        len_bytes = grammar_write(WORDS, sizeof(WORDS) / sizeof(WORDS[0]), data + 1, len_bytes - 1,
                                  text, sizeof(text));
        data = (const uint8_t *)text;
    }
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
