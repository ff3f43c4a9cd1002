/* The decoder of JPEGs from outside, and the use of its planes: every sample is read, so that the
 * sanitizers notice an incomplete plane. */
#include "check.h"
#include "codec/chroma.h"
#include "codec/jpeg_decode.h"
#include "codec/luma.h"
#include "media/h264.h"

/* Header sizes are free to claim millions of pixels; here only small ones are decoded. */
enum { MAX_PIXELS = 512 * 512 };

static uint64_t read_plane(const uint8_t *plane, unsigned stride, unsigned width, unsigned height)
{
    uint64_t sum = 0;
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            sum += plane[(size_t)y * stride + x];
    return sum;
}

static void check_picture(const struct picture *picture, unsigned scale)
{
    struct chroma chroma = {0};
    struct picture out;
    CHECK(picture->width % 2 == 0 && picture->height % 2 == 0);
    CHECK(scale > 1 || h264_fits(picture->width, picture->height));
    CHECK(chroma_to_420(&chroma, picture, &out) == 0);
    CHECK(read_plane(out.planes[0], out.strides[0], out.width, out.height) <=
          255ULL * out.width * out.height);
    for (int i = 1; i < 3; i++)
        CHECK(read_plane(out.planes[i], out.strides[i], out.width / 2U, out.height / 2U) <=
              255ULL * out.width * out.height);
    chroma_finish(&chroma);
}

/* The size that the first frame header claims, 0 if there is none. */
static size_t claimed_pixels(const uint8_t *data, size_t len_bytes)
{
    size_t most = 0;
    for (size_t i = 0; i + 9 <= len_bytes; i++)
        if (data[i] == 0xFF && data[i + 1] >= 0xC0 && data[i + 1] <= 0xCF) {
            const size_t pixels =
                ((size_t)data[i + 5] << 8 | data[i + 6]) * ((size_t)data[i + 7] << 8 | data[i + 8]);
            most = pixels > most ? pixels : most;
        }
    return most;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct jpeg_decode decode;
    struct picture picture;
    if (claimed_pixels(data, len_bytes) > MAX_PIXELS || jpeg_decode_init(&decode) != 0)
        return 0;
    const unsigned scale = 1U << (len_bytes % 4);
    if (jpeg_decode_planes(&decode, data, len_bytes, scale, &picture) == 0)
        check_picture(&picture, scale);
    jpeg_decode_finish(&decode);
    const int luma = luma_mean(data, len_bytes);
    CHECK(luma <= 255);
    return 0;
}
