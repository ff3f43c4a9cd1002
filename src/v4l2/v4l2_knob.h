/* The kernel's controls of a camera, and which of them its owner may set. This half is pure: from
 * the kernel's descriptions to eyelid's. Reading and setting is in v4l2/v4l2_knob_device.c; their
 * form as JSON in v4l2/v4l2_schema.c. Plain data. API: Linux kernel, "User Controls" and "Camera
 * Control Reference". */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "camera/control.h"

struct v4l2_query_ext_ctrl;

enum {
    V4L2_STREAM_KNOBS = 3, /* format, size and fps, which are not kernel controls */
    V4L2_KNOBS_MAX = CONTROLS_MAX - V4L2_STREAM_KNOBS,
    V4L2_OPTIONS_MAX = 32,
    V4L2_NAME_MAX = 32,
};

enum v4l2_knob_type { V4L2_KNOB_INT, V4L2_KNOB_BOOL, V4L2_KNOB_MENU };

struct v4l2_knob {
    uint32_t cid; /* V4L2_CID_… */
    enum v4l2_knob_type type;
    bool is_wide;                 /* 64 bit in the kernel */
    char name[V4L2_NAME_MAX + 1]; /* [a-z0-9_], unique */
    const char *group;            /* static */
    int64_t min, max, step, fallback, value;
    int error; /* the errno with which the driver refused the wanted value; 0 = it did not */
    /* A bool that is a menu in the kernel (exposure): these stand for false and true. */
    int64_t off_value, on_value;
    int automatic; /* index of the bool that overrides this one while it is true; -1: none */
    struct v4l2_option {
        int64_t value;
        char text[V4L2_NAME_MAX + 1]; /* unique in its menu */
    } options[V4L2_OPTIONS_MAX];
    unsigned n_options;
};

struct v4l2_knobs {
    struct v4l2_knob list[V4L2_KNOBS_MAX];
    unsigned count;
};

/* Adds a control that the kernel describes, its value still unknown, and returns it; NULL: not for
 * the owner (disabled, read-only, write-only, a button, a heading, an array), or the list is full.
 * A menu needs its options next. */
struct v4l2_knob *v4l2_knobs_add(struct v4l2_knobs *knobs, const struct v4l2_query_ext_ctrl *query);

/* One option of a menu; an empty or duplicate text is replaced by the value. */
void v4l2_knob_add_option(struct v4l2_knob *knob, int64_t value, const char *text);

/* After all were added: menus without a choice are dropped, exposure becomes a switch, and controls
 * are linked to the switches that override them. */
void v4l2_knobs_complete(struct v4l2_knobs *knobs);

/* Converts between the kernel's value and eyelid's: they differ for a switch that is a menu
 * there. */
int64_t v4l2_knob_from_kernel(const struct v4l2_knob *knob, int64_t value);
int64_t v4l2_knob_to_kernel(const struct v4l2_knob *knob, int64_t value);

/* True while its automatic switch is on. */
bool v4l2_knob_is_taken(const struct v4l2_knobs *knobs, const struct v4l2_knob *knob);

/* --- Reading and setting: blocks on the driver, which may take seconds for each control. --- */

/* Checked between two controls: false ends reading and setting. */
struct v4l2_patience {
    bool (*lasts)(void *ctx);
    void *ctx;
};

void v4l2_knobs_read(int fd, const struct v4l2_patience *patience, struct v4l2_knobs *ret_knobs);

/* What the owner wants for each control of the list, if anything. */
struct v4l2_wanted {
    bool is_set[V4L2_KNOBS_MAX];
    int64_t values[V4L2_KNOBS_MAX];
};

/* Reads the values in force and sets wanted ones that differ, switches first; records what the
 * driver refused. An overridden control is left alone until its switch is off. Returns how many
 * were set. */
unsigned v4l2_knobs_apply(int fd, const struct v4l2_patience *patience, struct v4l2_knobs *knobs,
                          const struct v4l2_wanted *wanted);
