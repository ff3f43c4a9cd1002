#include "picam/libcamera_control.h"

#include <errno.h>
#include <string.h>

static json_t *one(const struct helper_control *c)
{
    json_t *object = json_pack("{s:s, s:s}", "name", c->name, "group", c->group);
    if (c->auto_name[0])
        json_object_set_new(object, "auto", json_string(c->auto_name));
    if (c->type == HELPER_BOOL) {
        json_object_set_new(object, "type", json_string("bool"));
        json_object_set_new(object, "default", json_boolean(c->fallback));
    } else if (c->type == HELPER_MENU) {
        json_t *options = json_array();
        for (unsigned i = 0; i < c->n_options; i++)
            json_array_append_new(options, json_string(c->options[i]));
        json_object_set_new(object, "type", json_string("menu"));
        json_object_set_new(object, "options", options);
        json_object_set_new(object, "default", json_string(c->options[c->fallback]));
    } else {
        json_object_set_new(object, "type", json_string("int"));
        json_object_set_new(object, "min", json_integer(c->min));
        json_object_set_new(object, "max", json_integer(c->max));
        json_object_set_new(object, "step", json_integer(c->step));
        json_object_set_new(object, "default", json_integer(c->fallback));
    }
    json_object_set(object, "value", json_object_get(object, "default"));
    return object;
}

json_t *libcamera_control_list(const struct helper_control *controls, unsigned n_controls)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < n_controls; i++)
        json_array_append_new(list, one(&controls[i]));
    return list;
}

static int find(const struct helper_control *controls, unsigned n_controls, const char *name)
{
    for (unsigned i = 0; i < n_controls; i++)
        if (strcmp(controls[i].name, name) == 0)
            return (int)i;
    return -ENOENT;
}

int libcamera_control_order(const struct helper_control *controls, unsigned n_controls,
                            const char *name, json_t *value, struct helper_set *ret_order)
{
    int i = find(controls, n_controls, name);
    if (i < 0)
        return i;
    const struct helper_control *c = &controls[i];
    struct helper_set order = {.control = (uint32_t)i};
    if (c->type == HELPER_BOOL && json_is_boolean(value)) {
        order.value = json_is_true(value);
    } else if (c->type == HELPER_INT && json_is_integer(value)) {
        json_int_t v = json_integer_value(value);
        if (v < c->min || v > c->max)
            return -EINVAL;
        order.value = (int32_t)v;
    } else if (c->type == HELPER_MENU && json_is_string(value)) {
        while (order.value < (int32_t)c->n_options &&
               strcmp(c->options[order.value], json_string_value(value)) != 0)
            order.value++;
        if (order.value == (int32_t)c->n_options)
            return -EINVAL;
    } else {
        return -EINVAL;
    }
    *ret_order = order;
    return 0;
}
