/* What each cell of a scene usually looks like: its mean log-luma, how far it strays from it, and a
 * gain that rises where it strays so often that it says nothing (leaves, a screen, a flag), so that
 * every cell raises as few false alarms (CFAR: constant false alarm rate). Pure; any thread.
 *
 * Time is given with each picture: the constants are seconds, whatever the frame rate is. */
#pragma once
#include <stdint.h>

enum { MODEL_GAIN_ONE = 256 };

struct model_tuning {
    float background_s; /* time constant of the mean while nothing is seen */
    float foreground_s; /* and under what is seen: long, for people who stand still */
    float deviation_s;  /* of the deviation; twice that under what is seen */
    float spread;       /* the threshold: so many deviations, plus */
    float floor_levels; /* so many levels, plus */
    float noise;        /* so many times the picture's median residual */
    float gain_max;     /* 1: gains are off */
    float gain_rise_s;  /* in which the gain of a cell that is always on grows by e */
    float target;       /* part of the time that a cell may be on before its gain rises */
};

struct model {
    const struct model_tuning *tuning;
    unsigned count;      /* cells */
    int32_t *mean;       /* 1/32 level x 256 */
    int32_t *deviation;  /* 1/32 level x 256 */
    int32_t *gain;       /* MODEL_GAIN_ONE x 256 = thresholds as they are */
    int16_t *background; /* the mean in 1/32 levels */
    int32_t *threshold;  /* of the picture compared last, 1/32 levels */
};

void model_init(struct model *model, const struct model_tuning *tuning, unsigned count);
void model_finish(struct model *model); /* a zeroed one too */

/* Takes the picture for the scene. */
void model_learn(struct model *model, const int16_t *levels);

/* Takes half of the difference to the picture: after the light has changed. */
void model_learn_half(struct model *model, const int16_t *levels);

/* Sets on[i] to 1 where the residual is above the cell's threshold, else 0, and returns how many
 * are. scale: MODEL_GAIN_ONE = thresholds as they are. */
unsigned model_compare(const struct model *model, const int16_t *residual, unsigned scale,
                       uint8_t *on);

/* Follows the picture by the time that passed since the one before. */
void model_follow(struct model *model, const int16_t *levels, const int16_t *residual,
                  const uint8_t *on, int64_t elapsed_us);
