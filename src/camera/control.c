#include "camera/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

void control_values_put(struct control_values *values, unsigned i, int64_t value)
{
    values->mask |= UINT64_C(1) << i;
    values->of[i] = value;
}

void control_values_merge(struct control_values *values, const struct control_values *from)
{
    for (unsigned i = 0; i < CONTROLS_MAX; i++)
        if (from->mask >> i & 1)
            control_values_put(values, i, from->of[i]);
}

/* --- Names. --- */

static bool is_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n >= 1 && n <= CONTROL_NAME_MAX && name[n] == '\0';
}

/* FNV-1a (32 bit, draft-eastlake-fnv): the slot where the search for a name begins. */
static unsigned slot_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *p = name; *p; p++)
        hash = (hash ^ (uint8_t)*p) * 16777619u;
    return hash % (2 * CONTROLS_MAX);
}

/* Linear probing; at least half of the slots are free, which keeps searches short. */
static unsigned find_slot(const struct controls *controls, const char *name)
{
    unsigned slot = slot_of(name);
    while (controls->slots[slot] &&
           strcmp(controls->list[controls->slots[slot] - 1].name, name) != 0)
        slot = (slot + 1) % (2 * CONTROLS_MAX);
    return slot;
}

int controls_find(const struct controls *controls, const char *name)
{
    unsigned place = controls->slots[find_slot(controls, name)];
    return place ? (int)place - 1 : -ENOENT;
}

int control_option(const struct control *control, const char *text)
{
    for (unsigned i = 0; i < control->n_options; i++)
        if (strcmp(control->options[i], text) == 0)
            return (int)i;
    return -ENOENT;
}

/* --- The list. --- */

static int64_t on_grid(const struct control *control, int64_t value)
{
    if (value <= control->min)
        return control->min;
    const int64_t v = value < control->max ? value : control->max;
    /* The distance may be more than an int64_t holds. */
    return v - (int64_t)(((uint64_t)v - (uint64_t)control->min) % (uint64_t)control->step);
}

bool control_accepts(const struct control *control, int64_t value)
{
    return value >= control->min && value <= control->max && on_grid(control, value) == value;
}

/* The options that can be shown, without doubles; value and fallback, which are places, move along.
 * The caller frees them. */
static control_text *copy_options(const struct control *control, struct control *copy)
{
    const unsigned most =
        control->n_options < CONTROL_OPTIONS_MAX ? control->n_options : CONTROL_OPTIONS_MAX;
    control_text *options = mem_new_array(control_text, most ? most : 1);
    copy->options = (const control_text *)options;
    copy->n_options = 0;
    copy->value = copy->fallback = -1;
    for (unsigned i = 0; i < control->n_options && copy->n_options < most; i++) {
        const char *text = control->options[i];
        if (!text_is_name(text, CONTROL_NAME_MAX) || control_option(copy, text) >= 0)
            continue;
        if (control->value == i)
            copy->value = copy->n_options;
        if (control->fallback == i)
            copy->fallback = copy->n_options;
        memcpy(options[copy->n_options++], text, sizeof(control_text));
    }
    return options;
}

static int check(struct control *copy)
{
    if (copy->type != CONTROL_INT) {
        copy->min = 0;
        copy->max = copy->type == CONTROL_BOOL ? 1 : (int64_t)copy->n_options - 1;
        copy->step = 1;
    }
    if (copy->step < 1)
        copy->step = 1;
    if (copy->type == CONTROL_MENU && copy->value < 0)
        return -EINVAL;
    if (copy->type == CONTROL_MENU && copy->fallback < 0)
        copy->fallback = copy->value;
    if (copy->min > copy->max)
        return -EINVAL;
    return 0;
}

int controls_add(struct controls *controls, const struct control *control)
{
    if (controls->count == CONTROLS_MAX)
        return -ENOSPC;
    unsigned slot = is_name(control->name) ? find_slot(controls, control->name) : 0;
    if (!is_name(control->name) || controls->slots[slot])
        return -EINVAL;
    struct control copy = *control;
    control_text *options = NULL;
    if (!text_is_name(copy.group, CONTROL_NAME_MAX))
        copy.group[0] = '\0';
    if (!is_name(copy.automatic))
        copy.automatic[0] = '\0';
    copy.n_options = 0;
    copy.options = NULL;
    if (copy.type == CONTROL_MENU)
        options = copy_options(control, &copy);
    int r = check(&copy);
    if (r < 0) {
        mem_free(options);
        return r;
    }
    if (!controls->list)
        controls->list = mem_new_array(struct control, CONTROLS_MAX);
    if (!control_accepts(&copy, copy.value))
        controls->impossible |= UINT64_C(1) << controls->count;
    copy.fallback = on_grid(&copy, copy.fallback);
    copy.value = on_grid(&copy, copy.value);
    controls->list[controls->count] = copy;
    controls->slots[slot] = (uint8_t)++controls->count;
    return (int)controls->count - 1;
}

void controls_finish(struct controls *controls)
{
    for (unsigned i = 0; i < controls->count; i++)
        mem_free((void *)(uintptr_t)controls->list[i].options);
    mem_free(controls->list);
    *controls = (struct controls){0};
}

void controls_copy(struct controls *ret_copy, const struct controls *controls)
{
    *ret_copy = (struct controls){0};
    for (unsigned i = 0; i < controls->count; i++) {
        int place = controls_add(ret_copy, &controls->list[i]);
        (void)place; /* cannot fail: the control was in a list before */
    }
    ret_copy->impossible = controls->impossible;
}

/* --- Values. --- */

uint64_t controls_update(struct controls *controls, const struct control_values *values)
{
    uint64_t changed = 0;
    for (uint64_t left = values->mask; left; left &= left - 1) {
        const unsigned i = (unsigned)__builtin_ctzll(left);
        if (i >= controls->count || !control_accepts(&controls->list[i], values->of[i]) ||
            controls->list[i].value == values->of[i])
            continue;
        controls->list[i].value = values->of[i];
        changed |= UINT64_C(1) << i;
    }
    return changed;
}

void controls_defaults(const struct controls *controls, struct control_values *ret_values)
{
    ret_values->mask = 0;
    for (unsigned i = 0; i < controls->count; i++)
        control_values_put(ret_values, i, controls->list[i].fallback);
}
