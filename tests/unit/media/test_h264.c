#include "media/h264.h"

#include <errno.h>

#include "data.h"

#define SAME(field)                                                                                \
    if (got.field != want.field)                                                                   \
    fail_msg("%s: " #field " %u", rows[i].what, (unsigned)got.field)

/* What encoders really write; each behind its start code's NAL header. */
static void test_real_sps(void **state)
{
    (void)state;
    static const struct {
        const char *what, *hex, *codec;
        struct h264_sps sps;
    } rows[] = {
        {"x264 superfast 160x120, full range 601",
         "6764000bacb41423f2e02dc18181900000030010000003"
         "03c8f142aa",
         "avc1.64000B",
         {0x64, 0, 0x0b, 160, 120, 1, 8, 8, 1, true, 6, 6, 6, true, 0, 1}},
        {"x264 superfast 1280x720, full range 601",
         "6764001facb402802dd80b70606064000003000400000300f23c60ca80",
         "avc1.64001F",
         {0x64, 0, 0x1f, 1280, 720, 1, 8, 8, 1, true, 6, 6, 6, true, 0, 1}},
        {"x264 superfast 1600x1200, full range 601",
         "67640028acb4032012f602dc1818190000030001000003003c8f1832a0",
         "avc1.640028",
         {0x64, 0, 0x28, 1600, 1200, 1, 8, 8, 1, true, 6, 6, 6, true, 0, 1}},
        {"x264 superfast 324x242, cropped",
         "6764000dacb40a843cf1180b70606064000003000400000300f23c50aa80",
         "avc1.64000D",
         {0x64, 0, 0x0d, 324, 242, 1, 8, 8, 1, true, 6, 6, 6, true, 0, 1}},
        {"x264 ultrafast 640x480, no colours",
         "6742c01eda0280f6c044000003000400000300f23c58ba80",
         "avc1.42C01E",
         {0x42, 0xc0, 0x1e, 640, 480, 1, 8, 8, 1, false, 2, 2, 2, true, 0, 1}},
        {"x264 High 4:2:2, interlaced, aspect ratio, HRD, quantization matrices",
         "677a0015bce81410fc4e042000000300200000079c04003d08000f425261007c50aa80",
         "avc1.7A0015",
         {0x7a, 0, 0x15, 320, 240, 2, 8, 8, 1, false, 2, 2, 2, true, 0, 1}},
        {"openh264 160x120, full range 601",
         "6742c00b8c8d41422f2cdc1818181e1108d4",
         "avc1.42C00B",
         {0x42, 0xc0, 0x0b, 160, 120, 1, 8, 8, 1, true, 6, 6, 6, true, 0, 1}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct h264_params params = {0};
        params.sps_len_bytes = (uint16_t)data_unhex(rows[i].hex, params.sps, sizeof(params.sps));
        struct h264_sps got, want = rows[i].sps;
        if (h264_sps_parse(params.sps, params.sps_len_bytes, &got) != 0)
            fail_msg("%s", rows[i].what);
        SAME(profile);
        SAME(constraints);
        SAME(level);
        SAME(width);
        SAME(height);
        SAME(chroma_format);
        SAME(luma_bits);
        SAME(chroma_bits);
        SAME(ref_frames);
        SAME(full_range);
        SAME(primaries);
        SAME(transfer);
        SAME(matrix);
        SAME(has_bitstream_restriction);
        SAME(max_num_reorder_frames);
        SAME(max_dec_frame_buffering);
        char codec[12];
        h264_codec_string(&params, codec);
        assert_string_equal(codec, rows[i].codec);
    }
}

static void test_broken_sps(void **state)
{
    (void)state;
    uint8_t sps[H264_PARAMETER_SET_MAX_BYTES + 1] = {0};
    static const char hex[] = "6764000dacb40a843cf1180b70606064000003000400000300f23c50aa80";
    size_t len_bytes = data_unhex(hex, sps, sizeof(sps));
    struct h264_sps ret = {.width = 77};

    for (size_t n = 0; n + 1 < len_bytes; n++) /* the last byte holds only the stop bit */
        assert_int_equal(h264_sps_parse(sps, n, &ret), -EINVAL);
    assert_int_equal(h264_sps_parse(sps, sizeof(sps), &ret), -EINVAL); /* longer than the cap */
    sps[0] = 0x68;
    assert_int_equal(h264_sps_parse(sps, len_bytes, &ret), -EINVAL); /* a PPS */
    sps[0] = 0xe7;
    assert_int_equal(h264_sps_parse(sps, len_bytes, &ret), -EINVAL); /* forbidden_zero_bit */

    static const char *const bad[] = {
        "6742c01e000000000000000000",         /* an Exp-Golomb code of more than 31 zeros */
        "6742c01eda00000001000000",           /* a width beyond every level */
        "6742c01ed90140789d802a2a2a2a2a2a2a", /* more cropped away than there is */
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        len_bytes = data_unhex(bad[i], sps, sizeof(sps));
        assert_int_equal(h264_sps_parse(sps, len_bytes, &ret), -EINVAL);
    }
    assert_int_equal(ret.width, 77);
}

static void expect_annexb(const char *hex, const char *nals)
{
    uint8_t data[64];
    size_t len_bytes = data_unhex(hex, data, sizeof(data)), pos = 0;
    char got[128] = "";
    struct h264_nal nal;
    while (h264_annexb_next(data, len_bytes, &pos, &nal)) {
        assert_int_equal(nal.type, nal.data[0] & 31);
        for (size_t i = 0; i < nal.len_bytes; i++)
            sprintf(got + strlen(got), "%02x", nal.data[i]);
        strcat(got, " ");
    }
    assert_string_equal(got, nals);
    assert_int_equal(pos, len_bytes);
    assert_false(h264_annexb_next(data, len_bytes, &pos, &nal));
}

static void test_annexb(void **state)
{
    (void)state;
    expect_annexb("", "");
    expect_annexb("00", "");
    expect_annexb("000001", "");
    expect_annexb("00000001", "");
    expect_annexb("656667", "");
    expect_annexb("00000165", "65 ");
    expect_annexb("0000000165aabb", "65aabb ");
    expect_annexb("0000000167aa0000000168bb00000165cc", "67aa 68bb 65cc ");
    expect_annexb("00000167aa00000000000000000168bb0000", "67aa 68bb ");
    expect_annexb("00000100000100000165", "65 "); /* units without a byte */
    expect_annexb("0000016500000301000002010100", "65000003010000020101 ");
    expect_annexb("aabb0000016501", "6501 "); /* bytes in front of the first start code */
    expect_annexb("0000016501010101000001010101", "6501010101 010101 ");
}

static void test_avcc(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *nals;
        size_t end;
    } rows[] = {
        {"", "", 0},
        {"00000001", "", 0},
        {"0000000165", "65 ", 5},
        {"0000000265aa000000030102ff", "65aa 0102ff ", 13},
        {"0000000265aa00000004010203", "65aa ", 6}, /* cut off */
        {"0000000265aa000000", "65aa ", 6},
        {"00000000", "", 0}, /* a unit without a byte ends the walk */
        {"000000000000000165", "", 0},
        {"ffffffff65aabb", "", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t data[64];
        size_t len_bytes = data_unhex(rows[i].hex, data, sizeof(data)), pos = 0;
        char got[128] = "";
        struct h264_nal nal;
        while (h264_avcc_next(data, len_bytes, &pos, &nal)) {
            assert_int_equal(nal.type, nal.data[0] & 31);
            for (size_t k = 0; k < nal.len_bytes; k++)
                sprintf(got + strlen(got), "%02x", nal.data[k]);
            strcat(got, " ");
        }
        assert_string_equal(got, rows[i].nals);
        assert_int_equal(pos, rows[i].end);
    }
}

/* A real stream: parameter sets, an IDR picture and eleven more. */
static void test_real_stream(void **state)
{
    (void)state;
    static const char *const names[] = {"x264.h264", "openh264.h264"};
    for (size_t i = 0; i < 2; i++) {
        uint8_t data[DATA_MAX_BYTES];
        size_t len_bytes = data_read(names[i], data), pos = 0;
        unsigned count[32] = {0};
        struct h264_nal nal;
        while (h264_annexb_next(data, len_bytes, &pos, &nal))
            count[nal.type]++;
        assert_int_equal(count[H264_NAL_SPS], 1);
        assert_int_equal(count[H264_NAL_PPS], 1);
        assert_int_equal(count[H264_NAL_IDR], 1);
        assert_int_equal(count[H264_NAL_SLICE], 11);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_sps),    cmocka_unit_test(test_broken_sps),
        cmocka_unit_test(test_annexb),      cmocka_unit_test(test_avcc),
        cmocka_unit_test(test_real_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
