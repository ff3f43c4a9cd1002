/* What rpicam's programs write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "picam/rpicam_text.h"

static unsigned list(const char *text, struct rpicam_camera cameras[HELPER_CAMERAS_MAX])
{
    return rpicam_text_cameras(text, strlen(text), cameras);
}

static void test_a_list(void **state)
{
    (void)state;
    struct rpicam_camera cameras[HELPER_CAMERAS_MAX];
    assert_int_equal(
        list("Available cameras\n"
             "-----------------\n"
             "0 : imx219 [3280x2464 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx219@10)\n"
             "    Modes: 'SRGGB10_CSI2P' : 640x480 [206.65 fps - (1000, 752)/1280x960 crop]\n"
             "                             3280x2464 [21.19 fps - (0, 0)/3280x2464 crop]\n"
             "\n"
             "1 : imx708_wide [4608x2592] (/base/axi/pcie@120000/rp1/i2c@80000/imx708@1a)\n"
             "2 : HD Webcam [1280x720] (/base/scb/pcie@7d500000/usb@0,0-1:1.0-046d:0825)\n",
             cameras),
        2); /* the webcam is the kernel driver's */
    assert_int_equal(cameras[0].number, 0);
    assert_string_equal(cameras[0].camera.model, "imx219");
    assert_string_equal(cameras[0].camera.id, "/base/soc/i2c0mux/i2c@1/imx219@10");
    assert_int_equal(cameras[1].number, 1);
    assert_string_equal(cameras[1].camera.model, "imx708_wide");
}

static void test_not_a_camera(void **state)
{
    (void)state;
    struct rpicam_camera cameras[HELPER_CAMERAS_MAX];
    assert_int_equal(list("No cameras available!\n", cameras), 0);
    assert_int_equal(list("0 : imx219\n0 : imx219 [x] ()\n : imx219 [x] (/a)\n", cameras), 0);
    assert_int_equal(list("100 : imx219 [x] (/a)\n", cameras), 0);
    assert_int_equal(list("0 : imx219 [x] (/a\x1b)\n", cameras), 0);
}

static void test_no_more_cameras_than_fit(void **state)
{
    (void)state;
    struct rpicam_camera cameras[HELPER_CAMERAS_MAX];
    char text[HELPER_CAMERAS_MAX * 2 * 32] = "";
    for (int i = 0; i < HELPER_CAMERAS_MAX + 5; i++)
        snprintf(text + strlen(text), 32, "%d : imx219 [x] (/a/%d)\n", i, i);
    assert_int_equal(list(text, cameras), HELPER_CAMERAS_MAX);
}

static void test_a_stream_of_jpegs(void **state)
{
    (void)state;
    /* SOI, a segment with a whole JPEG inside, a scan with stuffing and a restart, EOI. */
    static const uint8_t STREAM[] = {0x00, 0xff, 0xd8, 0xff, 0xe1, 0x00, 0x08, 0xff, 0xd8,
                                     0xff, 0xd9, 0x11, 0x22, 0xff, 0xda, 0x00, 0x02, 0x12,
                                     0xff, 0x00, 0xff, 0xd0, 0x34, 0xff, 0xd9, 0xff, 0xd8,
                                     0xff, 0xda, 0x00, 0x02, 0x55, 0xff, 0xd9, 0xff};
    size_t off = 99, end = 99;
    assert_int_equal(rpicam_text_jpeg(STREAM, sizeof(STREAM), &off, &end), 0);
    assert_int_equal(off, 1);
    assert_int_equal(end, 25);
    assert_int_equal(rpicam_text_jpeg(STREAM + 25, sizeof(STREAM) - 25, &off, &end), 0);
    assert_int_equal(off, 0);
    assert_int_equal(end, 9);
    for (size_t n = 0; n < 25; n++) {
        assert_int_equal(rpicam_text_jpeg(STREAM, n, &off, &end), -EAGAIN);
        assert_true(off <= 1); /* what begins is kept */
    }
    /* The last FF may be the first half of the next SOI. */
    assert_int_equal(rpicam_text_jpeg(STREAM + 34, 1, &off, &end), -EAGAIN);
    assert_int_equal(off, 0);
}

static void test_broken_ones_are_passed_over(void **state)
{
    (void)state;
    static const uint8_t STREAM[] = {0xff, 0xd8, 0x12, 0x34, 0xff, 0xd8, 0xff, 0xe0, 0x00,
                                     0x01, 0xff, 0xd8, 0xff, 0xda, 0x00, 0x02, 0xff, 0xd9};
    size_t off, end;
    assert_int_equal(rpicam_text_jpeg(STREAM, sizeof(STREAM), &off, &end), 0);
    assert_int_equal(off, 10);
    assert_int_equal(end, 18);
    assert_int_equal(rpicam_text_jpeg((const uint8_t *)"rpicam", 6, &off, &end), -EAGAIN);
    assert_int_equal(off, 6); /* text has no use */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list),
        cmocka_unit_test(test_not_a_camera),
        cmocka_unit_test(test_no_more_cameras_than_fit),
        cmocka_unit_test(test_a_stream_of_jpegs),
        cmocka_unit_test(test_broken_ones_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
