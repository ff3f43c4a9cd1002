#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/encoder.h"

static void test_level_fits_60_fps(void **state)
{
    (void)state;
    static const struct {
        unsigned width, height;
        int level_idc;
    } cases[] = {
        {16, 16, 12},     {160, 120, 12},   {176, 144, 12},   {320, 240, 21},
        {640, 480, 31},   {800, 600, 32},   {1280, 720, 32},  {1600, 1200, 42},
        {1920, 1080, 42}, {2560, 1440, 51}, {2592, 1944, 52}, {4096, 2304, 52},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(encoder_level(cases[i].width, cases[i].height), cases[i].level_idc);
}

static int bitrate(unsigned width, unsigned height, unsigned quality)
{
    return encoder_bitrate(&(struct encoder_params){
        .width = (uint16_t)width, .height = (uint16_t)height, .quality = quality});
}

static void test_bitrate(void **state)
{
    (void)state;
    assert_int_equal(bitrate(640, 480, ENCODER_QUALITY), 750000);
    assert_int_equal(bitrate(640, 480, ENCODER_QUALITY + 20), 1500000);
    assert_int_equal(bitrate(640, 480, ENCODER_QUALITY - 20), 375000);
    /* Sixteen times the pixels, eight times the bits. */
    assert_int_equal(bitrate(2560, 1920, ENCODER_QUALITY), 6000000);
    assert_int_equal(bitrate(16, 16, 1), 60000);
}

static void test_min_qp(void **state)
{
    (void)state;
    assert_int_equal(encoder_min_qp(ENCODER_QUALITY), 27);
    assert_int_equal(encoder_min_qp(100), 19);
    assert_in_range(encoder_min_qp(1), 38, 42);
}

static void test_names(void **state)
{
    (void)state;
    assert_non_null(encoder_find(NULL));
    assert_ptr_equal(encoder_find(encoder_find(NULL)->name), encoder_find(NULL));
    assert_null(encoder_find(""));
    assert_null(encoder_find("x26"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_level_fits_60_fps),
        cmocka_unit_test(test_bitrate),
        cmocka_unit_test(test_min_qp),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
