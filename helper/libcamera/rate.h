/* Decisions over time, as pure functions: which frames of a fast stream make up a slower one, and
 * when a picture is good enough for a still. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* When the next frame is due; zero for a stream that has just started. */
struct rate {
    int64_t due_us;
};

/* True for a frame that is to be shown at fps. Jitter of a quarter of an interval is tolerated, 15
 * ms at most, and lost frames are not made up for. */
static inline bool rate_takes(struct rate *rate, int64_t captured_us, uint32_t fps)
{
    const int64_t interval_us = 1000000 / fps;
    const int64_t slack_us = interval_us < 60000 ? interval_us / 4 : 15000;
    if (captured_us < rate->due_us - slack_us && captured_us > rate->due_us - 2 * interval_us)
        return false;
    const bool is_late =
        captured_us > rate->due_us + interval_us || captured_us < rate->due_us - interval_us;
    rate->due_us = (is_late ? captured_us : rate->due_us) + interval_us;
    return true;
}

/* A still is the first picture after n whose exposure the camera reports as settled; if it never
 * reports that, after some more frames. Time and number are limited in any case. */
enum { RATE_STILL_SKIP = 3, RATE_STILL_UNRATED = 8, RATE_STILL_FRAMES = 30 };
#define RATE_STILL_US INT64_C(3000000)

static inline bool rate_is_still(uint32_t n, bool is_rated, bool is_settled, int64_t since_us)
{
    if (n >= RATE_STILL_FRAMES || since_us >= RATE_STILL_US)
        return true;
    return n >= RATE_STILL_SKIP && (is_rated ? is_settled : n >= RATE_STILL_UNRATED);
}
