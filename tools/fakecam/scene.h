/* What the mock camera sees: a place; or a gradient and a moving red circle with name, clock and
 * frame number; or what a motion script says. Pure functions. What does not belong here: encoding
 * (studio.h). One thread. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "tools/fakecam/canvas.h"
#include "tools/fakecam/motion.h"
#include "tools/fakecam/place.h"

/* The sensor's settings. */
struct scene_look {
    uint16_t width, height;
    struct tone_look tone;
    bool mirror, flip;
    bool still; /* marks the picture as a still */
};

struct noise {
    int8_t *samples; /* NULL = none */
    uint64_t seed;
};

/* Gaussian noise of the given sigma (in steps of luma), the same for the same seed. */
void noise_init(struct noise *noise, double sigma, uint64_t seed);
void noise_finish(struct noise *noise);

struct scene {
    const char *name;            /* borrowed */
    const struct motion *motion; /* borrowed; NULL: none */
    const struct place *place;   /* borrowed; NULL, or with a motion script: the gradient */
    int script_width, script_height;
    bool barcode;
    struct noise noise;
};

struct scene_moment {
    int64_t wall_us;   /* the clock, the barcode and the circle's place come from it */
    int64_t motion_us; /* since the motion script's start */
    uint32_t number;   /* of the frame */
};

struct scene_circle {
    int x, y, radius; /* pixels */
};

/* The circle's position in a picture that is neither mirrored nor flipped: on an ellipse around the
 * centre, once in 4 s of wall clock. x = w (0.5 + 0.35 sin a), y = h (0.5 + 0.2 cos a), radius h /
 * 10, a = 2 pi t / 4 s. */
struct scene_circle scene_circle_at(int width, int height, int64_t wall_us);

/* The part that does not move until the wall clock passes the time returned; the canvas's tone is
 * set from the look. */
int64_t scene_draw_background(const struct scene *scene, const struct scene_look *look,
                              int64_t wall_us, struct canvas *canvas);

/* Everything else, over a copy of the background with its tone. */
void scene_draw(const struct scene *scene, const struct scene_look *look,
                const struct scene_moment *moment, struct canvas *canvas);
