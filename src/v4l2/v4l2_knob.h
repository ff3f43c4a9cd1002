/* The kernel's controls of a camera, and what of them its owner may set. This half is pure: from
 * the kernel's descriptions to ours. Asking and setting lies in v4l2/v4l2_knob_device.c; how
 * it looks as JSON in v4l2/v4l2_schema.c. Plain data. API: Linux kernel, "User Controls" and
 * "Camera Control Reference". */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "camera/control.h"

struct v4l2_query_ext_ctrl;

enum {
    V4L2_STREAM_KNOBS = 3, /* format, size and fps, which are no controls of the kernel */
    V4L2_KNOBS_MAX = CONTROLS_MAX - V4L2_STREAM_KNOBS,
    V4L2_OPTIONS_MAX = 32,
    V4L2_NAME_MAX = 32,
};

enum v4l2_knob_type { V4L2_KNOB_INT, V4L2_KNOB_BOOL, V4L2_KNOB_MENU };

struct v4l2_knob {
    uint32_t cid; /* V4L2_CID_… */
    enum v4l2_knob_type type;
    bool is_wide;                 /* 64 bit in the kernel */
    char name[V4L2_NAME_MAX + 1]; /* [a-z0-9_], one of a kind */
    const char *group;            /* static */
    int64_t min, max, step, fallback, value;
    int error; /* with which the driver refused the value that is wanted; 0 = it did not */
    /* A bool that the kernel has as a menu (exposure): these stand for false and true. */
    int64_t off_value, on_value;
    int automatic; /* index of the bool that takes this one over while it is true; -1: none */
    struct v4l2_option {
        int64_t value;
        char text[V4L2_NAME_MAX + 1]; /* one of a kind in its menu */
    } options[V4L2_OPTIONS_MAX];
    unsigned n_options;
};

struct v4l2_knobs {
    struct v4l2_knob list[V4L2_KNOBS_MAX];
    unsigned count;
};

/* Adds what the kernel describes, its value yet unknown, and returns it; NULL: not for the owner
 * (disabled, read-only, write-only, a button, a heading, an array), or the list is full. A menu
 * wants its options next. */
struct v4l2_knob *v4l2_knobs_add(struct v4l2_knobs *knobs, const struct v4l2_query_ext_ctrl *query);

/* One option of a menu; a text that is empty or a double gives way to the value. */
void v4l2_knob_add_option(struct v4l2_knob *knob, int64_t value, const char *text);

/* When all are there: menus without a choice go, exposure becomes a switch, and whoever has an
 * automatism gets to know it. */
void v4l2_knobs_complete(struct v4l2_knobs *knobs);

/* Between the kernel's value and ours: they differ for a switch that is a menu there. */
int64_t v4l2_knob_from_kernel(const struct v4l2_knob *knob, int64_t value);
int64_t v4l2_knob_to_kernel(const struct v4l2_knob *knob, int64_t value);

/* True while its automatism has it. */
bool v4l2_knob_is_taken(const struct v4l2_knobs *knobs, const struct v4l2_knob *knob);

/* --- Asking and setting: blocks on the driver, which may take seconds for each control. --- */

/* Looked at between two controls: false, and what is left is not asked or set any more. */
struct v4l2_patience {
    bool (*lasts)(void *ctx);
    void *ctx;
};

void v4l2_knobs_read(int fd, const struct v4l2_patience *patience, struct v4l2_knobs *ret_knobs);

/* What the owner wants of each control of the list, where anything. */
struct v4l2_wanted {
    bool is_set[V4L2_KNOBS_MAX];
    int64_t values[V4L2_KNOBS_MAX];
};

/* Reads what is in force and sets what is wanted and differs, switches first; says of each what the
 * driver refused. What an automatism has is left to it until it is switched off. Returns how many
 * were set. */
unsigned v4l2_knobs_apply(int fd, const struct v4l2_patience *patience, struct v4l2_knobs *knobs,
                          const struct v4l2_wanted *wanted);
