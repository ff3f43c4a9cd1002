/* Planes and colours of what a driver says about its pictures. */
#include "v4l2/v4l2_layout.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct v4l2_pix_format pix(uint32_t fourcc, uint32_t width, uint32_t height, uint32_t stride)
{
    return (struct v4l2_pix_format){
        .pixelformat = fourcc, .width = width, .height = height, .bytesperline = stride};
}

static void planes(void **state)
{
    (void)state;
    struct raw_picture raw;
    size_t len_bytes;
    struct v4l2_pix_format p = pix(V4L2_PIX_FMT_YUYV, 640, 480, 1280);
    assert_int_equal(v4l2_layout(&p, &raw, &len_bytes), 0);
    assert_int_equal(raw.format, RAW_YUYV);
    assert_int_equal(raw.strides[0], 1280);
    assert_int_equal(raw.offsets[1] | raw.offsets[2], 0);
    assert_int_equal(len_bytes, 1280 * 480);
    assert_int_equal(raw.dmabuf_fd, -1);

    p = pix(V4L2_PIX_FMT_NV12, 640, 482, 704);
    assert_int_equal(v4l2_layout(&p, &raw, &len_bytes), 0);
    assert_int_equal(raw.strides[1], 704);
    assert_int_equal(raw.offsets[1], 704 * 482);
    assert_int_equal(len_bytes, 704 * 482 + 704 * 241);

    p = pix(V4L2_PIX_FMT_YUV420, 640, 481, 0); /* no stride said: none but the pixels */
    assert_int_equal(v4l2_layout(&p, &raw, &len_bytes), 0);
    assert_int_equal(raw.strides[0], 640);
    assert_int_equal(raw.strides[2], 320);
    assert_int_equal(raw.offsets[1], 640 * 481);
    assert_int_equal(raw.offsets[2], 640 * 481 + 320 * 241);
    assert_int_equal(len_bytes, 640 * 481 + 2 * 320 * 241);
}

static void refusals(void **state)
{
    (void)state;
    const struct v4l2_pix_format WRONG[] = {
        pix(V4L2_PIX_FMT_MJPEG, 640, 480, 0),        pix(V4L2_PIX_FMT_RGB24, 640, 480, 0),
        pix(V4L2_PIX_FMT_YUYV, 0, 480, 0),           pix(V4L2_PIX_FMT_YUYV, 640, 0, 0),
        pix(V4L2_PIX_FMT_YUYV, 640, 480, 1279),      pix(V4L2_PIX_FMT_NV12, 640, 480, 639),
        pix(V4L2_PIX_FMT_NV12, 65536, 480, 0),       pix(V4L2_PIX_FMT_NV12, 641, 480, 0),
        pix(V4L2_PIX_FMT_NV12, 640, 480, 0x10000000)};
    struct raw_picture raw = {.width = 7};
    size_t len_bytes = 8;
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++)
        assert_int_equal(v4l2_layout(&WRONG[i], &raw, &len_bytes), -EBADMSG);
    assert_int_equal(raw.width, 7);
    assert_int_equal(len_bytes, 8);
}

static void colours(void **state)
{
    (void)state;
    static const struct {
        uint32_t space, matrix, range;
        bool told, full_range, bt709;
    } CASES[] = {
        {V4L2_COLORSPACE_SRGB, 0, 0, true, false, false},
        {V4L2_COLORSPACE_JPEG, 0, 0, true, true, false},
        {V4L2_COLORSPACE_REC709, 0, 0, true, false, true},
        {V4L2_COLORSPACE_SMPTE170M, 0, 0, true, false, false},
        {0, 0, 0, true, false, false},
        {V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_709, V4L2_QUANTIZATION_FULL_RANGE, true, true, true},
        {V4L2_COLORSPACE_JPEG, 0, V4L2_QUANTIZATION_LIM_RANGE, true, false, false},
        /* what an old driver leaves lying there is not looked at */
        {V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_709, V4L2_QUANTIZATION_FULL_RANGE, false, false,
         false},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct v4l2_pix_format p = pix(V4L2_PIX_FMT_YUYV, 640, 480, 0);
        struct raw_picture raw;
        size_t len_bytes;
        p.colorspace = CASES[i].space;
        p.ycbcr_enc = CASES[i].matrix;
        p.quantization = CASES[i].range;
        p.priv = CASES[i].told ? V4L2_PIX_FMT_PRIV_MAGIC : 0;
        assert_int_equal(v4l2_layout(&p, &raw, &len_bytes), 0);
        if (raw.full_range != CASES[i].full_range || raw.bt709 != CASES[i].bt709)
            fail_msg("case %zu: full range %d, BT.709 %d", i, raw.full_range, raw.bt709);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(planes), cmocka_unit_test(refusals),
                                       cmocka_unit_test(colours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
