#include "media/fmp4_part.h"

#include <unistd.h>

#include "data.h"
#include "media/fmp4.h"

enum { N_FRAMES = 12, FILE_MAX_BYTES = 65536 };

/* One sample is laid out as the live chunk of the same frame. */
static void test_one_sample_is_a_chunk(void **state)
{
    (void)state;
    uint8_t chunk[FMP4_CHUNK_HEAD_BYTES], part[FMP4_CHUNK_HEAD_BYTES];
    assert_int_equal(fmp4_part_head_len_bytes(1), FMP4_CHUNK_HEAD_BYTES);
    for (unsigned key = 0; key < 2; key++) {
        fmp4_chunk_head_write(&(struct fmp4_chunk){.sequence = 0x01020304,
                                                   .decode_time = UINT64_C(0x1122334455667788),
                                                   .duration = 3000,
                                                   .unit_len_bytes = 0x10203,
                                                   .key = key},
                              chunk);
        fmp4_part_head_write(&(struct fmp4_part){0x01020304, UINT64_C(0x1122334455667788),
                                                 &(struct fmp4_sample){3000, 0x10203, key}, 1},
                             part);
        assert_memory_equal(part, chunk, sizeof(chunk));
    }
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void test_sizes_add_up(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 70; n++) {
        struct fmp4_sample samples[70];
        uint8_t out[108 + 12 * 70 + 1];
        for (unsigned i = 0; i < n; i++)
            samples[i] = (struct fmp4_sample){i + 1, 100 + i, i == 0};
        size_t len = fmp4_part_head_len_bytes(n);
        memset(out, 0xee, sizeof(out));
        fmp4_part_head_write(&(struct fmp4_part){1, 5, samples, n}, out);
        assert_int_equal(out[len], 0xee);
        assert_int_equal(be32(out), len - 8);           /* moof */
        assert_int_equal(be32(out + 24), len - 8 - 24); /* traf */
        assert_int_equal(be32(out + 68), 20 + 12 * n);  /* trun */
        assert_int_equal(be32(out + 80), n);
        assert_int_equal(be32(out + 84), len);              /* where the first sample is */
        assert_int_equal(be32(out + 88 + 12 * (n - 1)), n); /* the last one's duration */
        assert_int_equal(be32(out + len - 8), 8 + n * 100 + n * (n - 1) / 2);
        assert_memory_equal(out + len - 4, "mdat", 4);
    }
}

static size_t put_unit(const struct h264_nal *nal, uint8_t *out)
{
    for (unsigned k = 0; k < 4; k++)
        out[k] = (uint8_t)(nal->len_bytes >> (24 - 8 * k));
    memcpy(out + 4, nal->data, nal->len_bytes);
    return nal->len_bytes + 4;
}

/* Uneven durations, as frames arrive. */
static uint32_t duration(unsigned frame)
{
    return 3000 + frame % 3 * 500;
}

/* The committed stream as an init segment and parts of five, five and two samples. */
static size_t put_file(uint8_t *out)
{
    static uint8_t annexb[DATA_MAX_BYTES];
    struct h264_params params = {0};
    struct h264_nal nal, units[N_FRAMES];
    size_t len_bytes = data_read("x264.h264", annexb), pos = 0, len = 0;
    unsigned n = 0;
    while (h264_annexb_next(annexb, len_bytes, &pos, &nal)) {
        if (nal.type == H264_NAL_SPS) {
            params.sps_len_bytes = (uint16_t)nal.len_bytes;
            memcpy(params.sps, nal.data, nal.len_bytes);
        } else if (nal.type == H264_NAL_PPS) {
            params.pps_len_bytes = (uint16_t)nal.len_bytes;
            memcpy(params.pps, nal.data, nal.len_bytes);
        } else if (nal.type == H264_NAL_IDR || nal.type == H264_NAL_SLICE) {
            assert_true(n < N_FRAMES);
            units[n++] = nal;
        }
    }
    assert_int_equal(n, N_FRAMES);
    assert_int_equal(fmp4_init_write(&params, out, &len), 0);
    uint64_t time = UINT64_C(0x300000000);
    for (unsigned first = 0, sequence = 1; first < N_FRAMES; first += 5, sequence++) {
        struct fmp4_sample samples[5];
        unsigned n_samples = N_FRAMES - first < 5 ? N_FRAMES - first : 5;
        size_t head = len;
        len += fmp4_part_head_len_bytes(n_samples);
        uint64_t begin = time;
        for (unsigned i = 0; i < n_samples; i++) {
            size_t unit = put_unit(&units[first + i], out + len);
            samples[i] = (struct fmp4_sample){duration(first + i), (uint32_t)unit,
                                              units[first + i].type == H264_NAL_IDR};
            len += unit;
            time += samples[i].duration;
        }
        fmp4_part_head_write(&(struct fmp4_part){sequence, begin, samples, n_samples}, out + head);
    }
    return len;
}

static void test_ffprobe(void **state)
{
    (void)state;
    if (FFPROBE[0] == '\0')
        skip();
    static uint8_t bytes[FILE_MAX_BYTES];
    size_t len = put_file(bytes);
    char path[] = "/tmp/test_media_fmp4_part.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);

    /* A frame's time within its part is the sum of the durations before it. */
    char command[256], got[4096], want[4096];
    snprintf(command, sizeof(command),
             FFPROBE " -v warning -of csv=p=0 -show_entries frame=pts,pict_type %s 2>&1", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    got[fread(got, 1, sizeof(got) - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    unlink(path);

    size_t n = 0;
    uint64_t time = UINT64_C(0x300000000);
    for (unsigned i = 0; i < N_FRAMES; time += duration(i++))
        n += (size_t)snprintf(want + n, sizeof(want) - n, "%llu,%s\n", (unsigned long long)time,
                              i == 0 ? "I" : "P");
    assert_string_equal(got, want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_sample_is_a_chunk),
        cmocka_unit_test(test_sizes_add_up),
        cmocka_unit_test(test_ffprobe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
