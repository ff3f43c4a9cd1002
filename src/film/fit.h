/* Fits photos into a film's frame: cropped, scaled in proportion, with black borders.
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
void fit_finish(struct fit *fit); /* also a zeroed one */

/* The frame's size if this photo is the first. */
void fit_size(unsigned width, unsigned height, const struct film_settings *settings,
              uint16_t *ret_width, uint16_t *ret_height);

/* The scale (1, 2, 4, 8) at which a photo of this size can be decoded without loss. */
unsigned fit_scale(const struct fit *fit, unsigned width, unsigned height,
                   const struct film_crop *crop);

/* luma: maps each brightness value to a new one. The result is borrowed until the next call. */
struct picture fit_picture(struct fit *fit, const struct picture *photo,
                           const struct film_crop *crop, const uint8_t luma[256]);
