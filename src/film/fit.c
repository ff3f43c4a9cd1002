#include "film/fit.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/alloc.h"

enum { DEFAULT_WIDTH = 1920, DEFAULT_HEIGHT = 1080 };

int fit_init(struct fit *fit, uint16_t width, uint16_t height)
{
    *fit = (struct fit){.width = width, .height = height};
    fit->planes = mem_try_alloc((size_t)width * height * 3 / 2);
    return fit->planes ? 0 : -ENOMEM;
}

void fit_finish(struct fit *fit)
{
    mem_free(fit->planes);
    fit->planes = NULL;
}

/* A part of a photo, in pixels. */
struct area {
    unsigned x, y, width, height;
};

static struct area area_of(unsigned width, unsigned height, const struct film_crop *crop)
{
    if (crop->width <= 0)
        return (struct area){0, 0, width, height};
    struct area area = {(unsigned)(crop->x * width), (unsigned)(crop->y * height),
                        (unsigned)(crop->width * width), (unsigned)(crop->height * height)};
    if (area.x >= width)
        area.x = width - 1;
    if (area.y >= height)
        area.y = height - 1;
    area.width = area.width < 1 ? 1 : area.width > width - area.x ? width - area.x : area.width;
    area.height = area.height < 1                 ? 1
                  : area.height > height - area.y ? height - area.y
                                                  : area.height;
    return area;
}

/* The largest size with these proportions within the limits, even, and no larger than the area. */
static void fit_into(const struct area *area, unsigned max_width, unsigned max_height,
                     bool may_grow, unsigned *ret_width, unsigned *ret_height)
{
    double scale = (double)max_width / area->width;
    if (scale > (double)max_height / area->height)
        scale = (double)max_height / area->height;
    if (!may_grow && scale > 1)
        scale = 1;
    const unsigned width = (unsigned)(area->width * scale + 0.5) & ~1U;
    const unsigned height = (unsigned)(area->height * scale + 0.5) & ~1U;
    *ret_width = width < 2 ? 2 : width > max_width ? max_width & ~1U : width;
    *ret_height = height < 2 ? 2 : height > max_height ? max_height & ~1U : height;
}

void fit_size(unsigned width, unsigned height, const struct film_settings *settings,
              uint16_t *ret_width, uint16_t *ret_height)
{
    const struct area area = area_of(width, height, &settings->crop);
    unsigned w, h;
    fit_into(&area, settings->max_width ? settings->max_width : DEFAULT_WIDTH,
             settings->max_height ? settings->max_height : DEFAULT_HEIGHT, false, &w, &h);
    *ret_width = (uint16_t)(w < FILM_SIDE_MIN ? FILM_SIDE_MIN : w);
    *ret_height = (uint16_t)(h < FILM_SIDE_MIN ? FILM_SIDE_MIN : h);
}

unsigned fit_scale(const struct fit *fit, unsigned width, unsigned height,
                   const struct film_crop *crop)
{
    const struct area area = area_of(width, height, crop);
    unsigned w, h, scale = 1;
    fit_into(&area, fit->width, fit->height, true, &w, &h);
    while (scale < 8 && area.width / (2 * scale) >= w && area.height / (2 * scale) >= h)
        scale *= 2;
    return scale;
}

struct plane {
    const uint8_t *bytes;
    unsigned stride;
};

static void copy_plane(struct plane from, uint8_t *to, unsigned to_stride, unsigned width,
                       unsigned height, const uint8_t *map)
{
    for (unsigned y = 0; y < height; y++) {
        const uint8_t *in = from.bytes + (size_t)y * from.stride;
        uint8_t *out = to + (size_t)y * to_stride;
        for (unsigned x = 0; x < width; x++)
            out[x] = map ? map[in[x]] : in[x];
    }
}

/* Bilinear, with 16 bits of fraction; samples lie at the middle of their pixels. */
static void scale_plane(struct plane from, unsigned from_width, unsigned from_height, uint8_t *to,
                        unsigned to_stride, unsigned width, unsigned height, const uint8_t *map)
{
    if (from_width == width && from_height == height) {
        copy_plane(from, to, to_stride, width, height, map);
        return;
    }
    assert(width > 0 && height > 0);
    const int64_t step_x = ((int64_t)from_width << 16) / width;
    const int64_t step_y = ((int64_t)from_height << 16) / height;
    for (unsigned y = 0; y < height; y++) {
        int64_t at_y = step_y * y + step_y / 2 - 32768;
        at_y = at_y < 0 ? 0 : at_y;
        const unsigned y0 = (unsigned)(at_y >> 16), y1 = y0 + 1 < from_height ? y0 + 1 : y0;
        const unsigned fy = (unsigned)(at_y & 0xffff) >> 8;
        const uint8_t *a = from.bytes + (size_t)y0 * from.stride;
        const uint8_t *b = from.bytes + (size_t)y1 * from.stride;
        uint8_t *out = to + (size_t)y * to_stride;
        for (unsigned x = 0; x < width; x++) {
            int64_t at_x = step_x * x + step_x / 2 - 32768;
            at_x = at_x < 0 ? 0 : at_x;
            const unsigned x0 = (unsigned)(at_x >> 16), x1 = x0 + 1 < from_width ? x0 + 1 : x0;
            const unsigned fx = (unsigned)(at_x & 0xffff) >> 8;
            const unsigned upper = a[x0] * (256 - fx) + a[x1] * fx;
            const unsigned lower = b[x0] * (256 - fx) + b[x1] * fx;
            const uint8_t value = (uint8_t)((upper * (256 - fy) + lower * fy + 32768) >> 16);
            out[x] = map ? map[value] : value;
        }
    }
}

struct picture fit_picture(struct fit *fit, const struct picture *photo,
                           const struct film_crop *crop, const uint8_t luma[256])
{
    const struct area area = area_of(photo->width, photo->height, crop);
    const size_t luma_bytes = (size_t)fit->width * fit->height;
    uint8_t *y_plane = fit->planes;
    unsigned w, h;
    fit_into(&area, fit->width, fit->height, true, &w, &h);
    const unsigned left = (fit->width - w) / 2 & ~1U, top = (fit->height - h) / 2 & ~1U;
    if (w != fit->width || h != fit->height) {
        memset(y_plane, photo->limited ? 16 : 0, luma_bytes);
        memset(y_plane + luma_bytes, 128, luma_bytes / 2);
    }
    scale_plane((struct plane){photo->planes[0] + (size_t)area.y * photo->strides[0] + area.x,
                               photo->strides[0]},
                area.width, area.height, y_plane + (size_t)top * fit->width + left, fit->width, w,
                h, luma);
    const unsigned full_width = picture_chroma_width(photo->chroma, photo->width);
    const unsigned full_height = picture_chroma_height(photo->chroma, photo->height);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *plane = y_plane + luma_bytes + i * (luma_bytes / 4);
        uint8_t *to = plane + (size_t)(top / 2) * (fit->width / 2) + left / 2;
        if (!photo->planes[1 + i]) {
            memset(plane, 128, luma_bytes / 4);
            continue;
        }
        const unsigned cx = area.x * full_width / photo->width;
        const unsigned cy = area.y * full_height / photo->height;
        unsigned cw = area.width * full_width / photo->width;
        unsigned ch = area.height * full_height / photo->height;
        cw = cw < 1 ? 1 : cw;
        ch = ch < 1 ? 1 : ch;
        scale_plane((struct plane){photo->planes[1 + i] + (size_t)cy * photo->strides[1 + i] + cx,
                                   photo->strides[1 + i]},
                    cw, ch, to, fit->width / 2, w / 2, h / 2, NULL);
    }
    return (struct picture){
        .planes = {y_plane, y_plane + luma_bytes, y_plane + luma_bytes + luma_bytes / 4},
        .strides = {fit->width, fit->width / 2U, fit->width / 2U},
        .width = fit->width,
        .height = fit->height,
        .chroma = JPEG_CHROMA_420,
        .limited = photo->limited,
        .bt709 = photo->bt709};
}
