#include "camera/clockmap.h"

#include "base/clock.h"

enum { MAX_AGE_S = 10 };

void clockmap_add(struct clockmap *map, int64_t asked_us, int64_t answered_us, int64_t device_us)
{
    int64_t trip_us = answered_us - asked_us;
    if (trip_us < 0 || trip_us > MAX_AGE_S * US_PER_S || device_us < 0)
        return;
    map->samples[map->count++ % CLOCKMAP_SAMPLES] = (struct clockmap_sample){
        .offset_us = asked_us + trip_us / 2 - device_us, .trip_us = trip_us};
}

int64_t clockmap_to_server(struct clockmap *map, int64_t device_us, int64_t arrival_us)
{
    unsigned n = map->count < CLOCKMAP_SAMPLES ? map->count : CLOCKMAP_SAMPLES;
    if (n == 0 || device_us < 0)
        return arrival_us;
    const struct clockmap_sample *best = &map->samples[0];
    for (unsigned i = 1; i < n; i++)
        if (map->samples[i].trip_us < best->trip_us)
            best = &map->samples[i];

    /* Half a trip is the error that the exchange allows: that much in the future is still the
     * present. */
    int64_t captured_us = device_us + best->offset_us;
    if (captured_us > arrival_us + best->trip_us ||
        captured_us < arrival_us - MAX_AGE_S * US_PER_S) {
        *map = (struct clockmap){0};
        return arrival_us;
    }
    return captured_us < arrival_us ? captured_us : arrival_us;
}
