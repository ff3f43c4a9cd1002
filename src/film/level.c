#include "film/level.h"

#include <math.h>

static const double SIGMA = 6, GAIN_MAX = 2;

void level_same(uint8_t ret_table[256])
{
    for (unsigned i = 0; i < 256; i++)
        ret_table[i] = (uint8_t)i;
}

void level_table(const double *means, unsigned n, unsigned at, uint8_t ret_table[256])
{
    const unsigned from = at > LEVEL_REACH ? at - LEVEL_REACH : 0;
    const unsigned to = at + LEVEL_REACH < n ? at + LEVEL_REACH : n - 1;
    double sum = 0, weights = 0;
    for (unsigned i = from; i <= to; i++) {
        if (means[i] < 0)
            continue;
        const double distance = ((double)i - (double)at) / SIGMA;
        const double weight = exp(-distance * distance / 2);
        sum += weight * log(means[i] + 1);
        weights += weight;
    }
    double gain = weights > 0 && means[at] >= 0 ? exp(sum / weights) / (means[at] + 1) : 1;
    gain = gain > GAIN_MAX ? GAIN_MAX : gain < 1 / GAIN_MAX ? 1 / GAIN_MAX : gain;
    for (unsigned i = 0; i < 256; i++) {
        const double value = i * gain + 0.5;
        ret_table[i] = value > 255 ? 255 : (uint8_t)value;
    }
}
