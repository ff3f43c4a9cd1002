#include "pixels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <turbojpeg.h>

#include "base/alloc.h"

struct pixels pixels_decode(const uint8_t *jpeg, size_t len_bytes)
{
    struct pixels pixels;
    int colours;
    tjhandle decoder = tjInitDecompress();
    assert_non_null(decoder);
    assert_int_equal(tjDecompressHeader3(decoder, jpeg, len_bytes, &pixels.width, &pixels.height,
                                         &pixels.subsampling, &colours),
                     0);
    pixels.rgb = mem_zalloc_or_die(3 * (size_t)pixels.width, (size_t)pixels.height);
    assert_int_equal(tjDecompress2(decoder, jpeg, len_bytes, pixels.rgb, pixels.width, 0,
                                   pixels.height, TJPF_RGB, 0),
                     0);
    tjDestroy(decoder);
    return pixels;
}

void pixels_finish(struct pixels *pixels)
{
    mem_free(pixels->rgb);
}

const uint8_t *pixels_at(const struct pixels *pixels, int x, int y)
{
    return pixels->rgb + 3 * ((size_t)y * (size_t)pixels->width + (size_t)x);
}

int pixels_luma(const struct pixels *pixels, int x, int y)
{
    const uint8_t *p = pixels_at(pixels, x, y);
    return (299 * p[0] + 587 * p[1] + 114 * p[2]) / 1000;
}

int pixels_find_red(const struct pixels *pixels, int *ret_x, int *ret_y)
{
    long count = 0, sum_x = 0, sum_y = 0;
    for (int y = 0; y < pixels->height; y++)
        for (int x = 0; x < pixels->width; x++) {
            const uint8_t *p = pixels_at(pixels, x, y);
            if (p[0] > 150 && p[1] < 90 && p[2] < 90) {
                count++;
                sum_x += x;
                sum_y += y;
            }
        }
    if (count) {
        *ret_x = (int)(sum_x / count);
        *ret_y = (int)(sum_y / count);
    }
    return (int)count;
}
