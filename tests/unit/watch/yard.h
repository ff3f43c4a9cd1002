/* A yard that is drawn, for the detector's tests and measurements: a background, weather, light,
 * a camera's faults, and figures that pass, with the times at which they are in the picture.
 * Coordinates and speeds are pixels of a 640x480 picture, for every size drawn. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { YARD_FPS = 10, YARD_PASSES_MAX = 16 };

struct yard_pass {
    float start_s, end_s;
    float x, y, width, height, speed, contrast; /* speed < 0: from right to left */
    float stop_s;                               /* stands still for so long halfway */
};

struct yard_kind {
    const char *name;
    float noise, row_noise; /* standard deviations, levels */
    float gain;             /* 0 = 1 */
    float hunting, flicker; /* parts of the brightness */
    float clouds;
    bool steps, lamp, infrared; /* light that changes at once, everywhere and in a part */
    unsigned rain, snow;        /* drops and flakes in a picture */
    float sway, shake;          /* pixels */
    unsigned passes;
    float pass_every_s;
    struct yard_pass pass; /* their size and so on; varied a little */
    bool lamp_with_pass;   /* a lamp goes on as they come */
};

extern const struct yard_kind yard_kinds[]; /* the last has no name */

struct yard;

/* width: 640 at most; the height follows. */
struct yard *yard_create(const struct yard_kind *kind, unsigned width);
void yard_destroy(struct yard *yard);

/* The next picture, width x width * 3/4; borrowed until the next call. */
const uint8_t *yard_draw(struct yard *yard);

/* Those that will pass, in order of time. */
const struct yard_pass *yard_passes(const struct yard *yard, unsigned *ret_count);
