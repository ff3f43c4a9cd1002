#include "watch/model.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "watch/light.h"

enum { DEVIATION_FIRST = LIGHT_ONE << 8, DEVIATION_MIN = 8 << 8, NOISE_BINS = 64 };

void model_init(struct model *model, const struct model_tuning *tuning, unsigned count)
{
    *model = (struct model){.tuning = tuning,
                            .count = count,
                            .mean = mem_new_array(int32_t, count),
                            .deviation = mem_new_array(int32_t, count),
                            .gain = mem_new_array(int32_t, count),
                            .background = mem_new_array(int16_t, count),
                            .threshold = mem_new_array(int32_t, count)};
}

void model_finish(struct model *model)
{
    mem_free(model->mean);
    mem_free(model->deviation);
    mem_free(model->gain);
    mem_free(model->background);
    mem_free(model->threshold);
    *model = (struct model){0};
}

void model_learn(struct model *model, const int16_t *levels)
{
    for (unsigned i = 0; i < model->count; i++) {
        model->mean[i] = levels[i] * 256;
        model->background[i] = levels[i];
        model->deviation[i] = DEVIATION_FIRST;
        model->gain[i] = MODEL_GAIN_ONE << 8;
    }
}

void model_learn_half(struct model *model, const int16_t *levels)
{
    for (unsigned i = 0; i < model->count; i++) {
        model->mean[i] += (levels[i] * 256 - model->mean[i]) / 2;
        model->background[i] = (int16_t)(model->mean[i] >> 8);
    }
}

/* The median residual: the noise of this picture. 1/32 levels. */
static int noise_of(const int16_t *residual, unsigned count)
{
    unsigned bins[NOISE_BINS] = {0}, below = 0;
    int bin = 0;
    for (unsigned i = 0; i < count; i++) {
        const int b = abs(residual[i]) >> 3;
        bins[b >= NOISE_BINS ? NOISE_BINS - 1 : b]++;
    }
    for (; bin < NOISE_BINS - 1; bin++) {
        below += bins[bin];
        if (below * 2 >= count)
            break;
    }
    return bin * 8;
}

unsigned model_compare(const struct model *model, const int16_t *residual, unsigned scale,
                       uint8_t *on)
{
    const struct model_tuning *tuning = model->tuning;
    const int noise = noise_of(residual, model->count);
    const int floor = (int)(tuning->floor_levels * LIGHT_ONE + tuning->noise * (float)noise);
    const int spread = (int)(tuning->spread * 256);
    unsigned count = 0;
    for (unsigned i = 0; i < model->count; i++) {
        int threshold = ((spread * (model->deviation[i] >> 8)) >> 8) + floor;
        threshold = (threshold * (model->gain[i] >> 8)) >> 8;
        threshold = (threshold * (int)scale) >> 8;
        model->threshold[i] = threshold;
        on[i] = abs(residual[i]) > threshold;
    }
    for (unsigned i = 0; i < model->count; i++)
        count += on[i];
    return count;
}

/* The part of a difference adopted after elapsed_s, with time constant time_s, in 1/65536. */
static int32_t part(float elapsed_s, float time_s, float most)
{
    const float p = 1 - expf(-elapsed_s / time_s);
    return (int32_t)((p > most ? most : p) * 65536);
}

void model_follow(struct model *model, const int16_t *levels, const int16_t *residual,
                  const uint8_t *on, int64_t elapsed_us)
{
    const struct model_tuning *tuning = model->tuning;
    const float s = (float)elapsed_us / (float)US_PER_S;
    const int32_t mean_off = part(s, tuning->background_s, 0.5f);
    const int32_t mean_on = part(s, tuning->foreground_s, 0.25f);
    const int32_t stray_off = part(s, tuning->deviation_s, 0.25f);
    const int32_t stray_on = part(s, 2 * tuning->deviation_s, 0.25f);
    const int32_t rise = part(s, tuning->gain_rise_s, 0.5f) >> 8;
    const int32_t fall = (int32_t)((float)rise * tuning->target * 256);
    const int32_t gain_min = MODEL_GAIN_ONE << 8;
    const int32_t gain_max = (int32_t)(tuning->gain_max * MODEL_GAIN_ONE) << 8;
    for (unsigned i = 0; i < model->count; i++) {
        const int32_t seen = -(int32_t)on[i];
        const int32_t follow = (mean_on & seen) | (mean_off & ~seen);
        const int32_t stray = (stray_on & seen) | (stray_off & ~seen);
        const int32_t ahead = levels[i] * 256 - model->mean[i];
        model->mean[i] += (int32_t)(((int64_t)ahead * follow) >> 16);
        const int32_t further = abs(residual[i]) * 256 - model->deviation[i];
        const int32_t deviation = model->deviation[i] + (int32_t)(((int64_t)further * stray) >> 16);
        model->deviation[i] = deviation < DEVIATION_MIN ? DEVIATION_MIN : deviation;
        int32_t gain = model->gain[i];
        gain += (((gain >> 8) * rise) & seen) - ((((gain >> 8) * fall) >> 8) & ~seen);
        gain = gain < gain_min ? gain_min : gain > gain_max ? gain_max : gain;
        model->gain[i] = gain;
    }
    for (unsigned i = 0; i < model->count; i++)
        model->background[i] = (int16_t)(model->mean[i] >> 8);
}
