#include "codec/luma.h"

#include <errno.h>

enum { MEAN_PATIENCE_MS = 100 }; /* it is asked for on the loop */

static int mean(const struct picture *picture)
{
    const uint32_t pixels = (uint32_t)picture->width * picture->height;
    uint64_t sum = 0;
    if (pixels == 0)
        return 0;
    for (unsigned y = 0; y < picture->height; y++)
        for (unsigned x = 0; x < picture->width; x++)
            sum += picture->planes[0][(size_t)y * picture->strides[0] + x];
    return (int)(sum / pixels);
}

int luma_mean(const uint8_t *jpeg, size_t len_bytes)
{
    struct jpeg_decode decode;
    struct picture picture = {0};
    int r = jpeg_decode_init(&decode);
    if (r < 0)
        return r;
    jpeg_decode_set_patience(&decode, MEAN_PATIENCE_MS);
    r = jpeg_decode_thumbnail(&decode, jpeg, len_bytes, &picture);
    if (r == 0)
        r = mean(&picture);
    jpeg_decode_finish(&decode);
    return r;
}

int luma_init(struct luma *luma)
{
    *luma = (struct luma){0};
    return jpeg_decode_init(&luma->decode);
}

void luma_finish(struct luma *luma)
{
    jpeg_decode_finish(&luma->decode);
    shrink_finish(&luma->shrink);
}

int luma_of_jpeg(struct luma *luma, const uint8_t *jpeg, size_t len_bytes,
                 struct picture *ret_picture)
{
    return jpeg_decode_thumbnail(&luma->decode, jpeg, len_bytes, ret_picture);
}

int luma_of_raw(struct luma *luma, const struct raw_picture *raw, struct picture *ret_picture)
{
    const unsigned step = raw->format == RAW_YUYV ? 2 : 1;
    const unsigned width = raw->width / LUMA_SCALE, height = raw->height / LUMA_SCALE;
    if (raw->format == RAW_NONE || width == 0 || height == 0)
        return -EBADMSG;
    int r = shrink_reserve(&luma->shrink, (size_t)width * height);
    if (r < 0)
        return r;
    shrink_plane(raw->planes[0], raw->strides[0], step, LUMA_SCALE, luma->shrink.planes, width,
                 width, height);
    *ret_picture = (struct picture){.planes = {luma->shrink.planes},
                                    .strides = {width},
                                    .width = (uint16_t)width,
                                    .height = (uint16_t)height,
                                    .chroma = JPEG_CHROMA_GREY,
                                    .limited = !raw->full_range};
    return 0;
}
