/* The transport stream: its packets by hand, and what ffprobe makes of the whole. */
#include "media/mpegts.h"

#include <unistd.h>

#include "data.h"
#include "media/fmp4.h"
#include "media/h264.h"

enum { HEAD = 4, PES_HEAD = 14, N_FRAMES = 12 };

/* Annex A once more, so that it is not the muxer that checks itself: the remainder over a section
 * with its CRC is 0. */
static uint32_t remainder_of(const uint8_t *bytes, size_t len_bytes)
{
    uint32_t rest = 0xffffffff;
    for (size_t i = 0; i < 8 * len_bytes; i++) {
        const uint32_t bit = bytes[i / 8] >> (7 - i % 8) & 1;
        rest = (rest >> 31 ^ bit) ? rest << 1 ^ 0x04c11db7 : rest << 1;
    }
    return rest;
}

static void test_tables(void **state)
{
    (void)state;
    struct mpegts mpegts = {0};
    uint8_t out[MPEGTS_TABLES_BYTES];
    for (unsigned round = 0; round < 20; round++) {
        mpegts_write_tables(&mpegts, out);
        for (unsigned i = 0; i < 2; i++) {
            const uint8_t *p = out + i * MPEGTS_PACKET_BYTES;
            const size_t len = ((p[6] & 15u) << 8 | p[7]) + 3u;
            assert_int_equal(p[0], 0x47);
            assert_int_equal((p[1] & 31) << 8 | p[2], i ? 0x1000 : 0);
            assert_int_equal(p[1] & 0x40, 0x40);
            assert_int_equal(p[3], 0x10 | (round & 15));
            assert_int_equal(p[4], 0);
            assert_int_equal(p[5], i ? 2 : 0);
            assert_int_equal(remainder_of(p + 5, len), 0);
            for (size_t k = 5 + len; k < MPEGTS_PACKET_BYTES; k++)
                assert_int_equal(p[k], 0xff);
        }
    }
}

/* Every length around the borders of a packet, and one that needs no PES length. */
static void check_unit(size_t len_bytes)
{
    static uint8_t annexb[70000], out[80000], payload[80000];
    struct mpegts mpegts = {.video_counter = 14};
    for (size_t i = 0; i < len_bytes; i++)
        annexb[i] = (uint8_t)(i * 7);
    const struct mpegts_unit unit = {
        .annexb = annexb, .len_bytes = len_bytes, .pts = UINT64_C(0x1fedcba98), .key = true};
    const size_t n = mpegts_write_unit(&mpegts, &unit, out);
    size_t got = 0;
    assert_true(n <= mpegts_unit_max_bytes(len_bytes));
    for (size_t i = 0; i < n / MPEGTS_PACKET_BYTES; i++) {
        const uint8_t *p = out + i * MPEGTS_PACKET_BYTES;
        const size_t field = p[3] & 0x20 ? p[HEAD] + 1u : 0;
        assert_int_equal(p[0], 0x47);
        assert_int_equal((p[1] & 31) << 8 | p[2], 0x100);
        assert_int_equal(p[1] >> 6 & 1, i == 0);
        assert_int_equal(p[3] & 15, (14 + i) & 15);
        if (i == 0)
            assert_int_equal(p[5], 0x50); /* a clock, and a player may begin here */
        memcpy(payload + got, p + HEAD + field, MPEGTS_PACKET_BYTES - HEAD - field);
        got += MPEGTS_PACKET_BYTES - HEAD - field;
    }
    assert_int_equal(got, PES_HEAD + len_bytes);
    assert_memory_equal(payload + PES_HEAD, annexb, len_bytes);
    static const uint8_t START[] = {0, 0, 1, 0xe0};
    assert_memory_equal(payload, START, 4);
    assert_int_equal(payload[4] << 8 | payload[5], len_bytes + 8 > 0xffff ? 0 : len_bytes + 8);
    const uint8_t *t = payload + 9;
    const uint64_t pts = (uint64_t)(t[0] >> 1 & 7) << 30 | (uint64_t)t[1] << 22 |
                         (uint64_t)(t[2] >> 1) << 15 | (uint64_t)t[3] << 7 | t[4] >> 1;
    assert_int_equal(pts, unit.pts);
    assert_int_equal(t[0] >> 4, 2);
    assert_int_equal((t[0] & 1) + (t[2] & 1) + (t[4] & 1), 3);
    const uint8_t *c = out + HEAD + 2;
    const uint64_t clock = (uint64_t)c[0] << 25 | (uint64_t)c[1] << 17 | (uint64_t)c[2] << 9 |
                           (uint64_t)c[3] << 1 | c[4] >> 7;
    assert_int_equal(clock, unit.pts - 9000);
}

static void test_units(void **state)
{
    (void)state;
    for (size_t len_bytes = 1; len_bytes < 800; len_bytes++)
        check_unit(len_bytes);
    check_unit(65527);
    check_unit(65528);
    check_unit(70000);
}

/* --- All of it, as a player reads it. --- */

static size_t write_stream(const char *name, uint8_t *out)
{
    static uint8_t data[DATA_MAX_BYTES], avcc[DATA_MAX_BYTES + 4], unit[2 * DATA_MAX_BYTES];
    struct h264_params params = {0};
    struct mpegts mpegts = {0};
    size_t len_bytes = data_read(name, data), pos = 0, n = 0;
    struct h264_nal nal;
    for (unsigned i = 0; h264_annexb_next(data, len_bytes, &pos, &nal);) {
        if (nal.type == H264_NAL_SPS || nal.type == H264_NAL_PPS) {
            const bool is_sps = nal.type == H264_NAL_SPS;
            memcpy(is_sps ? params.sps : params.pps, nal.data, nal.len_bytes);
            *(is_sps ? &params.sps_len_bytes : &params.pps_len_bytes) = (uint16_t)nal.len_bytes;
        }
        if (nal.type != H264_NAL_IDR && nal.type != H264_NAL_SLICE)
            continue;
        const bool key = nal.type == H264_NAL_IDR;
        for (unsigned k = 0; k < 4; k++)
            avcc[k] = (uint8_t)(nal.len_bytes >> (24 - 8 * k));
        memcpy(avcc + 4, nal.data, nal.len_bytes);
        const size_t annexb =
            h264_annexb_write(key ? &params : NULL, avcc, nal.len_bytes + 4, unit);
        assert_true(annexb <= h264_annexb_max_bytes(nal.len_bytes + 4));
        if (key) {
            mpegts_write_tables(&mpegts, out + n);
            n += MPEGTS_TABLES_BYTES;
        }
        n += mpegts_write_unit(&mpegts,
                               &(struct mpegts_unit){.annexb = unit,
                                                     .len_bytes = annexb,
                                                     .pts = 90000 + i * 3051 + i % 3 * 400,
                                                     .key = key},
                               out + n);
        i++;
    }
    return n;
}

static void check_by_ffprobe(const char *name)
{
    static uint8_t bytes[4 * DATA_MAX_BYTES];
    char path[] = "/tmp/test_media_mpegts.XXXXXX", command[512], got[4096], want[4096] = "";
    const size_t len_bytes = write_stream(name, bytes);
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len_bytes), len_bytes);
    close(fd);
    snprintf(command, sizeof(command),
             FFPROBE " -v warning -of csv=p=0 -show_entries packet=pts,flags %s 2>&1", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    got[fread(got, 1, sizeof(got) - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    unlink(path);
    for (unsigned i = 0; i < N_FRAMES; i++)
        sprintf(want + strlen(want), "%u,", 90000 + i * 3051 + i % 3 * 400);
    char times[4096] = "";
    unsigned keys = 0;
    for (char *rest = NULL, *line = strtok_r(got, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        sprintf(times + strlen(times), "%u,", (unsigned)strtoul(line, NULL, 10));
        keys += strchr(line, 'K') != NULL;
    }
    assert_string_equal(times, want);
    assert_true(keys >= 1);
}

static void test_ffprobe(void **state)
{
    (void)state;
    if (FFPROBE[0] == '\0')
        skip();
    check_by_ffprobe("x264.h264");
    check_by_ffprobe("openh264.h264");
}

/* The parameter sets come back out of the init segment; other bytes have none. */
static void test_params_of_an_init_segment(void **state)
{
    (void)state;
    static uint8_t data[DATA_MAX_BYTES];
    struct h264_params params = {0}, back;
    uint8_t avcc[DATA_MAX_BYTES * 2], init[FMP4_INIT_MAX_BYTES];
    size_t avcc_bytes, len_bytes = data_read("x264.h264", data), end = 0, pos = 0;
    bool key;
    struct h264_nal nal;
    while (h264_annexb_next(data, len_bytes, &pos, &nal) && nal.type != H264_NAL_IDR)
        ;
    end = (size_t)(nal.data + nal.len_bytes - data);
    assert_int_equal(h264_annexb_split(data, end, &params, avcc, &avcc_bytes, &key), 0);
    assert_int_equal(fmp4_init_write(&params, init, &len_bytes), 0);
    assert_int_equal(fmp4_init_params(init, len_bytes, &back), 0);
    assert_int_equal(back.sps_len_bytes, params.sps_len_bytes);
    assert_int_equal(back.pps_len_bytes, params.pps_len_bytes);
    assert_memory_equal(back.sps, params.sps, params.sps_len_bytes);
    assert_memory_equal(back.pps, params.pps, params.pps_len_bytes);
    size_t at = 0;
    while (memcmp(init + at, "avcC", 4) != 0)
        at++;
    const size_t whole = at + 10 + 2 + params.sps_len_bytes + 1 + 2 + params.pps_len_bytes;
    for (size_t cut = 0; cut < whole; cut++)
        assert_true(fmp4_init_params(init, cut, &back) < 0);
    assert_int_equal(fmp4_init_params(init, whole, &back), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_ffprobe),
        cmocka_unit_test(test_params_of_an_init_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
