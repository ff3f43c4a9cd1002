/* The decoder of JPEGs from outside, and the use of its planes: every sample is read, so that the
 * sanitizers notice an incomplete plane. TurboJPEG is not instrumented, so a fuzzer hardly comes
 * past a header: an input that does not begin as a JPEG is a list of edits of a good one. */
#include "check.h"
#include "codec/chroma.h"
#include "codec/jpeg_decode.h"
#include "codec/luma.h"
#include "media/h264.h"

#include <string.h>
#include <turbojpeg.h>

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

enum { EDITED_MAX_BYTES = 16 * 1024, EDIT_BYTES = 4 };

/* A good JPEG with the edits applied: [where, where, what, value] each. 0 = none was made. */
static size_t edited_jpeg(const uint8_t *edits, size_t len_bytes, uint8_t *out)
{
    static const int SAMPLINGS[] = {TJSAMP_420, TJSAMP_422,  TJSAMP_444,
                                    TJSAMP_440, TJSAMP_GRAY, TJSAMP_411};
    static uint8_t rgb[48 * 40 * 3];
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    for (size_t i = 0; i < sizeof(rgb); i++)
        rgb[i] = (uint8_t)(i * 7 ^ i >> 5);
    tjhandle encoder = tjInitCompress();
    const int sampling = SAMPLINGS[edits[0] % 6], flags = edits[0] & 64 ? TJFLAG_PROGRESSIVE : 0;
    if (!encoder ||
        tjCompress2(encoder, rgb, 48, 0, 40, TJPF_RGB, &jpeg, &size, sampling, 75, flags))
        size = 0;
    size_t len = size <= EDITED_MAX_BYTES / 2 ? size : 0;
    memcpy(out, jpeg, len);
    tjFree(jpeg);
    tjDestroy(encoder);
    for (size_t i = 1; i + EDIT_BYTES <= len_bytes && len > 0; i += EDIT_BYTES) {
        const size_t at = (edits[i] | (size_t)edits[i + 1] << 8) % len;
        const uint8_t value = edits[i + 3];
        switch (edits[i + 2] % 4) {
        case 0:
            out[at] = value;
            break;
        case 1:
            out[at] ^= (uint8_t)(1U << (value & 7));
            break;
        case 2: /* bytes go */
            memmove(out + at, out + at + (value < len - at ? value : len - at),
                    len - at - (value < len - at ? value : len - at));
            len -= value < len - at ? value : len - at;
            break;
        default: /* one comes */
            if (len == EDITED_MAX_BYTES)
                return len;
            memmove(out + at + 1, out + at, len - at);
            out[at] = value;
            len++;
        }
    }
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static uint8_t edited[EDITED_MAX_BYTES];
    struct jpeg_decode decode;
    struct picture picture;
    if (len_bytes > 0 && data[0] != 0xff) {
        len_bytes = edited_jpeg(data, len_bytes, edited);
        data = edited;
    }
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
