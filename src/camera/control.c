/* The schema of a device's controls (docs/protocol.md, 1.2): what is well-formed, what a value may
 * be. */
#include "camera/control.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { NAME_MAX_BYTES = 32, OPTIONS_MAX = 64 };

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

/* The nearest at or below v that the control may have, else its least. */
static json_int_t on_grid(json_int_t v, json_int_t min, json_int_t max, json_int_t by)
{
    if (v < min)
        return min;
    if (v > max)
        v = max;
    return v -
           (json_int_t)(((unsigned long long)v - (unsigned long long)min) % (unsigned long long)by);
}

/* A copy with the members that we know, or NULL when the control is malformed. A default or value
 * that it may not have becomes one that it may: it is sent, and shown, as all others are. */
static json_t *int_control(json_t *control)
{
    json_t *min_member = json_object_get(control, "min"),
           *max_member = json_object_get(control, "max");
    json_t *fallback = json_object_get(control, "default");
    json_t *value = json_object_get(control, "value"), *step = json_object_get(control, "step");
    json_int_t min = json_integer_value(min_member), max = json_integer_value(max_member);
    if (!json_is_integer(min_member) || !json_is_integer(max_member) || !json_is_integer(value) ||
        min > max)
        return NULL;
    json_int_t by = json_integer_value(step) > 0 ? json_integer_value(step) : 1;
    json_int_t now = json_integer_value(value);
    json_int_t preset = json_is_integer(fallback) ? json_integer_value(fallback) : now;
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s}", "name", string_of(control, "name"),
                     "type", "int", "min", min, "max", max, "step", by, "default",
                     on_grid(preset, min, max, by), "value", on_grid(now, min, max, by), "group",
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

/* The options that are short texts, without doubles; NULL when there are none. */
static json_t *options_of(json_t *control)
{
    json_t *options = json_array(), *option, *other;
    size_t i, k;
    json_array_foreach(json_object_get(control, "options"), i, option)
    {
        const char *s = json_string_value(option);
        bool fine = s && text_is_name(s, NAME_MAX_BYTES);
        json_array_foreach(options, k, other) fine = fine && !json_equal(option, other);
        if (fine && json_array_size(options) < OPTIONS_MAX)
            json_array_append(options, option);
    }
    if (json_array_size(options) > 0)
        return options;
    json_decref(options);
    return NULL;
}

static bool is_option(json_t *options, json_t *value)
{
    size_t i;
    json_t *option;
    json_array_foreach(options, i, option)
    {
        if (json_equal(option, value))
            return true;
    }
    return false;
}

static json_t *menu_control(json_t *control)
{
    json_t *options = options_of(control);
    json_t *fallback = json_object_get(control, "default");
    json_t *value = json_object_get(control, "value");
    if (!options || !is_option(options, value)) {
        json_decref(options);
        return NULL;
    }
    return json_pack("{s:s, s:s, s:o, s:O, s:O, s:s}", "name", string_of(control, "name"), "type",
                     "menu", "options", options, "default",
                     is_option(options, fallback) ? fallback : value, "value", value, "group",
                     string_of(control, "group"));
}

static json_t *copy_of(json_t *control)
{
    const char *type = string_of(control, "type"), *automatic = string_of(control, "auto");
    json_t *copy = strcmp(type, "int") == 0    ? int_control(control)
                   : strcmp(type, "bool") == 0 ? bool_control(control)
                   : strcmp(type, "menu") == 0 ? menu_control(control)
                                               : NULL;
    if (copy && is_name(automatic))
        json_object_set_new(copy, "auto", json_string(automatic));
    return copy;
}

json_t *control_schema(json_t *list)
{
    json_t *schema = json_array();
    size_t i;
    json_t *control;
    json_array_foreach(list, i, control)
    {
        const char *name = string_of(control, "name");
        if (json_array_size(schema) == CAMERA_CONTROLS_MAX)
            break;
        if (!is_name(name) || find(schema, name))
            continue;
        json_t *copy = copy_of(control);
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
    if (strcmp(string_of(control, "type"), "menu") == 0) {
        if (is_option(json_object_get(control, "options"), value))
            return NULL;
        snprintf(out, cap, "%s must be one of its options", name);
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

json_t *control_defaults(json_t *schema)
{
    json_t *defaults = json_object(), *control;
    size_t i;
    json_array_foreach(schema, i, control)
        json_object_set(defaults, string_of(control, "name"), json_object_get(control, "default"));
    return defaults;
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

bool control_differs(json_t *list, json_t *values)
{
    const char *name;
    json_t *value;
    json_object_foreach(values, name, value)
    {
        if (!json_equal(json_object_get(find(list, name), "value"), value))
            return true;
    }
    return false;
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
