/* Plain loops over restrict pointers, as in chroma.c. */
#include "codec/shrink.h"

#include <errno.h>

#include "base/alloc.h"

enum { ROW_ALIGN_BYTES = 32 };

void shrink_finish(struct shrink *shrink)
{
    mem_free(shrink->planes);
    *shrink = (struct shrink){0};
}

int shrink_reserve(struct shrink *shrink, size_t len_bytes)
{
    if (shrink->capacity_bytes >= len_bytes)
        return 0;
    shrink_finish(shrink);
    shrink->planes = mem_try_alloc(len_bytes);
    if (!shrink->planes)
        return -ENOMEM;
    shrink->capacity_bytes = len_bytes;
    return 0;
}

void shrink_plane(const uint8_t *in, unsigned in_stride, unsigned step, unsigned scale,
                  uint8_t *out, unsigned out_stride, unsigned out_width, unsigned out_height)
{
    const unsigned area = scale * scale;
    for (unsigned y = 0; y < out_height; y++) {
        const uint8_t *restrict rows = in + (size_t)y * scale * in_stride;
        uint8_t *restrict row = out + (size_t)y * out_stride;
        for (unsigned x = 0; x < out_width; x++) {
            unsigned sum = area / 2;
            for (unsigned dy = 0; dy < scale; dy++)
                for (unsigned dx = 0; dx < scale; dx++)
                    sum += rows[(size_t)dy * in_stride + (size_t)(x * scale + dx) * step];
            row[x] = (uint8_t)(sum / area);
        }
    }
}

int shrink_picture(struct shrink *shrink, const struct picture *picture, unsigned scale,
                   struct picture *ret_picture)
{
    struct picture out = *picture;
    out.raw = NULL;
    out.width = (uint16_t)(picture->width / scale & ~1U);
    out.height = (uint16_t)(picture->height / scale & ~1U);
    if (out.width == 0 || out.height == 0)
        return -EBADMSG;
    unsigned widths[3] = {out.width}, heights[3] = {out.height};
    size_t need_bytes = 0;
    for (unsigned i = 0; i < 3; i++) {
        if (i > 0) {
            widths[i] = picture_chroma_width(out.chroma, out.width);
            heights[i] = picture_chroma_height(out.chroma, out.height);
        }
        out.strides[i] = (widths[i] + ROW_ALIGN_BYTES - 1) & ~(ROW_ALIGN_BYTES - 1U);
        need_bytes += (size_t)out.strides[i] * heights[i];
    }
    int r = shrink_reserve(shrink, need_bytes);
    if (r < 0)
        return r;
    uint8_t *next = shrink->planes;
    for (unsigned i = 0; i < 3; i++) {
        if (!picture->planes[i])
            continue;
        shrink_plane(picture->planes[i], picture->strides[i], 1, scale, next, out.strides[i],
                     widths[i], heights[i]);
        out.planes[i] = next;
        next += (size_t)out.strides[i] * heights[i];
    }
    *ret_picture = out;
    return 0;
}
