#include "media/h264_sps.h"

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
        const char *what, *hex;
        struct h264_sps sps;
    } rows[] = {
        {"x264 superfast 160x120, full range 601",
         "6764000bacb41423f2e02dc18181900000030010000003"
         "03c8f142aa",
         {0x64, 0, 0x0b, 160, 120, 1, 8, 8, 1, true, 6, 6, 6, true, 0, 1}},
        {"x264 superfast 1280x720, full range 601",
         "6764001facb402802dd80b70606064000003000400000300f23c60ca80",
         {0x64, 0, 0x1f, 1280, 720, 1, 8, 8, 1, true, 6, 6, 6, true, 0, 1}},
        {"x264 superfast 1600x1200, full range 601",
         "67640028acb4032012f602dc1818190000030001000003003c8f1832a0",
         {0x64, 0, 0x28, 1600, 1200, 1, 8, 8, 1, true, 6, 6, 6, true, 0, 1}},
        {"x264 superfast 324x242, cropped",
         "6764000dacb40a843cf1180b70606064000003000400000300f23c50aa80",
         {0x64, 0, 0x0d, 324, 242, 1, 8, 8, 1, true, 6, 6, 6, true, 0, 1}},
        {"x264 ultrafast 640x480, no colours",
         "6742c01eda0280f6c044000003000400000300f23c58ba80",
         {0x42, 0xc0, 0x1e, 640, 480, 1, 8, 8, 1, false, 2, 2, 2, true, 0, 1}},
        {"x264 High 4:2:2, interlaced, aspect ratio, HRD, quantization matrices",
         "677a0015bce81410fc4e042000000300200000079c04003d08000f425261007c50aa80",
         {0x7a, 0, 0x15, 320, 240, 2, 8, 8, 1, false, 2, 2, 2, true, 0, 1}},
        {"openh264 160x120, full range 601",
         "6742c00b8c8d41422f2cdc1818181e1108d4",
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
    uint8_t bytes[H264_PARAMETER_SET_MAX_BYTES + 8];
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
    memcpy(out, w.bytes, 64);
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

static const struct h264_signal JPEG_LIKE = {true, 1, 13, 6};
static const struct h264_signal HDTV = {false, 1, 1, 1};

/* The fields before the VUI are unchanged; the VUI has the given values. */
static void check_signal(const char *what, const uint8_t *sps, size_t len_bytes,
                         const struct h264_signal *signal)
{
    uint8_t out[H264_PARAMETER_SET_MAX_BYTES], again[H264_PARAMETER_SET_MAX_BYTES];
    size_t out_bytes = 0, again_bytes = 0;
    struct h264_sps want, got;
    assert_int_equal(h264_sps_parse(sps, len_bytes, &want), 0);
    if (h264_sps_signal(sps, len_bytes, signal, out, &out_bytes) != 0 ||
        h264_sps_parse(out, out_bytes, &got) != 0)
        fail_msg("%s", what);
    assert_memory_equal(out, sps, 4);
    assert_int_equal(got.width, want.width);
    assert_int_equal(got.height, want.height);
    assert_int_equal(got.ref_frames, want.ref_frames);
    assert_int_equal(got.chroma_format, want.chroma_format);
    assert_int_equal(got.full_range, signal->full_range);
    assert_int_equal(got.primaries, signal->primaries);
    assert_int_equal(got.transfer, signal->transfer);
    assert_int_equal(got.matrix, signal->matrix);
    assert_true(got.has_bitstream_restriction);
    assert_int_equal(got.max_num_reorder_frames, 0);
    assert_int_equal(got.max_dec_frame_buffering, want.ref_frames);
    for (size_t i = 0; i + 2 < out_bytes; i++) /* nothing that looks like a start code */
        assert_false(out[i] == 0 && out[i + 1] == 0 && out[i + 2] < 3);
    assert_int_equal(h264_sps_signal(out, out_bytes, signal, again, &again_bytes), 0);
    assert_int_equal(again_bytes, out_bytes);
    assert_memory_equal(again, out, out_bytes);
}

static void test_signal(void **state)
{
    (void)state;
    static const struct {
        const char *what, *hex;
    } rows[] = {
        {"x264, colours and timing", "6764001facb402802dd80b70606064000003000400000300f23c60ca80"},
        {"x264, no colours", "6742c01eda0280f6c044000003000400000300f23c58ba80"},
        {"x264, aspect ratio, HRD, interlaced",
         "677a0015bce81410fc4e042000000300200000079c04003d08000f425261007c50aa80"},
        {"openh264", "6742c00b8c8d41422f2cdc1818181e1108d4"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t sps[H264_PARAMETER_SET_MAX_BYTES];
        const size_t len_bytes = data_unhex(rows[i].hex, sps, sizeof(sps));
        check_signal(rows[i].what, sps, len_bytes, &JPEG_LIKE);
        check_signal(rows[i].what, sps, len_bytes, &HDTV);
    }
}

/* As small hardware encoders write it, composed after 7.3.2.1.1: High profile, level 4.0, 1920x1088
 * cropped to 1080, one reference, no VUI. With `offsets` it is made longer: a cycle of as many
 * picture order offsets of 17 bits each. */
static size_t compose_without_vui(uint32_t offsets, uint8_t out[H264_PARAMETER_SET_MAX_BYTES + 8])
{
    struct sps_writer w = {{0}, 0};
    put(&w, 32, 0x67640028);
    put_ue(&w, 0);
    put_ue(&w, 1); /* 4:2:0, 8 bit, no scaling matrix */
    put_ue(&w, 0);
    put_ue(&w, 0);
    put(&w, 2, 0);
    put_ue(&w, 4); /* log2_max_frame_num */
    put_ue(&w, offsets ? 1 : 2);
    if (offsets) {
        put(&w, 1, 0);
        put_ue(&w, 0);
        put_ue(&w, 0);
        put_ue(&w, offsets);
        for (uint32_t i = 0; i < offsets; i++)
            put_ue(&w, 300);
    }
    put_ue(&w, 1);
    put(&w, 1, 0);
    put_ue(&w, 119);
    put_ue(&w, 67);
    put(&w, 3, 7); /* frames only, direct 8x8, cropped: */
    put_ue(&w, 0);
    put_ue(&w, 0);
    put_ue(&w, 0);
    put_ue(&w, 4);
    put(&w, 1, 0); /* no VUI */
    put(&w, 1, 1);
    memcpy(out, w.bytes, sizeof(w.bytes));
    return (w.n_bits + 7) / 8;
}

static void test_signal_without_vui(void **state)
{
    (void)state;
    uint8_t sps[H264_PARAMETER_SET_MAX_BYTES + 8], out[H264_PARAMETER_SET_MAX_BYTES], want[64];
    const size_t len_bytes = compose_without_vui(0, sps);
    check_signal("composed", sps, len_bytes, &JPEG_LIKE);
    check_signal("composed", sps, len_bytes, &HDTV);

    /* Read back with ffmpeg's trace_headers. */
    static const char known[] = "67640028ac2b403c0113f2cdc0434181e1008540";
    size_t out_bytes;
    assert_int_equal(h264_sps_signal(sps, len_bytes, &JPEG_LIKE, out, &out_bytes), 0);
    assert_int_equal(out_bytes, data_unhex(known, want, sizeof(want)));
    assert_memory_equal(out, want, out_bytes);
}

/* Timing, aspect ratio and HRD are not this function's: every bit of them stays. */
static void test_signal_keeps_the_rest(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"6764001facb402802dd80b70606064000003000400000300f23c60ca80",
         "6764001facb402802dd80b7010d064000003000400000300f23c2010a8"},
        {"677a0015bce81410fc4e042000000300200000079c04003d08000f425261007c50aa80",
         "677a0015bce81410fc4e04dc0434190000030001000003003ce02001e840007a12930803e1008540"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t sps[64], out[H264_PARAMETER_SET_MAX_BYTES], want[64];
        size_t len_bytes = data_unhex(rows[i].from, sps, sizeof(sps)), out_bytes = 0;
        assert_int_equal(h264_sps_signal(sps, len_bytes, &JPEG_LIKE, out, &out_bytes), 0);
        assert_int_equal(out_bytes, data_unhex(rows[i].to, want, sizeof(want)));
        assert_memory_equal(out, want, out_bytes);
    }
}

static void test_signal_refuses(void **state)
{
    (void)state;
    uint8_t sps[H264_PARAMETER_SET_MAX_BYTES + 8], out[H264_PARAMETER_SET_MAX_BYTES];
    size_t out_bytes = 77;
    size_t len_bytes = compose_without_vui(0, sps);
    for (size_t n = 0; n + 1 < len_bytes; n++)
        assert_int_equal(h264_sps_signal(sps, n, &JPEG_LIKE, out, &out_bytes), -EINVAL);

    /* It may be as long as a parameter set can be, and no longer. */
    int last = 0;
    for (uint32_t offsets = 1; last == 0; offsets++) {
        assert_in_range(offsets, 1, 120);
        len_bytes = compose_without_vui(offsets, sps);
        last = h264_sps_signal(sps, len_bytes, &JPEG_LIKE, out, &out_bytes);
        if (last == 0)
            check_signal("long", sps, len_bytes, &JPEG_LIKE);
    }
    assert_int_equal(last, -ENOSPC);
    assert_in_range(len_bytes, H264_PARAMETER_SET_MAX_BYTES - 16, H264_PARAMETER_SET_MAX_BYTES);
    assert_in_range(out_bytes, H264_PARAMETER_SET_MAX_BYTES - 16, H264_PARAMETER_SET_MAX_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_sps),           cmocka_unit_test(test_broken_sps),
        cmocka_unit_test(test_made_sps),           cmocka_unit_test(test_signal),
        cmocka_unit_test(test_signal_without_vui), cmocka_unit_test(test_signal_keeps_the_rest),
        cmocka_unit_test(test_signal_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
