#include "helper/libcamera/sizes.h"

#include <stdio.h>

enum { PRESET_PIXELS = 1280 * 720 };

void sizes_find(struct sizes *sizes, bool (*offers)(void *ctx, unsigned width, unsigned height),
                void *ctx)
{
    /* Limited to what hardware encoders and Full HD screens take; a still has the full size. */
    static const struct size USUAL[] = {
        {320, 240},  {640, 360},  {640, 480},  {800, 600},   {960, 540},   {1024, 576},
        {1024, 768}, {1280, 720}, {1280, 960}, {1640, 1232}, {1920, 1080},
    };
    *sizes = (struct sizes){0};
    for (unsigned i = 0; i < sizeof(USUAL) / sizeof(USUAL[0]); i++) {
        if (!offers(ctx, USUAL[i].width, USUAL[i].height))
            continue;
        if (USUAL[i].width * USUAL[i].height <= PRESET_PIXELS)
            sizes->preset = sizes->count;
        sizes->of[sizes->count++] = USUAL[i];
    }
}

const struct size *sizes_for(const struct sizes *sizes, unsigned chosen, uint32_t width,
                             uint32_t height)
{
    static const struct size ANY = {0, 0};
    if (sizes->count == 0)
        return &ANY;
    if (width && height)
        for (unsigned i = 0; i < chosen; i++)
            if (sizes->of[i].width >= width && sizes->of[i].height >= height &&
                sizes->of[i].width <= sizes->of[chosen].width &&
                sizes->of[i].height <= sizes->of[chosen].height)
                return &sizes->of[i];
    return &sizes->of[chosen];
}

void sizes_describe(const struct sizes *sizes, struct helper_control *ret_control)
{
    *ret_control = (struct helper_control){.name = "size",
                                           .group = "stream",
                                           .type = HELPER_MENU,
                                           .n_options = sizes->count,
                                           .max = (int32_t)sizes->count - 1,
                                           .step = 1,
                                           .fallback = (int32_t)sizes->preset};
    for (unsigned i = 0; i < sizes->count; i++)
        snprintf(ret_control->options[i], sizeof(ret_control->options[i]), "%ux%u",
                 sizes->of[i].width, sizes->of[i].height);
}
