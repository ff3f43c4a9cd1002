/* Frames at no more than a given rate. Pure; time is that of the frames. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct pace {
    int64_t due_us; /* when the next frame may pass */
};

/* True if the frame that arrived then passes. max_fps 0: every frame does. Rates up to a quarter
 * above max_fps pass whole: a camera's rate is never exactly the requested one, and a frame dropped
 * now and then would be visible. */
bool pace_take(struct pace *pace, unsigned max_fps, int64_t arrival_us);
