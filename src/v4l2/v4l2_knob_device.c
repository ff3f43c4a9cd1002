/* The controls of a real device. */
#include <linux/videodev2.h>
#include <stdio.h>

#include "v4l2/v4l2_device.h"
#include "v4l2/v4l2_knob.h"

static bool lasts(const struct v4l2_patience *patience)
{
    return patience->lasts(patience->ctx);
}

enum { ASKED_MAX = 512 }; /* no driver describes this many; a list that never ends is abandoned */

static void read_options(int fd, const struct v4l2_patience *patience, struct v4l2_knob *knob,
                         bool is_integer_menu)
{
    for (int64_t i = knob->min; i <= knob->max && i - knob->min < ASKED_MAX && lasts(patience);
         i++) {
        struct v4l2_querymenu menu = {.id = knob->cid, .index = (uint32_t)i};
        char text[V4L2_NAME_MAX + 1];
        if (v4l2_ioctl(fd, VIDIOC_QUERYMENU, &menu) < 0)
            continue; /* a gap */
        if (is_integer_menu)
            snprintf(text, sizeof(text), "%lld", (long long)menu.value);
        else
            snprintf(text, sizeof(text), "%.*s", (int)sizeof(menu.name), (const char *)menu.name);
        v4l2_knob_add_option(knob, i, text);
    }
}

static void read_value(int fd, struct v4l2_knob *knob)
{
    struct v4l2_ext_control c = {.id = knob->cid};
    struct v4l2_ext_controls all = {.which = V4L2_CTRL_WHICH_CUR_VAL, .count = 1, .controls = &c};
    if (v4l2_ioctl(fd, VIDIOC_G_EXT_CTRLS, &all) == 0)
        knob->value = v4l2_knob_from_kernel(knob, knob->is_wide ? c.value64 : c.value);
}

static void read_values(int fd, const struct v4l2_patience *patience, struct v4l2_knobs *knobs)
{
    for (unsigned i = 0; i < knobs->count && lasts(patience); i++)
        read_value(fd, &knobs->list[i]);
}

static int write_value(int fd, const struct v4l2_knob *knob, int64_t value)
{
    int64_t kernel_value = v4l2_knob_to_kernel(knob, value);
    struct v4l2_ext_control c = {.id = knob->cid};
    struct v4l2_ext_controls all = {.which = V4L2_CTRL_WHICH_CUR_VAL, .count = 1, .controls = &c};
    if (knob->is_wide)
        c.value64 = kernel_value;
    else
        c.value = (int32_t)kernel_value;
    return v4l2_ioctl(fd, VIDIOC_S_EXT_CTRLS, &all);
}

void v4l2_knobs_read(int fd, const struct v4l2_patience *patience, struct v4l2_knobs *ret_knobs)
{
    struct v4l2_query_ext_ctrl query = {.id = V4L2_CTRL_FLAG_NEXT_CTRL};
    ret_knobs->count = 0;
    for (unsigned i = 0; i < ASKED_MAX && lasts(patience); i++) {
        if (v4l2_ioctl(fd, VIDIOC_QUERY_EXT_CTRL, &query) < 0)
            break;
        struct v4l2_knob *knob = v4l2_knobs_add(ret_knobs, &query);
        if (knob && knob->type == V4L2_KNOB_MENU)
            read_options(fd, patience, knob, query.type == V4L2_CTRL_TYPE_INTEGER_MENU);
        query.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
    }
    v4l2_knobs_complete(ret_knobs);
    read_values(fd, patience, ret_knobs);
}

/* Of the switches or of all others. */
static void write_wanted(int fd, const struct v4l2_patience *patience, struct v4l2_knobs *knobs,
                         const struct v4l2_wanted *wanted, bool switches, unsigned *n_set)
{
    for (unsigned i = 0; i < knobs->count && lasts(patience); i++) {
        struct v4l2_knob *knob = &knobs->list[i];
        bool is_switch = knob->type == V4L2_KNOB_BOOL;
        if (is_switch != switches || !wanted->is_set[i] || wanted->values[i] == knob->value ||
            v4l2_knob_is_taken(knobs, knob))
            continue;
        knob->error = write_value(fd, knob, wanted->values[i]);
        if (knob->error < 0)
            continue;
        knob->error = 0;
        knob->value = wanted->values[i];
        ++*n_set;
    }
}

unsigned v4l2_knobs_apply(int fd, const struct v4l2_patience *patience, struct v4l2_knobs *knobs,
                          const struct v4l2_wanted *wanted)
{
    unsigned n_set = 0;
    for (unsigned i = 0; i < knobs->count; i++)
        knobs->list[i].error = 0;
    read_values(fd, patience, knobs); /* another program may have changed some */
    write_wanted(fd, patience, knobs, wanted, true, &n_set);
    write_wanted(fd, patience, knobs, wanted, false, &n_set);
    if (n_set) /* the driver may have rounded, and a switch changes others */
        read_values(fd, patience, knobs);
    return n_set;
}
