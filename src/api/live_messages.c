#include "api/live_messages.h"

#include <errno.h>
#include <string.h>

#include "api/json_in.h"
#include "base/text.h"

/* A whole number within [min, max]; a missing member counts as 0 if that is allowed. */
static bool take_uint(const json_t *root, const char *name, json_int_t min, json_int_t max,
                      json_int_t *ret_value)
{
    const json_t *json = json_object_get(root, name);
    if (!json && min == 0) {
        *ret_value = 0;
        return true;
    }
    if (!json_is_integer(json) || json_integer_value(json) < min || json_integer_value(json) > max)
        return false;
    *ret_value = json_integer_value(json);
    return true;
}

static bool take_u16(const json_t *root, const char *name, uint16_t *ret_value)
{
    json_int_t value;
    if (!take_uint(root, name, 0, UINT16_MAX, &value))
        return false;
    *ret_value = (uint16_t)value;
    return true;
}

static const char *take_start(const json_t *root, struct live_message *message)
{
    const char *rendition = json_string_value(json_object_get(root, "rendition"));
    if (rendition && strcmp(rendition, "h264") == 0)
        message->rendition = RENDITION_H264;
    else if (rendition && strcmp(rendition, "jpeg") == 0)
        message->rendition = RENDITION_JPEG;
    else
        return "rendition must be \"h264\" or \"jpeg\"";
    if (!take_u16(root, "fps", &message->fps) || !take_u16(root, "width", &message->width) ||
        !take_u16(root, "height", &message->height))
        return "fps, width and height must be whole numbers from 0 to 65535";
    return NULL;
}

static const char *take_request(const json_t *root, struct live_message *message)
{
    json_int_t value;
    if (!take_uint(root, "request", 1, UINT32_MAX, &value))
        return "request must be a whole number from 1";
    message->request = (uint32_t)value;
    return NULL;
}

static const char *take_set(const json_t *root, struct live_message *message)
{
    json_t *values = json_object_get(root, "values");
    if (!json_is_object(values))
        return "values must be an object of control names and values";
    message->values = json_incref(values);
    return NULL;
}

static const char *take_ping(const json_t *root, struct live_message *message)
{
    const json_t *t = json_object_get(root, "t");
    if (!json_is_number(t))
        return "t must be a number";
    message->t = json_number_value(t);
    return NULL;
}

static const char *take_camera(const json_t *root, struct live_message *message)
{
    const char *id = json_string_value(json_object_get(root, "camera"));
    if (!id || !text_is_id(id))
        return "camera must be a camera's id";
    memcpy(message->camera, id, strlen(id) + 1);
    return NULL;
}

/* NULL, or what is invalid. *message keeps what was read so far. */
static const char *take_members(const json_t *root, struct live_message *message)
{
    enum live_message_type type = message->type;
    const char *wrong = type == LIVE_MESSAGE_PING ? NULL : take_camera(root, message);
    if (!wrong &&
        (type == LIVE_MESSAGE_CAPTURE || type == LIVE_MESSAGE_SET || type == LIVE_MESSAGE_RESET))
        wrong = take_request(root, message);
    if (wrong)
        return wrong;
    switch (type) {
    case LIVE_MESSAGE_START:
        return take_start(root, message);
    case LIVE_MESSAGE_SET:
        return take_set(root, message);
    case LIVE_MESSAGE_PING:
        return take_ping(root, message);
    default:
        return NULL;
    }
}

static bool take_type(const char *name, enum live_message_type *ret_type)
{
    static const char *const NAMES[LIVE_MESSAGE_TYPES] = {"start", "stop",  "key", "capture",
                                                          "set",   "reset", "ping"};
    for (unsigned i = 0; i < LIVE_MESSAGE_TYPES; i++)
        if (strcmp(name, NAMES[i]) == 0) {
            *ret_type = (enum live_message_type)i;
            return true;
        }
    return false;
}

int live_message_parse(const char *text, size_t len_bytes, struct live_message *ret_message,
                       struct live_message_error *ret_error)
{
    struct live_message message = {0};
    struct live_message_error error = {.type = PROBLEM_BAD_MESSAGE};
    json_t *root = NULL;

    if (len_bytes <= LIVE_MESSAGE_MAX_BYTES)
        root = json_in_object(text, len_bytes);
    const char *name = json_string_value(json_object_get(root, "type"));
    if (!root) {
        error.message = "a message is one JSON object";
    } else if (!name) {
        error.message = "type must be a string";
    } else if (!take_type(name, &message.type)) {
        error.type = PROBLEM_UNSUPPORTED;
        error.message = "this server does not know messages of that type";
        (void)take_camera(root, &message);
        (void)take_request(root, &message);
    } else {
        error.message = take_members(root, &message);
    }
    json_decref(root);
    if (!error.message) {
        *ret_message = message;
        return 0;
    }
    memcpy(error.camera, message.camera, sizeof(error.camera));
    error.request = message.request;
    live_message_finish(&message);
    *ret_error = error;
    return -EINVAL;
}

void live_message_finish(struct live_message *message)
{
    json_decref(message->values);
    message->values = NULL;
}
