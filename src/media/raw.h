/* A raw picture: the pixels of a camera that does not make JPEG, in its driver's layout. Plain
 * data: a view of external memory. Pure functions; any thread.
 * Formats: Linux kernel, "V4L2 pixel formats" (YUYV, NV12, YU12). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum raw_format {
    RAW_NONE,
    RAW_I420, /* planes Y, Cb, Cr; chroma halved both ways */
    RAW_NV12, /* planes Y, CbCr interleaved; chroma halved both ways */
    RAW_YUYV, /* one plane, Y Cb Y Cr; chroma halved across */
};

struct raw_picture {
    enum raw_format format;
    bool full_range;          /* 0 to 255; else 16 to 235 and 240 */
    bool bt709;               /* the matrix; else BT.601 */
    uint16_t width, height;   /* pixels */
    const uint8_t *planes[3]; /* borrowed; NULL if the format has fewer */
    uint32_t strides[3];      /* bytes per row */
    /* The same memory for hardware, a borrowed file descriptor with the planes at these offsets;
     * -1: there is none. */
    int dmabuf_fd;
    uint32_t offsets[3];
};

/* Mean luma on a coarse grid, 0 (black) to 255, for either range. */
unsigned raw_mean_luma(const struct raw_picture *raw);
