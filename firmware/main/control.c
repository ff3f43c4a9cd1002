#include "firmware/main/control.h"

enum { SENSOR_WORST = 63, SENSOR_BEST = 4 };

const struct agent_control control_table[CONTROL_COUNT] = {
    [CONTROL_BRIGHTNESS] = {.name = "brightness", .group = "image", .min = -2, .max = 2, .step = 1},
    [CONTROL_CONTRAST] = {.name = "contrast", .group = "image", .min = -2, .max = 2, .step = 1},
    [CONTROL_SATURATION] = {.name = "saturation", .group = "image", .min = -2, .max = 2, .step = 1},
    [CONTROL_MIRROR] = {.name = "mirror", .group = "image", .is_bool = true, .max = 1, .step = 1},
    [CONTROL_FLIP] = {.name = "flip", .group = "image", .is_bool = true, .max = 1, .step = 1},
    [CONTROL_QUALITY] =
        {.name = "quality", .group = "jpeg", .min = 1, .max = 100, .step = 1, .preset = 85},
};

int control_sensor_quality(int quality)
{
    if (quality < 1)
        quality = 1;
    if (quality > 100)
        quality = 100;
    return SENSOR_WORST - ((quality - 1) * (SENSOR_WORST - SENSOR_BEST) + 49) / 99;
}
