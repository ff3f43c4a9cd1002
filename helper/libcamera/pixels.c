#include "helper/libcamera/pixels.h"

#include <stddef.h>

struct helper_pixels pixels_i420(uint32_t width, uint32_t height)
{
    uint32_t half_width = (width + 1) / 2, half_height = (height + 1) / 2;
    uint32_t luma = width * height, chroma = half_width * half_height;
    return (struct helper_pixels){
        .format = HELPER_I420,
        .width = width,
        .height = height,
        .full_range = 1,
        .offsets = {0, luma, luma + chroma},
        .strides = {width, half_width, half_width},
        .size_bytes = luma + 2 * chroma,
    };
}

struct rgb {
    int r, g, b;
};

static struct rgb pixel_at(const uint8_t *p, bool blue_first)
{
    return blue_first ? (struct rgb){p[2], p[1], p[0]} : (struct rgb){p[0], p[1], p[2]};
}

/* 16 bit fixed point; the weights of each row add up to 65536, or to 0 around a middle of 128. */
static uint8_t luma_of(struct rgb c)
{
    return (uint8_t)((19595 * c.r + 38470 * c.g + 7471 * c.b + 32768) >> 16);
}

static uint8_t clamped(int v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static uint8_t cb_of(struct rgb c)
{
    return clamped((-11059 * c.r - 21709 * c.g + 32768 * c.b + (128 << 16) + 32768) >> 16);
}

static uint8_t cr_of(struct rgb c)
{
    return clamped((32768 * c.r - 27439 * c.g - 5329 * c.b + (128 << 16) + 32768) >> 16);
}

void pixels_from_rgb24(const uint8_t *rgb, uint32_t stride, bool blue_first,
                       const struct helper_pixels *layout, uint8_t *out)
{
    const uint32_t width = layout->width, height = layout->height;
    for (uint32_t y = 0; y < height; y += 2) {
        const uint8_t *rows[2] = {rgb + (size_t)y * stride,
                                  rgb + (size_t)(y + 1 < height ? y + 1 : y) * stride};
        uint8_t *luma[2] = {out + layout->offsets[0] + (size_t)y * layout->strides[0], NULL};
        luma[1] = y + 1 < height ? luma[0] + layout->strides[0] : luma[0];
        uint8_t *cb = out + layout->offsets[1] + (size_t)(y / 2) * layout->strides[1];
        uint8_t *cr = out + layout->offsets[2] + (size_t)(y / 2) * layout->strides[2];
        for (uint32_t x = 0; x < width; x += 2) {
            const uint32_t beside = x + 1 < width ? x + 1 : x;
            struct rgb mean = {2, 2, 2};
            for (unsigned i = 0; i < 4; i++) {
                const uint32_t column = i & 1 ? beside : x;
                struct rgb c = pixel_at(rows[i / 2] + 3 * (size_t)column, blue_first);
                luma[i / 2][column] = luma_of(c);
                mean.r += c.r;
                mean.g += c.g;
                mean.b += c.b;
            }
            mean = (struct rgb){mean.r / 4, mean.g / 4, mean.b / 4};
            cb[x / 2] = cb_of(mean);
            cr[x / 2] = cr_of(mean);
        }
    }
}
