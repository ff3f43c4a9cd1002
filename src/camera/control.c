/* The schema of a device's controls (docs/protocol.md, 1.2): what is well-formed, what a value may
 * be. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "camera/internal.h"

enum { NAME_MAX_BYTES = 32 };

static bool is_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n >= 1 && n <= NAME_MAX_BYTES && name[n] == '\0';
}

/* A short text of the device's, "" when it is missing or no good. */
static const char *string_of(json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s && text_is_name(s, NAME_MAX_BYTES) ? s : "";
}

static json_t *find(json_t *schema, const char *name)
{
    size_t i;
    json_t *control;
    json_array_foreach(schema, i, control)
    {
        if (strcmp(string_of(control, "name"), name) == 0)
            return control;
    }
    return NULL;
}

/* A copy with the members that we know, or NULL when the control is malformed. */
static json_t *int_control(json_t *control)
{
    json_t *min = json_object_get(control, "min"), *max = json_object_get(control, "max");
    json_t *fallback = json_object_get(control, "default");
    json_t *value = json_object_get(control, "value"), *step = json_object_get(control, "step");
    if (!json_is_integer(min) || !json_is_integer(max) || !json_is_integer(value) ||
        json_integer_value(min) > json_integer_value(max))
        return NULL;
    json_int_t by = json_is_integer(step) ? json_integer_value(step) : 1;
    return json_pack("{s:s, s:s, s:O, s:O, s:I, s:O, s:O, s:s}", "name", string_of(control, "name"),
                     "type", "int", "min", min, "max", max, "step", by > 0 ? by : 1, "default",
                     json_is_integer(fallback) ? fallback : value, "value", value, "group",
                     string_of(control, "group"));
}

static json_t *bool_control(json_t *control)
{
    json_t *fallback = json_object_get(control, "default");
    json_t *value = json_object_get(control, "value");
    if (!json_is_boolean(value))
        return NULL;
    return json_pack("{s:s, s:s, s:O, s:O, s:s}", "name", string_of(control, "name"), "type",
                     "bool", "default", json_is_boolean(fallback) ? fallback : value, "value",
                     value, "group", string_of(control, "group"));
}

json_t *control_schema(json_t *list)
{
    json_t *schema = json_array();
    size_t i;
    json_t *control;
    json_array_foreach(list, i, control)
    {
        const char *name = string_of(control, "name"), *type = string_of(control, "type");
        if (json_array_size(schema) == CAMERA_CONTROLS_MAX)
            break;
        if (!is_name(name) || find(schema, name))
            continue;
        json_t *copy = strcmp(type, "int") == 0    ? int_control(control)
                       : strcmp(type, "bool") == 0 ? bool_control(control)
                                                   : NULL;
        if (copy)
            json_array_append_new(schema, copy);
    }
    if (json_array_size(schema) == 0) {
        json_decref(schema);
        return NULL;
    }
    return schema;
}

const char *control_refusal(json_t *schema, const char *name, json_t *value, char *out, size_t cap)
{
    json_t *control = find(schema, name);
    if (!control) {
        snprintf(out, cap, "this camera has no control \"%s\"", is_name(name) ? name : "?");
        return out;
    }
    if (strcmp(string_of(control, "type"), "bool") == 0) {
        if (json_is_boolean(value))
            return NULL;
        snprintf(out, cap, "%s must be true or false", name);
        return out;
    }
    json_int_t min = json_integer_value(json_object_get(control, "min"));
    json_int_t max = json_integer_value(json_object_get(control, "max"));
    json_int_t by = json_integer_value(json_object_get(control, "step"));
    json_int_t v = json_integer_value(value);
    if (!json_is_integer(value) || v < min || v > max) {
        snprintf(out, cap, "%s must be %lld to %lld", name, (long long)min, (long long)max);
        return out;
    }
    if (((unsigned long long)v - (unsigned long long)min) % (unsigned long long)by != 0) {
        snprintf(out, cap, "%s goes in steps of %lld from %lld", name, (long long)by,
                 (long long)min);
        return out;
    }
    return NULL;
}

json_t *control_fitting(json_t *schema, json_t *values)
{
    json_t *fitting = json_object();
    const char *name;
    json_t *value;
    char ignored[96];
    json_object_foreach(values, name, value)
    {
        if (!control_refusal(schema, name, value, ignored, sizeof(ignored)))
            json_object_set(fitting, name, value);
    }
    return fitting;
}

bool control_update(json_t *schema, json_t *values)
{
    /* What does not fit is an older firmware's value, or one that the device made up. */
    json_t *fitting = control_fitting(schema, values);
    bool differed = false;
    const char *name;
    json_t *value;
    json_object_foreach(fitting, name, value)
    {
        json_t *control = find(schema, name);
        if (!json_equal(json_object_get(control, "value"), value)) {
            json_object_set(control, "value", value);
            differed = true;
        }
    }
    json_decref(fitting);
    return differed;
}
