#include "v4l2/v4l2_schema.h"

#include <stdio.h>
#include <string.h>

static const char GROUP[] = "stream", AUTO[] = "auto";

enum { SIZE_TEXT_MAX = 16, MOST_FPS = 120 };

static void size_text(uint16_t width, uint16_t height, char out[SIZE_TEXT_MAX])
{
    snprintf(out, SIZE_TEXT_MAX, "%ux%u", width, height);
}

static bool has_string(json_t *array, const char *s)
{
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item)
    {
        if (strcmp(json_string_value(item), s) == 0)
            return true;
    }
    return false;
}

static json_t *menu(const char *name, const char *group, json_t *takes_options,
                    const char *fallback, const char *value)
{
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s}", "name", name, "type", "menu", "options",
                     takes_options, "default", fallback, "value", value, "group", group);
}

static json_t *format_menu(const struct v4l2_modes *modes, const struct v4l2_target *owner)
{
    char text[V4L2_FOURCC_NAME_MAX];
    json_t *options = json_pack("[s]", AUTO);
    for (unsigned i = 0; i < modes->count; i++) {
        const char *name = v4l2_fourcc_name(modes->list[i].fourcc, text);
        if (!has_string(options, name))
            json_array_append_new(options, json_string(name));
    }
    return menu("format", GROUP, options, AUTO,
                owner->fourcc ? v4l2_fourcc_name(owner->fourcc, text) : AUTO);
}

/* The sizes of all formats, the narrowest first. */
static json_t *size_menu(const struct v4l2_modes *modes, const struct v4l2_target *owner)
{
    char text[SIZE_TEXT_MAX], fallback[SIZE_TEXT_MAX];
    struct v4l2_target first = v4l2_mode_default(modes);
    json_t *options = json_array();
    uint32_t last = 0;
    for (bool found = true; found;) {
        uint32_t next = UINT32_MAX;
        found = false;
        for (unsigned i = 0; i < modes->count; i++) {
            uint32_t key = (uint32_t)modes->list[i].width << 16 | modes->list[i].height;
            if (key > last && key < next) {
                next = key;
                found = true;
            }
        }
        if (found) {
            size_text((uint16_t)(next >> 16), (uint16_t)next, text);
            json_array_append_new(options, json_string(text));
            last = next;
        }
    }
    size_text(first.width, first.height, fallback);
    size_text(owner->width, owner->height, text);
    return menu("size", GROUP, options, fallback, text);
}

static json_t *fps_control(const struct v4l2_modes *modes, const struct v4l2_target *owner)
{
    unsigned most = 0;
    for (unsigned i = 0; i < modes->count; i++)
        most = modes->list[i].fps > most ? modes->list[i].fps : most;
    if (most < owner->fps)
        most = owner->fps;
    if (most > MOST_FPS)
        most = MOST_FPS;
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:s}", "name", "fps", "type", "int",
                     "min", 1, "max", (int)most, "step", 1, "default",
                     (int)v4l2_mode_default(modes).fps, "value", (int)owner->fps, "group", GROUP);
}

static const char *option_text(const struct v4l2_knob *knob, int64_t value)
{
    for (unsigned i = 0; i < knob->n_options; i++)
        if (knob->options[i].value == value)
            return knob->options[i].text;
    return knob->options[0].text; /* the driver shows a value that it does not list */
}

static json_t *value_json(const struct v4l2_knob *knob, int64_t value)
{
    switch (knob->type) {
    case V4L2_KNOB_BOOL:
        return json_boolean(value);
    case V4L2_KNOB_MENU:
        return json_string(option_text(knob, value));
    default:
        return json_integer(value);
    }
}

static json_t *control_json(const struct v4l2_knobs *knobs, const struct v4l2_knob *knob)
{
    static const char *const TYPES[] = {"int", "bool", "menu"};
    json_t *o = json_pack("{s:s, s:s, s:o, s:o, s:s}", "name", knob->name, "type",
                          TYPES[knob->type], "default", value_json(knob, knob->fallback), "value",
                          value_json(knob, knob->value), "group", knob->group);
    if (knob->type == V4L2_KNOB_INT) {
        json_object_set_new(o, "min", json_integer(knob->min));
        json_object_set_new(o, "max", json_integer(knob->max));
        json_object_set_new(o, "step", json_integer(knob->step));
    }
    if (knob->type == V4L2_KNOB_MENU) {
        json_t *options = json_array();
        for (unsigned i = 0; i < knob->n_options; i++)
            json_array_append_new(options, json_string(knob->options[i].text));
        json_object_set_new(o, "options", options);
    }
    if (knob->automatic >= 0)
        json_object_set_new(o, AUTO, json_string(knobs->list[knob->automatic].name));
    return o;
}

json_t *v4l2_schema(const struct v4l2_modes *modes, const struct v4l2_target *owner,
                    const struct v4l2_knobs *knobs)
{
    json_t *schema = json_array();
    json_array_append_new(schema, format_menu(modes, owner));
    json_array_append_new(schema, size_menu(modes, owner));
    json_array_append_new(schema, fps_control(modes, owner));
    for (unsigned i = 0; i < knobs->count; i++)
        json_array_append_new(schema, control_json(knobs, &knobs->list[i]));
    return schema;
}

json_t *v4l2_schema_values(const struct v4l2_knobs *knobs)
{
    json_t *values = json_object();
    for (unsigned i = 0; i < knobs->count; i++)
        json_object_set_new(values, knobs->list[i].name,
                            value_json(&knobs->list[i], knobs->list[i].value));
    return values;
}

static void take_stream(json_t *values, const struct v4l2_modes *modes, struct v4l2_target *owner)
{
    const char *format = json_string_value(json_object_get(values, "format"));
    const char *size = json_string_value(json_object_get(values, "size"));
    json_t *fps = json_object_get(values, "fps");
    char size_is[SIZE_TEXT_MAX], text[V4L2_FOURCC_NAME_MAX];
    if (format)
        owner->fourcc = 0;
    for (unsigned i = 0; i < modes->count; i++) {
        const struct v4l2_mode *mode = &modes->list[i];
        if (format && strcmp(format, v4l2_fourcc_name(mode->fourcc, text)) == 0)
            owner->fourcc = mode->fourcc;
        size_text(mode->width, mode->height, size_is);
        if (size && strcmp(size, size_is) == 0) {
            owner->width = mode->width;
            owner->height = mode->height;
        }
    }
    if (fps)
        owner->fps = (uint16_t)json_integer_value(fps);
}

static int64_t value_of(const struct v4l2_knob *knob, json_t *value)
{
    if (knob->type == V4L2_KNOB_BOOL)
        return json_is_true(value);
    if (knob->type == V4L2_KNOB_INT)
        return json_integer_value(value);
    for (unsigned i = 0; i < knob->n_options; i++)
        if (strcmp(knob->options[i].text, json_string_value(value)) == 0)
            return knob->options[i].value;
    return knob->value;
}

void v4l2_schema_take(json_t *values, const struct v4l2_modes *modes,
                      const struct v4l2_knobs *knobs, struct v4l2_target *owner,
                      struct v4l2_wanted *wanted)
{
    take_stream(values, modes, owner);
    for (unsigned i = 0; i < knobs->count; i++) {
        json_t *value = json_object_get(values, knobs->list[i].name);
        if (!value)
            continue;
        wanted->is_set[i] = true;
        wanted->values[i] = value_of(&knobs->list[i], value);
    }
}
