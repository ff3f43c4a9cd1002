/* Plain loops over restrict pointers, as in chroma.c. */
#include "codec/raw_planes.h"

#include <errno.h>

#include "base/alloc.h"

enum {
    ROW_ALIGN_BYTES = 32,
    MIN_SIDE = 16,
    MAX_PIXELS = 9248 * 6944 /* the largest sensors of such cameras */
};

void raw_planes_finish(struct raw_planes *raw_planes)
{
    mem_free(raw_planes->planes);
    *raw_planes = (struct raw_planes){0};
}

static int reserve(struct raw_planes *raw_planes, size_t len_bytes)
{
    if (raw_planes->capacity_bytes >= len_bytes)
        return 0;
    raw_planes_finish(raw_planes);
    raw_planes->planes = mem_try_alloc(len_bytes);
    if (!raw_planes->planes)
        return -ENOMEM;
    raw_planes->capacity_bytes = len_bytes;
    return 0;
}

static unsigned align(unsigned bytes)
{
    return (bytes + ROW_ALIGN_BYTES - 1) & ~(ROW_ALIGN_BYTES - 1U);
}

/* width is that of the chroma rows. */
static void row_yuyv(uint8_t *restrict y, uint8_t *restrict cb, uint8_t *restrict cr,
                     const uint8_t *restrict in, unsigned width)
{
    for (unsigned x = 0; x < width; x++) {
        y[2 * x] = in[4 * x];
        y[2 * x + 1] = in[4 * x + 2];
        cb[x] = in[4 * x + 1];
        cr[x] = in[4 * x + 3];
    }
}

static void row_nv12(uint8_t *restrict cb, uint8_t *restrict cr, const uint8_t *restrict in,
                     unsigned width)
{
    for (unsigned x = 0; x < width; x++) {
        cb[x] = in[2 * x];
        cr[x] = in[2 * x + 1];
    }
}

static int split_yuyv(struct raw_planes *raw_planes, const struct raw_picture *raw,
                      struct picture *out)
{
    const unsigned width = out->width / 2U, luma_stride = align(out->width), stride = align(width);
    int r = reserve(raw_planes, (size_t)(luma_stride + 2 * stride) * out->height);
    if (r < 0)
        return r;
    uint8_t *y = raw_planes->planes, *cb = y + (size_t)luma_stride * out->height,
            *cr = cb + (size_t)stride * out->height;
    for (size_t row = 0; row < out->height; row++)
        row_yuyv(y + row * luma_stride, cb + row * stride, cr + row * stride,
                 raw->planes[0] + row * raw->strides[0], width);
    out->planes[0] = y;
    out->planes[1] = cb;
    out->planes[2] = cr;
    out->strides[0] = luma_stride;
    out->strides[1] = out->strides[2] = stride;
    out->chroma = JPEG_CHROMA_422;
    return 0;
}

static int split_nv12(struct raw_planes *raw_planes, const struct raw_picture *raw,
                      struct picture *out)
{
    const unsigned width = out->width / 2U, height = out->height / 2U, stride = align(width);
    int r = reserve(raw_planes, 2 * (size_t)stride * height);
    if (r < 0)
        return r;
    uint8_t *cb = raw_planes->planes, *cr = cb + (size_t)stride * height;
    for (size_t row = 0; row < height; row++)
        row_nv12(cb + row * stride, cr + row * stride, raw->planes[1] + row * raw->strides[1],
                 width);
    out->planes[0] = raw->planes[0];
    out->planes[1] = cb;
    out->planes[2] = cr;
    out->strides[0] = raw->strides[0];
    out->strides[1] = out->strides[2] = stride;
    out->chroma = JPEG_CHROMA_420;
    return 0;
}

static void borrow_i420(const struct raw_picture *raw, struct picture *out)
{
    for (unsigned i = 0; i < 3; i++) {
        out->planes[i] = raw->planes[i];
        out->strides[i] = raw->strides[i];
    }
    out->chroma = JPEG_CHROMA_420;
}

int raw_planes_split(struct raw_planes *raw_planes, const struct raw_picture *raw,
                     struct picture *ret_picture)
{
    struct picture out = {.width = raw->width & ~1U,
                          .height = raw->height & ~1U,
                          .limited = !raw->full_range,
                          .bt709 = raw->bt709};
    int r = 0;
    if (out.width < MIN_SIDE || out.height < MIN_SIDE ||
        (unsigned)out.width * out.height > MAX_PIXELS)
        return -EBADMSG;
    switch (raw->format) {
    case RAW_I420:
        borrow_i420(raw, &out);
        break;
    case RAW_NV12:
        r = split_nv12(raw_planes, raw, &out);
        break;
    case RAW_YUYV:
        r = split_yuyv(raw_planes, raw, &out);
        break;
    case RAW_NONE:
        r = -EBADMSG;
        break;
    }
    if (r == 0)
        *ret_picture = out;
    return r;
}
