#include "codec/luma.h"

#include "codec/jpeg_decode.h"

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
    r = jpeg_decode_thumbnail(&decode, jpeg, len_bytes, &picture);
    if (r == 0)
        r = mean(&picture);
    jpeg_decode_finish(&decode);
    return r;
}
