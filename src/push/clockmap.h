/* Maps a device's clock to the server's, using the `time` exchange, and follows its drift.
 *
 * Of the last few exchanges the one with the shortest round trip is used: its error is at most half
 * of that round trip. An exchange that contradicts it means that the device's clock jumped: the map
 * starts over. Plain data; guarded by its owner. */
#pragma once
#include <stdint.h>

enum { CLOCKMAP_SAMPLES = 8 };

struct clockmap {
    struct clockmap_sample {
        int64_t offset_us; /* server minus device */
        int64_t trip_us;
    } samples[CLOCKMAP_SAMPLES];
    unsigned count; /* exchanges so far */
};

/* One exchange: the server asked at asked_us and got the answer at answered_us (its own clock);
 * device_us is the device's clock. Implausible values (answered before asked, a trip over 10 s) are
 * ignored. */
void clockmap_add(struct clockmap *map, int64_t asked_us, int64_t answered_us, int64_t device_us);

/* The device's time device_us on the server's clock: at most arrival_us and at least 10 s before
 * it. A time out of that range means that the device's clock jumped: the map is forgotten and
 * arrival_us returned, as without a map. */
int64_t clockmap_to_server(struct clockmap *map, int64_t device_us, int64_t arrival_us);
