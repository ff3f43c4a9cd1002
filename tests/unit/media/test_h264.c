#include "media/h264.h"

#include <errno.h>
#include <stdbool.h>

#include "data.h"

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

static void test_fits(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        bool fits;
    } rows[] = {{16, 16, true},      {15, 64, false},      {64, 15, false},  {4096, 2304, true},
                {4096, 2305, false}, {2304, 4096, true},   {8192, 16, true}, {16, 8193, false},
                {8192, 8192, false}, {65535, 65535, false}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(h264_fits(rows[i].width, rows[i].height), rows[i].fits);
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

/* Parameter sets, delimiters and SEI out, lengths in. */
static void test_split(void **state)
{
    (void)state;
    static const struct {
        const char *annexb, *avcc, *sps, *pps;
        int result;
        bool key;
    } rows[] = {
        {"0000000167aa0000000168bb00000165cc", "0000000265cc", "67aa", "68bb", 0, true},
        {"00000001091000000106050100000141cc", "0000000241cc", "67ee", "68ee", 0, false},
        {"00000141cc00000141dd", "0000000241cc0000000241dd", "67ee", "68ee", 0, false},
        {"0000014100000141", "00000001410000000141", "67ee", "68ee", 0,
         false}, /* as long as can be */
        {"0000000168bb0000000165cc", "0000000265cc", "67ee", "68bb", 0, true},
        {"0000000167aa0000000168bb", "", "", "", -EINVAL, false},
        {"0000000165cc00000141dd", "", "", "", -EINVAL, false},
        {"", "", "", "", -EINVAL, false},
        {"65cc", "", "", "", -EINVAL, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct h264_params params = {
            .sps = {0x67, 0xee}, .pps = {0x68, 0xee}, .sps_len_bytes = 2, .pps_len_bytes = 2};
        uint8_t annexb[64], avcc[80], want[80];
        size_t len_bytes = data_unhex(rows[i].annexb, annexb, sizeof(annexb)), avcc_bytes = 0;
        bool key = false;
        if (h264_annexb_split(annexb, len_bytes, &params, avcc, &avcc_bytes, &key) !=
            rows[i].result)
            fail_msg("%s", rows[i].annexb);
        if (rows[i].result != 0)
            continue;
        assert_int_equal(avcc_bytes, data_unhex(rows[i].avcc, want, sizeof(want)));
        assert_memory_equal(avcc, want, avcc_bytes);
        assert_true(avcc_bytes <= h264_avcc_max_bytes(len_bytes));
        assert_int_equal(key, rows[i].key);
        assert_int_equal(params.sps_len_bytes, data_unhex(rows[i].sps, want, sizeof(want)));
        assert_memory_equal(params.sps, want, params.sps_len_bytes);
        assert_int_equal(params.pps_len_bytes, data_unhex(rows[i].pps, want, sizeof(want)));
        assert_memory_equal(params.pps, want, params.pps_len_bytes);
    }
}

static void test_split_long_parameter_set(void **state)
{
    (void)state;
    enum { LONGEST = H264_PARAMETER_SET_MAX_BYTES };
    uint8_t annexb[4 + LONGEST + 1 + 5], avcc[2 * sizeof(annexb)];
    for (size_t n = LONGEST; n <= LONGEST + 1; n++) {
        struct h264_params params = {.sps_len_bytes = 0};
        memset(annexb, 0xff, sizeof(annexb));
        memcpy(annexb, "\0\0\1\x67", 4);
        memcpy(annexb + 3 + n, "\0\0\1\x65\x88", 5);
        size_t avcc_bytes;
        bool key;
        assert_int_equal(h264_annexb_split(annexb, 3 + n + 5, &params, avcc, &avcc_bytes, &key),
                         n > LONGEST ? -EINVAL : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_annexb), cmocka_unit_test(test_avcc),
        cmocka_unit_test(test_fits),   cmocka_unit_test(test_real_stream),
        cmocka_unit_test(test_split),  cmocka_unit_test(test_split_long_parameter_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
