/* Fits photos into a film's frame: cropped, scaled with their proportions kept, black around them.
 * Pure; one thread at a time. */
#pragma once
#include "codec/picture.h"
#include "film/job.h"

struct fit {
    uint16_t width, height; /* of the frame; even */
    uint8_t *planes;        /* 4:2:0 */
};

/* -ENOMEM. */
int fit_init(struct fit *fit, uint16_t width, uint16_t height) __attribute__((warn_unused_result));
void fit_finish(struct fit *fit); /* a zeroed one too */

/* What the frame's size is when this photo is the first. */
void fit_size(unsigned width, unsigned height, const struct film_settings *settings,
              uint16_t *ret_width, uint16_t *ret_height);

/* By how much (1, 2, 4, 8) a photo of that size may be decoded smaller without loss. */
unsigned fit_scale(const struct fit *fit, unsigned width, unsigned height,
                   const struct film_crop *crop);

/* luma: 256 values that brightness is replaced with. The result is borrowed until the next call. */
struct picture fit_picture(struct fit *fit, const struct picture *photo,
                           const struct film_crop *crop, const uint8_t luma[256]);
