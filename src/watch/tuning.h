/* The detector's figures, one set for each profile. They were measured together on labelled
 * sequences (docs/decisions/motion.md): a change to one is measured again with bench/motion. */
#pragma once
#include "watch/model.h"
#include "watch/settings.h"
#include "watch/track.h"

/* Areas in cells of a grid of TUNING_CELLS; other grids scale them. */
enum { TUNING_CELLS = 4800 };

struct detector_tuning {
    struct model_tuning model;
    struct track_tuning track;

    int row_levels;       /* what a band of flicker may differ from the picture */
    int mean_levels;      /* residuals are clipped to it for the mean around a cell */
    unsigned mean_radius; /* cells */
    float lamp_levels;    /* by which it becomes brighter around a cell that a lamp lights */
    float lamp_min;       /* part of all cells that a lamp lights */
    float lamp_part;      /* of the cells that it lights may look like a figure */
    int shake_levels;     /* residuals beyond it are things and not trembling */
    float shake_weight;   /* by how much trembling raises the thresholds */
    float flash_levels;   /* a jump of the whole picture's brightness beyond it, */
    float flash_part;     /* or more than this part of all cells on: the light has changed */
    float flash_s;        /* and so long nothing is said */

    unsigned stir_neighbours; /* that each cell of such a blob has */
    unsigned stir_cells;      /* a blob in one picture: worth a closer look */
    unsigned blob_cells;      /* a blob in two of three pictures: something moves */
    unsigned track_cells;     /* a blob that a track follows */
    unsigned burst_cells;     /* a blob in one picture that is so large, */
    float burst_ratio;        /* and so many times what is usual: something moves fast */
    float burst_s;            /* over which "usual" is the mean */
};

extern const struct detector_tuning detector_tunings[]; /* by enum watch_profile; immutable */
