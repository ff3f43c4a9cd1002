/* The scene in front of a camera: its usual appearance, and which cells of a picture differ from it
 * more than light, noise and a shaking camera explain. Pure except for its memory. */
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
    bool paused;        /* that was too long for a movement to continue */
    int overall;        /* brightness against the background, 1/32 levels */
    unsigned lit; /* the largest number of cells, in the last second, where the light jumped */
    int64_t lit_until_us;
    float trembling; /* cells */
};

void scene_init(struct scene *scene, const struct detector_tuning *tuning);
void scene_finish(struct scene *scene);

/* Changes the parameters; the model is kept. */
void scene_set(struct scene *scene, const struct detector_tuning *tuning);

/* Sets the grid for planes of this size; true if it changed, which restarts learning. */
bool scene_fit(struct scene *scene, unsigned plane_width, unsigned plane_height);

/* The number of cells where a lamp was switched in the last second; 0 = none. */
unsigned scene_lamp_cells(const struct scene *scene);

/* Analyses a picture of the size given to scene_fit and learns from it. True: on and residual have
 * the differences. False: the scene is new or the light has changed, and nothing is known.
 * scale: of the thresholds, MODEL_GAIN_ONE = unchanged. */
bool scene_look(struct scene *scene, const struct watch_plane *plane, int64_t now_us,
                unsigned scale);
