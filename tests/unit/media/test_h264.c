#include "media/h264.h"

#include <errno.h>
#include <stdbool.h>

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

    /* An Exp-Golomb code of more than 31 zeros. */
    len_bytes = data_unhex("6742c01e000000000000000000", sps, sizeof(sps));
    assert_int_equal(h264_sps_parse(sps, len_bytes, &ret), -EINVAL);
    assert_int_equal(ret.width, 77);
}

/* Writes an SPS bit by bit. */
struct sps_writer {
    uint8_t bytes[64];
    size_t n_bits;
};

static void put(struct sps_writer *w, unsigned n_bits, uint32_t value)
{
    for (; n_bits > 0; n_bits--, w->n_bits++) {
        assert_true(w->n_bits < 8 * sizeof(w->bytes));
        if (value >> (n_bits - 1) & 1)
            w->bytes[w->n_bits / 8] |= (uint8_t)(0x80 >> w->n_bits % 8);
    }
}

static void put_ue(struct sps_writer *w, uint32_t value)
{
    unsigned n_bits = 0;
    while ((value + 1) >> (n_bits + 1))
        n_bits++;
    put(w, n_bits, 0);
    put(w, n_bits + 1, value + 1);
}

struct made {
    const char *what;
    uint32_t mbs_wide, mbs_high; /* in map units */
    uint32_t crop[4];            /* left, right, top, bottom, in the chroma's units */
    bool interlaced;
    int result;
    uint32_t width, height;
};

/* High profile with a scaling list that ends early (delta_scale -8 makes next_scale 0). */
static size_t write_sps(const struct made *made, uint8_t out[64])
{
    struct sps_writer w = {{0}, 0};
    put(&w, 32, 0x6764001e);
    put_ue(&w, 0);
    put_ue(&w, 1); /* 4:2:0, 8 bit */
    put_ue(&w, 0);
    put_ue(&w, 0);
    put(&w, 1, 0);
    put(&w, 2, 3);  /* a scaling matrix with its first list: */
    put_ue(&w, 16); /* delta -8: use the default, no more deltas */
    put(&w, 7, 1);  /* and its last: */
    for (unsigned i = 0; i < 3; i++)
        put_ue(&w, 2); /* three deltas of -1, */
    put_ue(&w, 10);    /* then -5: the rest stays */
    put_ue(&w, 0);     /* log2_max_frame_num */
    put_ue(&w, 2);     /* picture order */
    put_ue(&w, 1);
    put(&w, 1, 0);
    put_ue(&w, made->mbs_wide - 1);
    put_ue(&w, made->mbs_high - 1);
    put(&w, made->interlaced ? 2 : 1, made->interlaced ? 0 : 1);
    put(&w, 1, 1);
    put(&w, 1, 1);
    for (unsigned i = 0; i < 4; i++)
        put_ue(&w, made->crop[i]);
    put(&w, 1, 0); /* no VUI */
    put(&w, 1, 1);
    memcpy(out, w.bytes, sizeof(w.bytes));
    return (w.n_bits + 7) / 8;
}

static void test_made_sps(void **state)
{
    (void)state;
    static const struct made rows[] = {
        {"plain", 40, 30, {0}, false, 0, 640, 480},
        {"cropped on all sides", 40, 30, {1, 2, 3, 4}, false, 0, 634, 466},
        {"interlaced: four lines a unit", 40, 15, {0, 0, 0, 2}, true, 0, 640, 472},
        {"all but the last column cropped", 1, 1, {7, 0, 0, 0}, false, 0, 2, 16},
        {"no column left", 1, 1, {4, 4, 0, 0}, false, -EINVAL, 0, 0},
        {"no line left", 1, 1, {0, 0, 8, 0}, false, -EINVAL, 0, 0},
        {"less than no line left", 1, 1, {0, 0, 8, 8}, false, -EINVAL, 0, 0},
        {"as wide as can be", 1055, 1, {0}, false, 0, 16880, 16},
        {"wider", 1056, 1, {0}, false, -EINVAL, 0, 0},
        {"as high as can be", 1, 1055, {0}, false, 0, 16, 16880},
        {"higher", 1, 1056, {0}, false, -EINVAL, 0, 0},
        {"interlaced, higher", 1, 528, {0}, true, -EINVAL, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t sps[64];
        size_t len_bytes = write_sps(&rows[i], sps);
        struct h264_sps got = {0};
        int result = h264_sps_parse(sps, len_bytes, &got);
        if (result != rows[i].result || got.width != rows[i].width || got.height != rows[i].height)
            fail_msg("%s: %d, %ux%u", rows[i].what, result, got.width, got.height);
    }
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
        cmocka_unit_test(test_real_sps), cmocka_unit_test(test_broken_sps),
        cmocka_unit_test(test_made_sps), cmocka_unit_test(test_annexb),
        cmocka_unit_test(test_avcc),     cmocka_unit_test(test_real_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
