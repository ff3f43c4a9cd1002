/* The same scene as a camera would give it that makes no JPEG. */
#pragma once
#include "media/raw.h"
#include "scene.h"

/* CPU a frame, ms, from the driver's pixels to the access unit by the default encoder; RAW_NONE:
 * from the JPEG. The cheapest of so many repeats counts. */
double inputs_cpu_ms(const struct scene *scene, enum raw_format format, unsigned repeat);
