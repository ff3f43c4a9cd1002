/* The scene in front of a camera: what it usually looks like, and which cells of a picture differ
 * from that beyond what light, noise and a trembling camera explain. Pure but for its memory. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "watch/light.h"
#include "watch/model.h"
#include "watch/plane.h"
#include "watch/tuning.h"

struct scene {
    const struct detector_tuning *tuning;
    struct light_curve curve;
    unsigned plane_width, plane_height;
    struct grid grid;
    unsigned count; /* of cells; 0: nothing to watch yet */
    bool begun;     /* a picture was learned */
    struct model model;
    uint8_t *on;       /* 1 where the latest picture differs */
    int16_t *residual; /* by how much, 1/32 levels */

    uint8_t *cells;
    int16_t *levels, *plain, *around, *scratch; /* around: the mean around each cell */
    int32_t *columns;

    int64_t last_us, new_until_us, flash_until_us;
    int64_t elapsed_us; /* between the latest two pictures */
    bool paused;        /* that was too long for a movement to span it */
    int overall;        /* brightness against the background, 1/32 levels */
    unsigned lit;       /* the most cells within the last second around which the light jumped */
    int64_t lit_until_us;
    float trembling; /* cells */
};

void scene_init(struct scene *scene, const struct detector_tuning *tuning);
void scene_finish(struct scene *scene);

/* Takes other figures; what was learned is kept. */
void scene_set(struct scene *scene, const struct detector_tuning *tuning);

/* The grid for planes of this size; true when it is another one than before, which begins anew. */
bool scene_fit(struct scene *scene, unsigned plane_width, unsigned plane_height);

/* How many cells a lamp lit or left dark within the last second; 0: there was none. */
unsigned scene_lamp_cells(const struct scene *scene);

/* Looks at a picture of the size that scene_fit was given and learns from it. True: on and residual
 * say what differs. False: the scene is new or the light has changed, and nothing is known.
 * scale: of the thresholds, MODEL_GAIN_ONE = as they are. */
bool scene_look(struct scene *scene, const struct watch_plane *plane, int64_t now_us,
                unsigned scale);
