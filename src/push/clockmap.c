#include "push/clockmap.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

enum { MAX_AGE_S = 10 };

/* More than two clocks drift apart between the oldest sample and the newest. */
enum { MAX_DRIFT_US = 100 * 1000 };

/* The sample of the shortest round trip, NULL if there is none. */
static const struct clockmap_sample *best_of(const struct clockmap *map)
{
    unsigned n = map->count < CLOCKMAP_SAMPLES ? map->count : CLOCKMAP_SAMPLES;
    const struct clockmap_sample *best = n ? &map->samples[0] : NULL;
    for (unsigned i = 1; i < n; i++)
        if (map->samples[i].trip_us < best->trip_us)
            best = &map->samples[i];
    return best;
}

/* True if no offset and no drift explains both. */
static bool contradict(const struct clockmap_sample *a, const struct clockmap_sample *b)
{
    int64_t apart_us;
    if (__builtin_sub_overflow(a->offset_us, b->offset_us, &apart_us))
        return true;
    int64_t allowed_us = (a->trip_us + b->trip_us) / 2 + MAX_DRIFT_US;
    return apart_us > allowed_us || apart_us < -allowed_us;
}

void clockmap_add(struct clockmap *map, int64_t asked_us, int64_t answered_us, int64_t device_us)
{
    int64_t trip_us = answered_us - asked_us;
    if (trip_us < 0 || trip_us > MAX_AGE_S * US_PER_S || device_us < 0)
        return;
    struct clockmap_sample sample = {.offset_us = asked_us + trip_us / 2 - device_us,
                                     .trip_us = trip_us};
    const struct clockmap_sample *best = best_of(map);
    if (best && contradict(best, &sample))
        *map = (struct clockmap){0};
    map->samples[map->count++ % CLOCKMAP_SAMPLES] = sample;
}

int64_t clockmap_to_server(struct clockmap *map, int64_t device_us, int64_t arrival_us)
{
    const struct clockmap_sample *best = best_of(map);
    int64_t captured_us;
    if (!best || device_us < 0)
        return arrival_us;
    /* Half a round trip is the error of the exchange: a time that far in the future still counts as
     * now. */
    if (__builtin_add_overflow(device_us, best->offset_us, &captured_us) ||
        captured_us > arrival_us + best->trip_us ||
        captured_us < arrival_us - MAX_AGE_S * US_PER_S) {
        *map = (struct clockmap){0};
        return arrival_us;
    }
    return captured_us < arrival_us ? captured_us : arrival_us;
}
