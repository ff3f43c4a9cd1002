#include "film/fit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "film/level.h"

static const struct film_crop ALL;
static uint8_t same[256], samples[3][256 * 256];

static struct picture picture_of(unsigned width, unsigned height, enum jpeg_chroma chroma)
{
    const unsigned cw = picture_chroma_width(chroma, width);
    level_same(same);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            samples[0][y * width + x] = (uint8_t)(x < width / 2 ? 50 : 200);
    memset(samples[1], 90, sizeof(samples[1]));
    memset(samples[2], 160, sizeof(samples[2]));
    return (struct picture){.planes = {samples[0], cw ? samples[1] : NULL, cw ? samples[2] : NULL},
                            .strides = {width, cw, cw},
                            .width = (uint16_t)width,
                            .height = (uint16_t)height,
                            .chroma = chroma};
}

static void the_same_size_is_copied(void **state)
{
    (void)state;
    struct fit fit;
    const struct picture photo = picture_of(64, 48, JPEG_CHROMA_420);
    assert_int_equal(fit_init(&fit, 64, 48), 0);
    const struct picture frame = fit_picture(&fit, &photo, &ALL, same);
    assert_memory_equal(frame.planes[0], samples[0], 64 * 48);
    assert_int_equal(frame.planes[1][0], 90);
    assert_int_equal(frame.planes[2][32 * 24 - 1], 160);
    fit_finish(&fit);
}

static void every_chroma_and_odd_shape_fits(void **state)
{
    (void)state;
    static const enum jpeg_chroma CHROMAS[] = {JPEG_CHROMA_420, JPEG_CHROMA_422, JPEG_CHROMA_411,
                                               JPEG_CHROMA_440, JPEG_CHROMA_444, JPEG_CHROMA_GREY};
    static const unsigned SIZES[][2] = {{16, 16}, {250, 18}, {18, 250}, {200, 150}};
    for (unsigned i = 0; i < 6; i++)
        for (unsigned k = 0; k < 4; k++) {
            struct fit fit;
            const struct picture photo = picture_of(SIZES[k][0], SIZES[k][1], CHROMAS[i]);
            assert_int_equal(fit_init(&fit, 160, 90), 0);
            const struct picture frame = fit_picture(&fit, &photo, &ALL, same);
            const unsigned middle = 45 * 160 + 80;
            assert_int_equal(frame.planes[1][22 * 80 + 40],
                             CHROMAS[i] == JPEG_CHROMA_GREY ? 128 : 90);
            assert_true(frame.planes[0][middle - 1] <= frame.planes[0][middle + 1]);
            fit_finish(&fit);
        }
}

static void bars_are_black_and_crop_counts(void **state)
{
    (void)state;
    struct fit fit;
    struct picture photo = picture_of(100, 100, JPEG_CHROMA_420);
    assert_int_equal(fit_init(&fit, 160, 90), 0);
    struct picture frame = fit_picture(&fit, &photo, &ALL, same);
    assert_int_equal(frame.planes[0][45 * 160], 0); /* left bar */
    assert_int_equal(frame.planes[1][22 * 80], 128);
    assert_int_equal(frame.planes[0][45 * 160 + 50], 50);
    frame = fit_picture(&fit, &photo, &(struct film_crop){0.6, 0, 0.3, 0.3}, same);
    assert_int_equal(frame.planes[0][45 * 160 + 80], 200); /* the bright half alone */
    fit_finish(&fit);
}

static void the_first_photo_sets_the_size(void **state)
{
    (void)state;
    static const struct {
        unsigned width, height, max_width, max_height;
        uint16_t to_width, to_height;
    } CASES[] = {{640, 480, 0, 0, 640, 480},       {4000, 3000, 0, 0, 1440, 1080},
                 {641, 481, 0, 0, 640, 480},       {640, 480, 320, 320, 320, 240},
                 {1600, 1200, 1280, 0, 1280, 960}, {16, 16, 0, 0, 16, 16},
                 {3000, 10, 0, 0, 1920, 16}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct film_settings settings = {.max_width = CASES[i].max_width,
                                               .max_height = CASES[i].max_height};
        uint16_t width, height;
        fit_size(CASES[i].width, CASES[i].height, &settings, &width, &height);
        assert_int_equal(width, CASES[i].to_width);
        assert_int_equal(height, CASES[i].to_height);
    }
}

static void large_photos_are_decoded_small(void **state)
{
    (void)state;
    struct fit fit = {.width = 640, .height = 480};
    assert_int_equal(fit_scale(&fit, 640, 480, &ALL), 1);
    assert_int_equal(fit_scale(&fit, 1600, 1200, &ALL), 2);
    assert_int_equal(fit_scale(&fit, 5120, 3840, &ALL), 8);
    assert_int_equal(fit_scale(&fit, 1600, 1200, &(struct film_crop){0, 0, 0.5, 0.5}), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_size_is_copied),
        cmocka_unit_test(every_chroma_and_odd_shape_fits),
        cmocka_unit_test(bars_are_black_and_crop_counts),
        cmocka_unit_test(the_first_photo_sets_the_size),
        cmocka_unit_test(large_photos_are_decoded_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
