#include "tools/fakecam/model.h"

#include <stdio.h>
#include <string.h>

#include "tools/fakecam/canvas.h"

static const struct agent_size SIZES[] = {{160, 120}, {320, 240},  {400, 296},  {640, 480},
                                          {800, 600}, {1024, 768}, {1280, 720}, {1600, 1200}};
enum { SIZES_COUNT = sizeof(SIZES) / sizeof(SIZES[0]) };
_Static_assert(SIZES_COUNT + 1 <= MODEL_MAX_SIZES, "there must be room for a size of one's own");

static const char *const EFFECTS[] = {"none", "negative", "grey", NULL};

_Static_assert(sizeof(EFFECTS) / sizeof(EFFECTS[0]) == TONE_EFFECT_COUNT + 1,
               "every effect has a text");

static const struct agent_control CONTROLS[MODEL_CONTROL_COUNT] = {
    [MODEL_BRIGHTNESS] = {.name = "brightness", .group = "image", .min = -2, .max = 2, .step = 1},
    [MODEL_CONTRAST] = {.name = "contrast", .group = "image", .min = -2, .max = 2, .step = 1},
    [MODEL_SATURATION] = {.name = "saturation", .group = "image", .min = -2, .max = 2, .step = 1},
    [MODEL_MIRROR] = {.name = "mirror", .group = "image", .is_bool = true, .max = 1, .step = 1},
    [MODEL_FLIP] = {.name = "flip", .group = "image", .is_bool = true, .max = 1, .step = 1},
    [MODEL_EFFECT] = {.name = "effect",
                      .group = "image",
                      .options = EFFECTS,
                      .max = TONE_EFFECT_COUNT - 1,
                      .step = 1},
    [MODEL_EXPOSURE_AUTO] = {.name = "exposure_auto",
                             .group = "exposure",
                             .is_bool = true,
                             .max = 1,
                             .step = 1,
                             .preset = 1},
    [MODEL_EXPOSURE] = {.name = "exposure",
                        .group = "exposure",
                        .min = -2,
                        .max = 2,
                        .step = 1,
                        .automatic = "exposure_auto"},
    [MODEL_QUALITY] = {.name = "quality", .group = "jpeg", .min = 1, .max = 100, .step = 1},
};

static int area(const struct agent_size *size)
{
    return size->width * size->height;
}

static bool is_same(const struct agent_size *a, const struct agent_size *b)
{
    return a->width == b->width && a->height == b->height;
}

/* The custom size in its place among the others, in rising order; it is the device's default. */
static void choose_sizes(struct model *model, struct agent_size own)
{
    struct agent_params *params = &model->params;
    unsigned count = 0, place = 0;
    while (place < SIZES_COUNT && area(&SIZES[place]) < area(&own) && !is_same(&SIZES[place], &own))
        place++;
    params->default_size = place;
    for (unsigned i = 0; i < SIZES_COUNT; i++) {
        if (i == place)
            model->sizes[count++] = own;
        if (!is_same(&SIZES[i], &own))
            model->sizes[count++] = SIZES[i];
    }
    if (place == SIZES_COUNT)
        model->sizes[count++] = own;
    params->sizes_count = count;
}

static void choose_names(struct model *model, const struct options *options, unsigned number)
{
    if (number) {
        snprintf(model->id, sizeof(model->id), "%s-%u", options->id, number);
        snprintf(model->name, sizeof(model->name), "%s %u", options->name, number);
    } else {
        snprintf(model->id, sizeof(model->id), "%s", options->id);
        snprintf(model->name, sizeof(model->name), "%s", options->name);
    }
}

void model_init(struct model *model, const struct options *options, const struct mjpeg *mjpeg,
                unsigned number)
{
    *model = (struct model){0};
    choose_names(model, options, number);
    model->params = (struct agent_params){
        .id = model->id,
        .name = model->name,
        .model = "eyelid-fakecam",
        .plain = options->plain,
        .max_fps_milli = options->fps_milli,
        .sizes = model->sizes,
        .controls = model->controls,
        .rest_after_us = options->doze_after_us,
        .rest_us = options->doze_us,
    };
    if (mjpeg) {
        model->sizes[0] = (struct agent_size){mjpeg->width, mjpeg->height};
        model->params.sizes_count = 1;
        return;
    }
    choose_sizes(model, (struct agent_size){options->width, options->height});
    memcpy(model->controls, CONTROLS, sizeof(CONTROLS));
    model->controls[MODEL_QUALITY].preset = options->quality;
    model->params.controls_count = MODEL_CONTROL_COUNT;
}
