#include "codec/encoder.h"

#include <math.h>
#include <string.h>

static const struct encoder_ops *const encoders[] = {
/* The first one is the default. */
#if HAVE_OPENH264
    &encoder_openh264,
#endif
#if HAVE_X264
    &encoder_x264,
#endif
};

enum { ENCODERS = sizeof(encoders) / sizeof(encoders[0]) };

int encoder_level(unsigned width, unsigned height)
{
    /* MaxMBPS and MaxFS of table A-1. Levels below 1.2 allow too few bits for a keyframe. */
    static const struct {
        unsigned char level_idc;
        unsigned rate, size;
    } levels[] = {
        {12, 6000, 396},    {13, 11880, 396},    {21, 19800, 792},    {22, 20250, 1620},
        {30, 40500, 1620},  {31, 108000, 3600},  {32, 216000, 5120},  {40, 245760, 8192},
        {42, 522240, 8704}, {50, 589824, 22080}, {51, 983040, 36864}, {52, 2073600, 36864},
    };
    enum { LEVELS = sizeof(levels) / sizeof(levels[0]) };
    const unsigned size = ((width + 15) / 16) * ((height + 15) / 16);
    unsigned i = 0;
    while (i < LEVELS - 1 && (levels[i].size < size || levels[i].rate < size * ENCODER_MAX_FPS))
        i++;
    return levels[i].level_idc;
}

/* 750 kbit/s at 640x480; larger pictures need fewer bits per pixel. The minimum is what a keyframe
 * of the smallest picture takes. */
int encoder_bitrate(const struct encoder_params *params)
{
    const double vga_bps = 750000, floor_bps = 60000, vga_pixels = 640.0 * 480;
    const double pixels = (double)params->width * params->height;
    const double bps = vga_bps * pow(pixels / vga_pixels, 0.75) *
                       exp2(((int)params->quality - ENCODER_QUALITY) / 20.0);
    return (int)(bps < floor_bps ? floor_bps : bps);
}

int encoder_min_qp(unsigned quality)
{
    return 27 - ((int)quality - ENCODER_QUALITY) / 5;
}

int encoder_max_qp(unsigned quality)
{
    enum { QP_RANGE = 14, MAX_QP = 51 };
    const int qp = encoder_min_qp(quality) + QP_RANGE;
    return qp < MAX_QP ? qp : MAX_QP;
}

const struct encoder_ops *encoder_find(const char *name)
{
    if (!name)
        return encoders[0];
    for (unsigned i = 0; i < ENCODERS; i++)
        if (strcmp(encoders[i]->name, name) == 0)
            return encoders[i];
    return NULL;
}
