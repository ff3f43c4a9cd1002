/* Plain loops over restrict pointers: the room is compiled with -O3, with which gcc and clang
 * vectorise each of them. */
#include "codec/chroma.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"

enum { ROW_ALIGN_BYTES = 32, NEUTRAL = 128 };

typedef void row_fn(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b,
                    unsigned width);

void chroma_finish(struct chroma *chroma)
{
    mem_free(chroma->planes);
    *chroma = (struct chroma){0};
}

/* In each function a and b are the two rows that become one (the same row twice if the height is
 * already halved), and width is that of out. */

/* 4:2:2: the width is right. */
static void row_422(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b,
                    unsigned width)
{
    for (unsigned x = 0; x < width; x++)
        out[x] = (uint8_t)((a[x] + b[x] + 1) >> 1);
}

/* 4:4:0: the height is right. */
static void row_440(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b,
                    unsigned width)
{
    (void)b;
    for (unsigned x = 0; x < width; x++)
        out[x] = (uint8_t)((a[2 * x] + a[2 * x + 1] + 1) >> 1);
}

static void row_444(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b,
                    unsigned width)
{
    for (unsigned x = 0; x < width; x++)
        out[x] = (uint8_t)((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 2) >> 2);
}

/* 4:1:1: each sample serves two. */
static void row_411(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b,
                    unsigned width)
{
    for (unsigned x = 0; x < width; x++)
        out[x] = (uint8_t)((a[x / 2] + b[x / 2] + 1) >> 1);
}

static void convert(uint8_t *out, unsigned out_stride, unsigned width, unsigned height,
                    const uint8_t *in, unsigned in_stride, enum jpeg_chroma chroma)
{
    static row_fn *const rows[] = {[JPEG_CHROMA_422] = row_422,
                                   [JPEG_CHROMA_440] = row_440,
                                   [JPEG_CHROMA_444] = row_444,
                                   [JPEG_CHROMA_411] = row_411};
    const unsigned step = chroma == JPEG_CHROMA_440 ? 1 : 2;
    for (unsigned y = 0; y < height; y++) {
        const uint8_t *a = in + (size_t)y * step * in_stride;
        rows[chroma](out + (size_t)y * out_stride, a, a + (size_t)(step - 1) * in_stride, width);
    }
}

int chroma_to_420(struct chroma *chroma, const struct picture *picture, struct picture *ret_picture)
{
    if (picture->chroma == JPEG_CHROMA_420) {
        *ret_picture = *picture;
        return 0;
    }
    const unsigned width = picture->width / 2U, height = picture->height / 2U;
    const unsigned stride = (width + ROW_ALIGN_BYTES - 1) & ~(ROW_ALIGN_BYTES - 1U);
    const size_t plane_bytes = (size_t)stride * height;
    if (chroma->capacity_bytes < 2 * plane_bytes) {
        chroma_finish(chroma);
        chroma->planes = mem_try_alloc(2 * plane_bytes);
        if (!chroma->planes)
            return -ENOMEM;
        chroma->capacity_bytes = 2 * plane_bytes;
    }

    struct picture out = *picture;
    out.chroma = JPEG_CHROMA_420;
    for (unsigned i = 1; i < 3; i++) {
        uint8_t *plane = chroma->planes + (i - 1) * plane_bytes;
        if (picture->chroma == JPEG_CHROMA_GREY)
            memset(plane, NEUTRAL, plane_bytes);
        else
            convert(plane, stride, width, height, picture->planes[i], picture->strides[i],
                    picture->chroma);
        out.planes[i] = plane;
        out.strides[i] = stride;
    }
    *ret_picture = out;
    return 0;
}
