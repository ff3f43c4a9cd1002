/* The usual appearance of each cell of a scene: its mean log-luma, its deviation, and a gain that
 * rises where deviations are so frequent that they mean nothing (leaves, a screen, a flag), so that
 * all cells have the same low rate of false alarms (CFAR). Pure; any thread.
 *
 * Time is given with each picture: the constants are seconds, independent of the frame rate. */
#pragma once
#include <stdint.h>

enum { MODEL_GAIN_ONE = 256 };

struct model_tuning {
    float background_s; /* time constant of the mean without a detection */
    float foreground_s; /* and under a detection: long, for people who stand still */
    float deviation_s;  /* of the deviation; twice that under a detection */
    float spread;       /* the threshold: this many deviations, plus */
    float floor_levels; /* this many levels, plus */
    float noise;        /* this many times the picture's median residual */
    float gain_max;     /* 1: gains are off */
    float gain_rise_s;  /* in which the gain of a cell that is always on grows by e */
    float target;       /* part of the time that a cell may be on before its gain rises */
};

struct model {
    const struct model_tuning *tuning;
    unsigned count;      /* cells */
    int32_t *mean;       /* 1/32 level x 256 */
    int32_t *deviation;  /* 1/32 level x 256 */
    int32_t *gain;       /* MODEL_GAIN_ONE x 256 = unchanged thresholds */
    int16_t *background; /* the mean in 1/32 levels */
    int32_t *threshold;  /* of the picture compared last, 1/32 levels */
};

void model_init(struct model *model, const struct model_tuning *tuning, unsigned count);
void model_finish(struct model *model); /* also a zeroed one */

/* Adopts the picture as the background. */
void model_learn(struct model *model, const int16_t *levels);

/* Moves halfway to the picture, after the light has changed. */
void model_learn_half(struct model *model, const int16_t *levels);

/* Sets on[i] to 1 if the residual is above the cell's threshold, else 0, and returns how many
 * are. scale: MODEL_GAIN_ONE = unchanged thresholds. */
unsigned model_compare(const struct model *model, const int16_t *residual, unsigned scale,
                       uint8_t *on);

/* Follows the picture, according to the time since the previous one. */
void model_follow(struct model *model, const int16_t *levels, const int16_t *residual,
                  const uint8_t *on, int64_t elapsed_us);
