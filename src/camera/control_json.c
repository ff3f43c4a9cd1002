#include "camera/control_json.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *const TYPES[] = {
    [CONTROL_INT] = "int", [CONTROL_BOOL] = "bool", [CONTROL_MENU] = "menu"};

/* --- From a device's list. --- */

/* A short text; "" when it is missing or too long. */
static void read_text(json_t *object, const char *key, control_text out)
{
    const char *s = json_string_value(json_object_get(object, key));
    snprintf(out, sizeof(control_text), "%s", s && strlen(s) <= CONTROL_NAME_MAX ? s : "");
}

static bool read_int(json_t *object, struct control *control)
{
    json_t *min = json_object_get(object, "min"), *max = json_object_get(object, "max");
    json_t *value = json_object_get(object, "value"), *initial = json_object_get(object, "default");
    if (!json_is_integer(min) || !json_is_integer(max) || !json_is_integer(value))
        return false;
    control->min = json_integer_value(min);
    control->max = json_integer_value(max);
    control->step = json_integer_value(json_object_get(object, "step"));
    control->value = json_integer_value(value);
    control->fallback = json_is_integer(initial) ? json_integer_value(initial) : control->value;
    return true;
}

static bool read_bool(json_t *object, struct control *control)
{
    json_t *value = json_object_get(object, "value"), *initial = json_object_get(object, "default");
    control->value = json_is_true(value);
    control->fallback = json_is_boolean(initial) ? json_is_true(initial) : control->value;
    return json_is_boolean(value);
}

static bool read_menu(json_t *object, struct control *control,
                      control_text options[CONTROL_OPTIONS_MAX])
{
    json_t *value = json_object_get(object, "value"), *initial = json_object_get(object, "default");
    json_t *option;
    size_t i;
    json_array_foreach(json_object_get(object, "options"), i, option)
    {
        const char *text = json_string_value(option);
        if (!text || strlen(text) > CONTROL_NAME_MAX || control->n_options == CONTROL_OPTIONS_MAX)
            continue;
        snprintf(options[control->n_options++], sizeof(control_text), "%s", text);
    }
    control->options = (const control_text *)options;
    control->value = json_is_string(value) ? control_option(control, json_string_value(value)) : -1;
    control->fallback =
        json_is_string(initial) ? control_option(control, json_string_value(initial)) : -1;
    return true;
}

void control_json_schema(json_t *list, struct controls *ret_controls)
{
    control_text options[CONTROL_OPTIONS_MAX], type;
    json_t *object;
    size_t i;
    *ret_controls = (struct controls){0};
    json_array_foreach(list, i, object)
    {
        struct control control = {.type = CONTROL_INT};
        read_text(object, "type", type);
        read_text(object, "name", control.name);
        read_text(object, "group", control.group);
        read_text(object, "auto", control.automatic);
        while (control.type <= CONTROL_MENU && strcmp(type, TYPES[control.type]) != 0)
            control.type++;
        const bool is_fine = control.type == CONTROL_INT    ? read_int(object, &control)
                             : control.type == CONTROL_BOOL ? read_bool(object, &control)
                             : control.type == CONTROL_MENU ? read_menu(object, &control, options)
                                                            : false;
        int place = is_fine ? controls_add(ret_controls, &control) : 0;
        (void)place; /* malformed controls are left out */
    }
}

/* --- To JSON. --- */

json_t *control_json_value(const struct control *control, int64_t value)
{
    switch (control->type) {
    case CONTROL_BOOL:
        return json_boolean(value);
    case CONTROL_MENU:
        return json_string(control->options[value]);
    default:
        return json_integer(value);
    }
}

static json_t *options_of(const struct control *control)
{
    json_t *options = json_array();
    for (unsigned i = 0; i < control->n_options; i++)
        json_array_append_new(options, json_string(control->options[i]));
    return options;
}

static json_t *describe(const struct control *control)
{
    json_t *o = json_pack("{s:s, s:s}", "name", control->name, "type", TYPES[control->type]);
    if (control->type == CONTROL_INT) {
        json_object_set_new(o, "min", json_integer(control->min));
        json_object_set_new(o, "max", json_integer(control->max));
        json_object_set_new(o, "step", json_integer(control->step));
    } else if (control->type == CONTROL_MENU) {
        json_object_set_new(o, "options", options_of(control));
    }
    json_object_set_new(o, "default", control_json_value(control, control->fallback));
    json_object_set_new(o, "value", control_json_value(control, control->value));
    json_object_set_new(o, "group", json_string(control->group));
    if (control->automatic[0])
        json_object_set_new(o, "auto", json_string(control->automatic));
    return o;
}

json_t *control_json_list(const struct controls *controls)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < controls->count; i++)
        json_array_append_new(list, describe(&controls->list[i]));
    return list;
}

json_t *control_json_values(const struct controls *controls, const struct control_values *values)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < controls->count; i++)
        if (values->mask >> i & 1)
            json_object_set_new(object, controls->list[i].name,
                                control_json_value(&controls->list[i], values->of[i]));
    return object;
}

/* --- Values from JSON. --- */

/* 1.0 is a whole number as well (JSON Schema, 6.1.1); beyond 2^53 a real is not exact. */
static bool read_integer(json_t *value, int64_t *ret_number)
{
    const double real = json_number_value(value);
    if (json_is_integer(value))
        *ret_number = json_integer_value(value);
    else if (json_is_real(value) && real >= -0x1p53 && real <= 0x1p53 &&
             real == (double)(int64_t)real)
        *ret_number = (int64_t)real;
    else
        return false;
    return true;
}

static bool read_value(const struct control *control, json_t *value, int64_t *ret_value)
{
    if (control->type == CONTROL_BOOL && json_is_boolean(value))
        *ret_value = json_is_true(value);
    else if (control->type == CONTROL_INT)
        return read_integer(value, ret_value) && control_accepts(control, *ret_value);
    else if (control->type == CONTROL_MENU && json_is_string(value))
        *ret_value = control_option(control, json_string_value(value));
    else
        return false;
    return control_accepts(control, *ret_value);
}

/* Explains why the value is not allowed. */
static void explain(const struct control *control, json_t *value, struct text *out)
{
    int64_t number;
    if (control->type == CONTROL_BOOL)
        text_add(out, "%s must be true or false", control->name);
    else if (control->type == CONTROL_MENU)
        text_add(out, "%s must be one of its options", control->name);
    else if (!read_integer(value, &number) || number < control->min || number > control->max)
        text_add(out, "%s must be %lld to %lld", control->name, (long long)control->min,
                 (long long)control->max);
    else
        text_add(out, "%s goes in steps of %lld from %lld", control->name, (long long)control->step,
                 (long long)control->min);
}

const char *control_json_read(const struct controls *controls, json_t *object,
                              struct control_values *ret_values, char *out, size_t cap)
{
    struct control_values values = {.mask = 0};
    struct text text = text_over(out, cap);
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        int64_t number;
        int i = controls_find(controls, name);
        if (i < 0) {
            text_add(&text, "this camera has no control \"%s\"",
                     text_is_name(name, CONTROL_NAME_MAX) ? name : "?");
            return out;
        }
        if (!read_value(&controls->list[i], value, &number)) {
            explain(&controls->list[i], value, &text);
            return out;
        }
        control_values_put(&values, (unsigned)i, number);
    }
    *ret_values = values;
    return NULL;
}

void control_json_fitting(const struct controls *controls, json_t *object,
                          struct control_values *ret_values)
{
    const char *name;
    json_t *value;
    ret_values->mask = 0;
    json_object_foreach(object, name, value)
    {
        int64_t number;
        int i = controls_find(controls, name);
        if (i >= 0 && read_value(&controls->list[i], value, &number))
            control_values_put(ret_values, (unsigned)i, number);
    }
}
