/* RGB into I420. The expected values are those of T.871's formula, rounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <string.h>

#include "helper/libcamera/pixels.h"

enum { MAX = 4096 };

static void one_colour(uint8_t r, uint8_t g, uint8_t b, bool blue_first, uint8_t y, uint8_t cb,
                       uint8_t cr)
{
    uint8_t rgb[2 * 2 * 3], out[6];
    for (unsigned i = 0; i < 4; i++)
        memcpy(rgb + 3 * i, blue_first ? (uint8_t[]){b, g, r} : (uint8_t[]){r, g, b}, 3);
    const struct helper_pixels layout = pixels_i420(2, 2);
    assert_int_equal(layout.size_bytes, sizeof(out));
    pixels_from_rgb24(rgb, 6, blue_first, &layout, out);
    const uint8_t want[6] = {y, y, y, y, cb, cr};
    assert_memory_equal(out, want, sizeof(want));
}

static void test_colours(void **state)
{
    (void)state;
    for (int blue_first = 0; blue_first < 2; blue_first++) {
        one_colour(0, 0, 0, blue_first, 0, 128, 128);
        one_colour(255, 255, 255, blue_first, 255, 128, 128);
        one_colour(255, 0, 0, blue_first, 76, 85, 255);
        one_colour(0, 255, 0, blue_first, 150, 44, 21);
        one_colour(0, 0, 255, blue_first, 29, 255, 107);
    }
}

/* Chroma is the mean of four pixels; rows may be longer than their pixels. */
static void test_chroma_is_shared(void **state)
{
    (void)state;
    const uint8_t rgb[2][8] = {{255, 0, 0, 0, 0, 0, 9, 9}, {0, 0, 0, 0, 0, 0, 9, 9}};
    uint8_t out[6];
    const struct helper_pixels layout = pixels_i420(2, 2);
    pixels_from_rgb24(rgb[0], sizeof(rgb[0]), false, &layout, out);
    assert_int_equal(out[0], 76);
    assert_int_equal(out[3], 0);
    assert_int_equal(out[4], 117);
    assert_int_equal(out[5], 160); /* a quarter of red's distance from the middle */
}

/* Odd sides: nothing is written behind the picture, and nothing is read behind the pixels. */
static void test_odd_sides(void **state)
{
    (void)state;
    uint8_t rgb[3 * 9], out[MAX];
    memset(rgb, 255, sizeof(rgb));
    memset(out, 7, sizeof(out));
    const struct helper_pixels layout = pixels_i420(3, 3);
    assert_int_equal(layout.size_bytes, 9 + 2 * 4);
    pixels_from_rgb24(rgb, 9, false, &layout, out);
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(out[i], 255);
    for (unsigned i = 9; i < 17; i++)
        assert_int_equal(out[i], 128);
    assert_int_equal(out[17], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_chroma_is_shared),
        cmocka_unit_test(test_odd_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
