/* What a mock device announces: names, sizes, controls. What does not belong here: what it does
 * (camera.h). One thread. */
#pragma once
#include "device/agent.h"
#include "tools/fakecam/mjpeg.h"
#include "tools/fakecam/options.h"

enum model_control {
    MODEL_BRIGHTNESS,
    MODEL_CONTRAST,
    MODEL_SATURATION,
    MODEL_MIRROR,
    MODEL_FLIP,
    MODEL_EFFECT, /* its values are those of enum tone_effect */
    MODEL_EXPOSURE_AUTO,
    MODEL_EXPOSURE,
    MODEL_QUALITY,
    MODEL_CONTROL_COUNT
};

enum { MODEL_MAX_SIZES = 9 };

struct model {
    char id[33], name[80];
    struct agent_size sizes[MODEL_MAX_SIZES];
    struct agent_control controls[MODEL_CONTROL_COUNT];
    struct agent_params params; /* refers to the members above: do not move the model */
};

/* number: from 1; 0 if the device has the id without a number. mjpeg: sent instead of drawn
 * pictures, or NULL; with it there is one size and no control. options is borrowed for the model's
 * lifetime. */
void model_init(struct model *model, const struct options *options, const struct mjpeg *mjpeg,
                unsigned number);
