/* The controls of a camera, as its source describes them, and values for them. Every value is a
 * number inside: a bool is 0 or 1, a menu's is its option's place. A control is known by its place
 * in the list, by its name only at the edges (camera/control_json.h). Plain data; any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONTROLS_MAX = 64, /* of one camera; a set of them is a bit mask */
    CONTROL_OPTIONS_MAX = 64,
    CONTROL_NAME_MAX = 32, /* bytes; of groups and options, too */
};

enum control_type { CONTROL_INT, CONTROL_BOOL, CONTROL_MENU };

typedef char control_text[CONTROL_NAME_MAX + 1];

struct control {
    enum control_type type;
    control_text name; /* [a-z0-9_], unique */
    control_text group;
    control_text automatic; /* the bool that, while true, overrides this control; or "" */
    int64_t min, max, step; /* of a bool 0, 1, 1; of a menu 0, n_options - 1, 1 */
    int64_t fallback, value;
    unsigned n_options;
    const control_text *options; /* owned by the list; unique within a menu */
};

/* A list of controls: zero is empty. */
struct controls {
    unsigned count;
    struct control *list;
    uint8_t slots[2 * CONTROLS_MAX]; /* by the names' hashes: place + 1, 0 = free */
    uint64_t impossible;             /* a bit for each control described with an invalid value */
};

/* Values for some controls: a bit of the mask for each that has one. */
struct control_values {
    uint64_t mask;
    int64_t of[CONTROLS_MAX];
};

void control_values_put(struct control_values *values, unsigned i, int64_t value);
/* Values in from replace those in values. */
void control_values_merge(struct control_values *values, const struct control_values *from);

/* Adds a copy. min, max and step of a bool or menu are ignored; options are copied, except those
 * that are empty, unprintable or duplicates. A default or value that is not allowed is rounded down
 * to the nearest allowed one, or up to the minimum. Returns its place; -EINVAL: no name, a
 * duplicate, an empty range or a menu without options; -ENOSPC. */
int controls_add(struct controls *controls, const struct control *control);
void controls_finish(struct controls *controls);
void controls_copy(struct controls *ret_copy, const struct controls *controls);

/* The place of the control with this name; -ENOENT. */
int controls_find(const struct controls *controls, const char *name);
/* The place of a menu's option; -ENOENT. */
int control_option(const struct control *control, const char *text);

/* True if the control allows this value. */
bool control_accepts(const struct control *control, int64_t value);

/* Adopts the values that are allowed; returns the bits of those that changed. */
uint64_t controls_update(struct controls *controls, const struct control_values *values);

/* The controls' default values. */
void controls_defaults(const struct controls *controls, struct control_values *ret_values);
