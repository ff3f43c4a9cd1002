#include "push/device_message.h"

#include <string.h>

enum { MAX_SLEEP_S = 7 * 24 * 3600 };

static const char *string_of(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* False if the member is missing, not an integer or out of range. */
static bool integer_of(json_t *object, const char *key, int64_t min, int64_t max, int64_t *ret)
{
    json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max)
        return false;
    *ret = json_integer_value(value);
    return true;
}

static const char *read_hello(json_t *o, struct device_message *m)
{
    m->type = DEVICE_HELLO;
    m->hello.id = string_of(o, "id");
    m->hello.name = string_of(o, "name");
    m->hello.model = string_of(o, "model");
    m->hello.controls = json_object_get(o, "controls");
    if (m->hello.controls && !json_is_array(m->hello.controls))
        return "hello: controls must be an array";
    return NULL;
}

static const char *read_state(json_t *o, struct device_message *m)
{
    const char *state = string_of(o, "state");
    if (!state)
        return "state: state is missing";
    m->type = DEVICE_STATE;
    m->state.sleeping = strcmp(state, "sleeping") == 0;
    m->state.wake_in_s = 0;
    if (m->state.sleeping && !integer_of(o, "wake_in_s", 0, MAX_SLEEP_S, &m->state.wake_in_s))
        return "state: wake_in_s must be 0 to 604800";
    return NULL;
}

static const char *read_captured(json_t *o, struct device_message *m)
{
    int64_t request;
    if (!integer_of(o, "request", 1, UINT32_MAX, &request))
        return "captured: request must be the number that capture had";
    if (!json_is_boolean(json_object_get(o, "ok")))
        return "captured: ok must be true or false";
    m->type = DEVICE_CAPTURED;
    m->captured.request = (uint32_t)request;
    m->captured.ok = json_is_true(json_object_get(o, "ok"));
    m->captured.error = string_of(o, "error");
    return NULL;
}

static const char *read_values(json_t *o, struct device_message *m)
{
    m->type = DEVICE_VALUES;
    m->values = json_object_get(o, "values");
    return json_is_object(m->values) ? NULL : "values: values must be an object";
}

static const char *read_time(json_t *o, struct device_message *m)
{
    m->type = DEVICE_TIME;
    if (!integer_of(o, "server_us", 0, INT64_MAX, &m->time.server_us) ||
        !integer_of(o, "device_us", 0, INT64_MAX, &m->time.device_us))
        return "time: server_us and device_us must be numbers of microseconds";
    return NULL;
}

static const struct {
    const char *type;
    const char *(*read)(json_t *o, struct device_message *m);
} READERS[] = {
    {"hello", read_hello},   {"state", read_state}, {"captured", read_captured},
    {"values", read_values}, {"time", read_time},
};

const char *device_message_read(const char *text, size_t len_bytes,
                                struct device_message *ret_message)
{
    if (len_bytes > DEVICE_MESSAGE_MAX_BYTES)
        return "the message is longer than 16384 bytes";
    struct device_message m = {.type = DEVICE_UNKNOWN, .battery = -1};
    m.root = json_loadb(text, len_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *type = string_of(m.root, "type");
    const char *wrong = type ? NULL : "the message is not a JSON object with a type";
    int64_t battery;

    for (size_t i = 0; type && i < sizeof(READERS) / sizeof(READERS[0]); i++)
        if (strcmp(type, READERS[i].type) == 0)
            wrong = READERS[i].read(m.root, &m);
    if (integer_of(m.root, "battery", 0, 100, &battery))
        m.battery = (int)battery;
    if (wrong)
        device_message_finish(&m);
    else
        *ret_message = m;
    return wrong;
}

void device_message_finish(struct device_message *message)
{
    json_decref(message->root);
    *message = (struct device_message){0};
}
