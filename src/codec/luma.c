#include "codec/luma.h"

#include <errno.h>

#include "codec/jpeg_decode.h"

int luma_mean(const uint8_t *jpeg, size_t len_bytes)
{
    struct jpeg_decode decode;
    struct picture picture;
    int r = jpeg_decode_init(&decode);
    if (r < 0)
        return r;
    r = jpeg_decode_thumbnail(&decode, jpeg, len_bytes, &picture);
    if (r < 0)
        goto fail;

    uint64_t sum = 0, pixels = (uint64_t)picture.width * picture.height;
    for (unsigned y = 0; y < picture.height; y++)
        for (unsigned x = 0; x < picture.width; x++)
            sum += picture.planes[0][(size_t)y * picture.strides[0] + x];
    r = pixels ? (int)(sum / pixels) : -EBADMSG;
fail:
    jpeg_decode_finish(&decode);
    return r;
}
