/* A picture, 8 bits per sample, in planes Y, Cb, Cr; full range BT.601 unless it says otherwise.
 * Plain data.
 *
 * Its size is always even: 4:2:0 shares a chroma sample between 2x2 pixels and H.264 crops in steps
 * of two, so a picture of odd size has its last column and row repeated once. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "media/jpeg.h"
#include "media/raw.h"

struct picture {
    const uint8_t *planes[3]; /* borrowed from its maker; [1] and [2] NULL for grey */
    unsigned strides[3];      /* bytes from row to row */
    uint16_t width, height;   /* pixels, even */
    enum jpeg_chroma chroma;
    bool limited; /* 16 to 235 and 240 (raw pictures of many cameras) */
    bool bt709;   /* the matrix */
    /* The same samples in the camera's layout, for hardware; NULL: not available. */
    const struct raw_picture *raw;
};

/* Rounded up to the next even number. */
static inline unsigned picture_even(unsigned pixels)
{
    return (pixels + 1) & ~1U;
}

/* Columns and rows of a chroma plane. */
static inline unsigned picture_chroma_width(enum jpeg_chroma chroma, unsigned width)
{
    switch (chroma) {
    case JPEG_CHROMA_420:
    case JPEG_CHROMA_422:
        return (width + 1) / 2;
    case JPEG_CHROMA_411:
        return (width + 3) / 4;
    case JPEG_CHROMA_440:
    case JPEG_CHROMA_444:
        return width;
    case JPEG_CHROMA_GREY:
    case JPEG_CHROMA_OTHER: /* no picture has it */
        break;
    }
    return 0;
}

static inline unsigned picture_chroma_height(enum jpeg_chroma chroma, unsigned height)
{
    switch (chroma) {
    case JPEG_CHROMA_420:
    case JPEG_CHROMA_440:
        return (height + 1) / 2;
    case JPEG_CHROMA_422:
    case JPEG_CHROMA_411:
    case JPEG_CHROMA_444:
        return height;
    case JPEG_CHROMA_GREY:
    case JPEG_CHROMA_OTHER: /* no picture has it */
        break;
    }
    return 0;
}
