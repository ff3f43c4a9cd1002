/* The controls that the firmware offers, and their values for a sensor. Pure; any thread. */
#pragma once
#include "device/agent.h"

enum control {
    CONTROL_BRIGHTNESS,
    CONTROL_CONTRAST,
    CONTROL_SATURATION,
    CONTROL_MIRROR,
    CONTROL_FLIP,
    CONTROL_QUALITY,
    CONTROL_COUNT,
};

extern const struct agent_control control_table[CONTROL_COUNT];

/* From 1 (smallest) .. 100 (best) to the sensor's scale, on which less is better: 63 .. 4. Below 4
 * the pictures outgrow the driver's frame buffers. Values outside are clamped. */
int control_sensor_quality(int quality);
