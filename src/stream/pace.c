#include "stream/pace.h"

#include "base/clock.h"

static const int64_t MAX_SLACK_US = 10 * US_PER_MS;

static int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool pace_take(struct pace *pace, unsigned max_fps, int64_t arrival_us)
{
    if (max_fps == 0)
        return true;
    const int64_t interval_us = US_PER_S / max_fps;
    if (arrival_us < pace->due_us - min(interval_us / 4, MAX_SLACK_US))
        return false;
    /* On the grid of the due times, so that the mean is right, unless it fell behind. */
    const bool is_late = arrival_us - pace->due_us > interval_us;
    pace->due_us = is_late ? arrival_us + interval_us : min(pace->due_us, arrival_us) + interval_us;
    return true;
}
