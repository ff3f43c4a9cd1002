/* What rpicam's programs write, as a list of cameras and as a stream of JPEGs. A stream is the same
 * whether it comes at once or byte by byte. */
#include <string.h>

#include "check.h"
#include "picam/rpicam_text.h"

enum { MANY = 64, PIECEMEAL_MAX_BYTES = 2048 };

/* The lengths of the JPEGs found when no more than `step` bytes come at a time. */
static unsigned split(const uint8_t *data, size_t len_bytes, size_t step, size_t lengths[MANY])
{
    unsigned n = 0;
    size_t begin = 0, have = 0;
    while (have < len_bytes && n < MANY) {
        size_t off, end;
        have = have + step < len_bytes ? have + step : len_bytes;
        while (n < MANY && rpicam_text_jpeg(data + begin, have - begin, &off, &end) == 0) {
            CHECK(off < end && end <= have - begin);
            CHECK(data[begin + off] == 0xff && data[begin + off + 1] == 0xd8);
            CHECK(data[begin + end - 2] == 0xff && data[begin + end - 1] == 0xd9);
            lengths[n++] = end - off;
            begin += end;
        }
        if (n < MANY) {
            CHECK(off <= have - begin);
            begin += off;
        }
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct rpicam_camera cameras[HELPER_CAMERAS_MAX];
    size_t whole[MANY], piecemeal[MANY];
    unsigned n = rpicam_text_cameras((const char *)data, len_bytes, cameras);
    CHECK(n <= HELPER_CAMERAS_MAX);
    for (unsigned i = 0; i < n; i++)
        CHECK(cameras[i].number <= 99 && cameras[i].camera.id[0] && cameras[i].camera.model[0]);
    n = split(data, len_bytes, len_bytes, whole);
    if (len_bytes <= PIECEMEAL_MAX_BYTES) {
        CHECK(split(data, len_bytes, 1, piecemeal) == n);
        CHECK(memcmp(whole, piecemeal, n * sizeof(whole[0])) == 0);
    }
    return 0;
}
