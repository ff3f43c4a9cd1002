/* The detector's parameters, one set for each profile. They were tuned together on labelled
 * sequences (docs/decisions/motion.md): measure any change with bench/motion. */
#pragma once
#include "watch/model.h"
#include "watch/settings.h"
#include "watch/track.h"

/* Areas in cells of a grid of TUNING_CELLS; other grids scale them. */
enum { TUNING_CELLS = 4800 };

struct detector_tuning {
    struct model_tuning model;
    struct track_tuning track;

    int row_levels;       /* how much a band of flicker may differ from the picture */
    int mean_levels;      /* residuals are clipped to it for the mean around a cell */
    unsigned mean_radius; /* cells */
    float lamp_levels;    /* increase of brightness around a cell lit by a lamp */
    float lamp_min;       /* the least part of all cells that a lamp lights */
    float lamp_part;      /* part of the lit cells that may look like a figure */
    int shake_levels;     /* residuals beyond it are objects, not shake */
    float shake_weight;   /* how much shake raises the thresholds */
    float flash_levels;   /* a jump of the whole picture's brightness beyond it, */
    float flash_part;     /* or more than this part of all cells on: the light has changed */
    float flash_s;        /* and nothing is reported for this long */

    unsigned stir_neighbours; /* of each cell of such a blob */
    unsigned stir_cells;      /* a blob in one picture: worth a closer look */
    unsigned blob_cells;      /* a blob in two of three pictures: something moves */
    unsigned track_cells;     /* a blob that a track follows */
    unsigned burst_cells;     /* a blob in one picture of this size, */
    float burst_ratio;        /* and this many times the usual one: something fast */
    float burst_s;            /* over which "usual" is the mean */
};

extern const struct detector_tuning detector_tunings[]; /* by enum watch_profile; immutable */
