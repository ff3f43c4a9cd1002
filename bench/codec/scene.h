/* The scene that codecs are measured on: objects that move over a textured gradient, or a
 * photograph, seen by a sensor with noise, as a camera's JPEG. Deterministic: the same arguments
 * give the same bytes. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct scene_params {
    unsigned width, height, frames; /* even */
    double noise;                   /* sigma of the luma noise, levels of 255 */
    int quality;                    /* of the JPEG */
    unsigned pan;                   /* pixels a frame that the whole view moves by */
    const char *photo; /* a JPEG in place of the drawing, mirrored where the view moves beyond it */
};

struct scene_frame {
    uint8_t *clean, *noisy; /* luma, width x height */
    uint8_t *jpeg;          /* 4:2:2 of the noisy picture */
    unsigned long jpeg_len_bytes;
};

struct scene {
    struct scene_params params;
    struct scene_frame *frames;
    size_t jpeg_bytes; /* of all */
};

struct scene *scene_create(const struct scene_params *params);
void scene_destroy(struct scene *scene);
