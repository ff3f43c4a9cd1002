#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/chroma.h"

/* What 4:2:0 means, written down slowly: the mean of the samples that lie over a 2x2 block. */
static unsigned expected(const uint8_t *plane, unsigned stride, enum jpeg_chroma chroma, unsigned x,
                         unsigned y)
{
    unsigned sum = 0;
    for (unsigned dy = 0; dy < 2; dy++)
        for (unsigned dx = 0; dx < 2; dx++) {
            unsigned sx = 2 * x + dx, sy = 2 * y + dy;
            sx = chroma == JPEG_CHROMA_411 ? sx / 4 : chroma == JPEG_CHROMA_422 ? sx / 2 : sx;
            sy = chroma == JPEG_CHROMA_440 ? sy / 2 : sy;
            sum += plane[(size_t)sy * stride + sx];
        }
    return (sum + 2) / 4;
}

static void check(enum jpeg_chroma chroma, unsigned width, unsigned height)
{
    const unsigned plane_width = picture_chroma_width(chroma, width);
    const unsigned plane_height = picture_chroma_height(chroma, height);
    const unsigned stride = plane_width + 3;
    uint8_t *planes[3];
    for (int i = 0; i < 3; i++) {
        planes[i] = malloc((size_t)stride * plane_height);
        for (size_t n = 0; n < (size_t)stride * plane_height; n++)
            planes[i][n] = (uint8_t)(n * 2654435761U >> (7 + i));
    }
    const struct picture picture = {.planes = {planes[0], planes[1], planes[2]},
                                    .strides = {width, stride, stride},
                                    .width = (uint16_t)width,
                                    .height = (uint16_t)height,
                                    .chroma = chroma};
    struct picture out;
    struct chroma work = {0};
    assert_int_equal(chroma_to_420(&work, &picture, &out), 0);
    assert_ptr_equal(out.planes[0], planes[0]);
    assert_int_equal(out.chroma, JPEG_CHROMA_420);
    for (int i = 1; i < 3; i++)
        for (unsigned y = 0; y < height / 2; y++)
            for (unsigned x = 0; x < width / 2; x++)
                assert_int_equal(out.planes[i][(size_t)y * out.strides[i] + x],
                                 expected(planes[i], stride, chroma, x, y));
    chroma_finish(&work);
    for (int i = 0; i < 3; i++)
        free(planes[i]);
}

static void test_each_sampling(void **state)
{
    (void)state;
    static const enum jpeg_chroma chromas[] = {JPEG_CHROMA_422, JPEG_CHROMA_440, JPEG_CHROMA_444,
                                               JPEG_CHROMA_411};
    for (unsigned c = 0; c < 4; c++)
        for (unsigned width = 16; width < 90; width += 2) {
            check(chromas[c], width, 16);
            check(chromas[c], width, 18);
        }
}

static void test_420_passes_and_grey_is_neutral(void **state)
{
    (void)state;
    uint8_t luma[16 * 16] = {0}, cb[64] = {1}, cr[64] = {2};
    struct picture picture = {.planes = {luma, cb, cr},
                              .strides = {16, 8, 8},
                              .width = 16,
                              .height = 16,
                              .chroma = JPEG_CHROMA_420};
    struct picture out;
    struct chroma work = {0};
    assert_int_equal(chroma_to_420(&work, &picture, &out), 0);
    assert_ptr_equal(out.planes[1], cb);
    assert_ptr_equal(out.planes[2], cr);

    picture = (struct picture){
        .planes = {luma}, .strides = {16}, .width = 16, .height = 16, .chroma = JPEG_CHROMA_GREY};
    assert_int_equal(chroma_to_420(&work, &picture, &out), 0);
    for (int i = 1; i < 3; i++)
        for (unsigned y = 0; y < 8; y++)
            for (unsigned x = 0; x < 8; x++)
                assert_int_equal(out.planes[i][y * out.strides[i] + x], 128);
    chroma_finish(&work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_sampling),
        cmocka_unit_test(test_420_passes_and_grey_is_neutral),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
