#include "v4l2/v4l2_schema.h"

#include <stdio.h>
#include <string.h>

static const char GROUP[] = "stream", AUTO[] = "auto";

enum { MOST_FPS = 120 };

/* --- The schema. --- */

/* A menu under construction; the current option and the default are found by text. */
struct menu {
    struct control control;
    control_text options[CONTROL_OPTIONS_MAX];
};

static void begin_menu(struct menu *menu, const char *name)
{
    menu->control = (struct control){.type = CONTROL_MENU, .options = menu->options};
    snprintf(menu->control.name, sizeof(control_text), "%s", name);
    snprintf(menu->control.group, sizeof(control_text), "%s", GROUP);
}

static void add_option(struct menu *menu, const char *text)
{
    if (menu->control.n_options < CONTROL_OPTIONS_MAX && control_option(&menu->control, text) < 0)
        snprintf(menu->options[menu->control.n_options++], sizeof(control_text), "%s", text);
}

static void end_menu(struct controls *schema, struct menu *menu, const char *fallback,
                     const char *value)
{
    menu->control.fallback = control_option(&menu->control, fallback);
    menu->control.value = control_option(&menu->control, value);
    int place = controls_add(schema, &menu->control);
    (void)place; /* more options than allowed, and the current one is not among them: then it has
                  * none */
}

static void add_format(struct controls *schema, const struct v4l2_modes *modes,
                       const struct v4l2_target *owner)
{
    char text[V4L2_FOURCC_NAME_MAX];
    struct menu menu;
    begin_menu(&menu, "format");
    add_option(&menu, AUTO);
    for (unsigned i = 0; i < modes->count; i++)
        add_option(&menu, v4l2_fourcc_name(modes->list[i].fourcc, text));
    end_menu(schema, &menu, AUTO, owner->fourcc ? v4l2_fourcc_name(owner->fourcc, text) : AUTO);
}

static void size_text(uint32_t width, uint32_t height, control_text out)
{
    snprintf(out, sizeof(control_text), "%ux%u", width, height);
}

/* The sizes of all formats, the narrowest first. */
static void add_size(struct controls *schema, const struct v4l2_modes *modes,
                     const struct v4l2_target *owner)
{
    control_text text, fallback;
    struct v4l2_target first = v4l2_mode_default(modes);
    struct menu menu;
    uint32_t last = 0;
    begin_menu(&menu, "size");
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
        size_text(next >> 16, next & UINT16_MAX, text);
        if (found)
            add_option(&menu, text);
        last = next;
    }
    size_text(first.width, first.height, fallback);
    size_text(owner->width, owner->height, text);
    end_menu(schema, &menu, fallback, text);
}

static void add_fps(struct controls *schema, const struct v4l2_modes *modes,
                    const struct v4l2_target *owner)
{
    unsigned most = owner->fps;
    for (unsigned i = 0; i < modes->count; i++)
        most = modes->list[i].fps > most ? modes->list[i].fps : most;
    struct control fps = {.type = CONTROL_INT,
                          .name = "fps",
                          .min = 1,
                          .max = most < MOST_FPS ? most : MOST_FPS,
                          .fallback = v4l2_mode_default(modes).fps,
                          .value = owner->fps};
    snprintf(fps.group, sizeof(fps.group), "%s", GROUP);
    int place = controls_add(schema, &fps);
    (void)place;
}

/* The index of the option; a value that the driver does not list counts as the first. */
static int64_t place_of(const struct v4l2_knob *knob, int64_t value)
{
    for (unsigned i = 0; i < knob->n_options; i++)
        if (knob->options[i].value == value)
            return i;
    return 0;
}

static int64_t shown(const struct v4l2_knob *knob, int64_t value)
{
    return knob->type == V4L2_KNOB_MENU   ? place_of(knob, value)
           : knob->type == V4L2_KNOB_BOOL ? value != 0
                                          : value;
}

static void add_knob(struct controls *schema, const struct v4l2_knobs *knobs,
                     const struct v4l2_knob *knob)
{
    static const enum control_type TYPES[] = {[V4L2_KNOB_INT] = CONTROL_INT,
                                              [V4L2_KNOB_BOOL] = CONTROL_BOOL,
                                              [V4L2_KNOB_MENU] = CONTROL_MENU};
    struct menu menu;
    begin_menu(&menu, knob->name);
    struct control *control = &menu.control;
    snprintf(control->group, sizeof(control->group), "%s", knob->group);
    control->type = TYPES[knob->type];
    control->min = knob->min;
    control->max = knob->max;
    control->step = knob->step;
    control->fallback = shown(knob, knob->fallback);
    control->value = shown(knob, knob->value);
    for (unsigned i = 0; i < knob->n_options; i++)
        add_option(&menu, knob->options[i].text);
    if (knob->automatic >= 0)
        snprintf(control->automatic, sizeof(control->automatic), "%s",
                 knobs->list[knob->automatic].name);
    int place = controls_add(schema, control);
    (void)place;
}

void v4l2_schema(const struct v4l2_modes *modes, const struct v4l2_target *owner,
                 const struct v4l2_knobs *knobs, struct controls *ret_controls)
{
    *ret_controls = (struct controls){0};
    add_format(ret_controls, modes, owner);
    add_size(ret_controls, modes, owner);
    add_fps(ret_controls, modes, owner);
    for (unsigned i = 0; i < knobs->count; i++)
        add_knob(ret_controls, knobs, &knobs->list[i]);
}

/* --- Values. --- */

void v4l2_schema_values(const struct controls *schema, const struct v4l2_knobs *knobs,
                        struct control_values *ret_values)
{
    ret_values->mask = 0;
    for (unsigned i = 0; i < knobs->count; i++) {
        int place = controls_find(schema, knobs->list[i].name);
        if (place >= 0)
            control_values_put(ret_values, (unsigned)place,
                               shown(&knobs->list[i], knobs->list[i].value));
    }
}

/* True, and the value, if one is wanted for the control of this name. */
static bool is_wanted(const struct controls *schema, const struct control_values *values,
                      const char *name, int64_t *ret_value)
{
    int place = controls_find(schema, name);
    if (place < 0 || !(values->mask >> place & 1))
        return false;
    *ret_value = values->of[place];
    return true;
}

static const char *text_of(const struct controls *schema, const struct control_values *values,
                           const char *name)
{
    int64_t value;
    return is_wanted(schema, values, name, &value)
               ? schema->list[controls_find(schema, name)].options[value]
               : NULL;
}

static void take_stream(const struct controls *schema, const struct control_values *values,
                        const struct v4l2_modes *modes, struct v4l2_target *owner)
{
    const char *format = text_of(schema, values, "format"), *size = text_of(schema, values, "size");
    control_text size_is;
    char text[V4L2_FOURCC_NAME_MAX];
    int64_t fps;
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
    if (is_wanted(schema, values, "fps", &fps))
        owner->fps = (uint16_t)fps;
}

void v4l2_schema_take(const struct controls *schema, const struct control_values *values,
                      const struct v4l2_modes *modes, const struct v4l2_knobs *knobs,
                      struct v4l2_target *owner, struct v4l2_wanted *wanted)
{
    take_stream(schema, values, modes, owner);
    for (unsigned i = 0; i < knobs->count; i++) {
        const struct v4l2_knob *knob = &knobs->list[i];
        int64_t value;
        if (!is_wanted(schema, values, knob->name, &value))
            continue;
        wanted->is_set[i] = true;
        wanted->values[i] = knob->type == V4L2_KNOB_MENU ? knob->options[value].value : value;
    }
}
