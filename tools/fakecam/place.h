/* The scene of a mock camera: a house with its garden, a sky that follows the
 * time of day, leaves in the wind, and passers-by at known times. What does not belong here:
 * captions, noise, barcode (scene.h), shapes (canvas.h). Pure functions of their arguments; one
 * thread. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "tools/fakecam/canvas.h"

struct place {
    uint64_t seed;         /* each seed draws another house */
    int64_t day_us;        /* length of a day; 0 = a real day */
    int64_t day_offset_us; /* added to the time of day */
};

/* How long a background is valid, because the sky changes. */
int64_t place_background_us(const struct place *place);

/* The same for the same id. */
uint64_t place_seed(const char *id);

/* Microseconds since the place's midnight; local time if its day is a real one. */
int64_t place_time_of_day_us(const struct place *place, int64_t wall_us);

/* At most one passer-by in each slot of PLACE_SLOT_S. */
enum { PLACE_SLOT_S = 40 };
struct place_walk {
    int64_t begin_us, end_us; /* wall clock: when they enter and leave the picture */
    bool leftward;
    uint32_t who; /* their clothes */
};
/* False: no passer-by in this slot (slot: wall clock / PLACE_SLOT_S). */
bool place_walk_at(const struct place *place, int64_t slot, struct place_walk *ret_walk);

/* Everything that does not change for place_background_us. The canvas's tone is applied last. */
void place_draw_background(const struct place *place, int64_t wall_us, struct canvas *canvas);
/* Leaves and passers-by, over a copy of the background. */
void place_draw(const struct place *place, int64_t wall_us, struct canvas *canvas);
