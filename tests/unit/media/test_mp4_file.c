#include "media/mp4_file.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "data.h"
#include "media/fmp4.h"

enum { N_FRAMES = 12, FILE_MAX_BYTES = 65536, PART_SAMPLES = 5 };

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

struct recording {
    uint8_t bytes[FILE_MAX_BYTES];
    size_t len_bytes, patch_at, head_bytes;
    struct mp4_index index;
};

static void begin(struct recording *recording, const struct h264_params *params)
{
    uint8_t init[FMP4_INIT_MAX_BYTES];
    size_t init_bytes;
    assert_int_equal(fmp4_init_write(params, init, &init_bytes), 0);
    recording->patch_at = mp4_head_write(init, init_bytes, recording->bytes);
    assert_true(recording->patch_at > 8);
    recording->len_bytes = recording->head_bytes = init_bytes + MP4_PATCH_BYTES;
}

/* The committed stream in parts of five, five and two samples, as a recorder writes it. */
static void record(struct recording *recording)
{
    static uint8_t annexb[DATA_MAX_BYTES];
    struct h264_params params = {0};
    struct h264_nal nal, units[N_FRAMES];
    size_t len_bytes = data_read("x264.h264", annexb), pos = 0;
    unsigned n = 0;
    memset(recording, 0, sizeof(*recording));
    while (h264_annexb_next(annexb, len_bytes, &pos, &nal)) {
        if (nal.type == H264_NAL_SPS) {
            params.sps_len_bytes = (uint16_t)nal.len_bytes;
            memcpy(params.sps, nal.data, nal.len_bytes);
        } else if (nal.type == H264_NAL_PPS) {
            params.pps_len_bytes = (uint16_t)nal.len_bytes;
            memcpy(params.pps, nal.data, nal.len_bytes);
        } else if (nal.type == H264_NAL_IDR || nal.type == H264_NAL_SLICE) {
            units[n++] = nal;
        }
    }
    begin(recording, &params);
    uint64_t time = 0;
    for (unsigned first = 0, sequence = 1; first < N_FRAMES; first += PART_SAMPLES, sequence++) {
        struct fmp4_sample samples[PART_SAMPLES];
        unsigned n_samples = N_FRAMES - first < PART_SAMPLES ? N_FRAMES - first : PART_SAMPLES;
        uint8_t *head = recording->bytes + recording->len_bytes;
        const size_t head_bytes = fmp4_part_head_len_bytes(n_samples);
        const uint64_t data_at = recording->len_bytes + head_bytes, begin_time = time;
        recording->len_bytes += head_bytes;
        for (unsigned i = 0; i < n_samples; i++) {
            size_t unit = put_unit(&units[first + i], recording->bytes + recording->len_bytes);
            samples[i] = (struct fmp4_sample){duration(first + i), (uint32_t)unit,
                                              units[first + i].type == H264_NAL_IDR};
            recording->len_bytes += unit;
            time += samples[i].duration;
        }
        fmp4_part_head_write(&(struct fmp4_part){sequence, begin_time, samples, n_samples}, head);
        assert_int_equal(mp4_index_add(&recording->index, data_at, samples, n_samples), 0);
    }
}

static void close_recording(struct recording *recording)
{
    uint8_t *moov;
    size_t moov_bytes;
    assert_int_equal(mp4_moov_create(recording->bytes, recording->head_bytes, &recording->index,
                                     &moov, &moov_bytes),
                     0);
    memcpy(recording->bytes + recording->len_bytes, moov, moov_bytes);
    mp4_patch_write(recording->patch_at, recording->len_bytes,
                    recording->bytes + recording->patch_at);
    recording->len_bytes += moov_bytes;
    mem_free(moov);
}

/* What ffprobe says of each frame. */
static void expect_frames(const uint8_t *bytes, size_t len_bytes, unsigned n_frames)
{
    char path[] = "/tmp/test_media_mp4_file.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len_bytes), len_bytes);
    close(fd);
    char command[256], got[4096], want[4096];
    snprintf(command, sizeof(command),
             FFPROBE " -v warning -of csv=p=0 -show_entries frame=pts,pict_type %s 2>&1", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    got[fread(got, 1, sizeof(got) - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    unlink(path);
    size_t n = 0;
    unsigned time = 0;
    want[0] = '\0';
    for (unsigned i = 0; i < n_frames; time += duration(i++))
        n += (size_t)snprintf(want + n, sizeof(want) - n, "%u,%s\n", time, i == 0 ? "I" : "P");
    assert_string_equal(got, want);
}

static void test_plays_while_it_is_written_and_closed(void **state)
{
    (void)state;
    static struct recording recording;
    if (FFPROBE[0] == '\0')
        skip();
    record(&recording);
    expect_frames(recording.bytes, recording.len_bytes, N_FRAMES);
    close_recording(&recording);
    expect_frames(recording.bytes, recording.len_bytes, N_FRAMES);
    mp4_index_finish(&recording.index);
}

/* The closed file has three boxes, and one of them is the whole of the fragments. */
static void test_boxes_of_a_closed_file(void **state)
{
    (void)state;
    static struct recording recording;
    static const uint32_t TYPES[] = {MP4_TYPE('f', 't', 'y', 'p'), MP4_TYPE('m', 'd', 'a', 't'),
                                     MP4_TYPE('m', 'o', 'o', 'v')};
    record(&recording);
    close_recording(&recording);
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        uint64_t size;
        uint32_t type;
        assert_int_not_equal(
            mp4_box_read(recording.bytes + at, recording.len_bytes - at, &size, &type), 0);
        assert_int_equal(type, TYPES[i]);
        at += (size_t)size;
    }
    assert_int_equal(at, recording.len_bytes);
    mp4_index_finish(&recording.index);
}

/* What the fragments' own heads tell is what the recorder knew. */
static void test_the_index_is_read_back(void **state)
{
    (void)state;
    static struct recording recording;
    struct mp4_index read = {0};
    uint16_t width, height;
    record(&recording);
    mp4_head_size(recording.bytes, recording.head_bytes, &width, &height);
    assert_int_equal(width, 160);
    assert_int_equal(height, 120);
    for (size_t at = recording.head_bytes; at < recording.len_bytes;) {
        uint64_t size, data_bytes;
        uint32_t type;
        mp4_box_read(recording.bytes + at, recording.len_bytes - at, &size, &type);
        assert_int_equal(mp4_moof_read(recording.bytes + at, (size_t)size, at, &read, &data_bytes),
                         0);
        at += (size_t)(size + 8 + data_bytes);
    }
    assert_int_equal(read.n_samples, recording.index.n_samples);
    assert_int_equal(read.n_parts, recording.index.n_parts);
    assert_int_equal(read.duration, recording.index.duration);
    for (unsigned i = 0; i < read.n_samples; i++) {
        assert_int_equal(read.samples[i].duration, recording.index.samples[i].duration);
        assert_int_equal(read.samples[i].len_bytes, recording.index.samples[i].len_bytes);
        assert_int_equal(read.samples[i].key, recording.index.samples[i].key);
    }
    for (unsigned i = 0; i < read.n_parts; i++)
        assert_int_equal(read.parts[i].data_at, recording.index.parts[i].data_at);
    mp4_index_finish(&read);
    mp4_index_finish(&recording.index);
}

static void test_moofs_of_others(void **state)
{
    (void)state;
    static struct recording recording;
    struct mp4_index read = {0};
    uint64_t data_bytes;
    record(&recording);
    const uint8_t *moof = recording.bytes + recording.head_bytes;
    const size_t len_bytes = fmp4_part_head_len_bytes(PART_SAMPLES) - 8;
    for (size_t i = 0; i < len_bytes; i++)
        assert_int_equal(mp4_moof_read(moof, i, 0, &read, &data_bytes), -EBADMSG);
    /* Sizes, types, flags and the count have to be ours; sequence, time and rows may be any. */
    for (size_t i = 0; i < 88; i++) {
        uint8_t other[512];
        memcpy(other, moof, len_bytes);
        other[i] ^= 1;
        bool is_free = (i >= 16 && i < 24) || (i >= 24 && i < 28) || (i >= 56 && i < 72) ||
                       (i >= 48 && i < 52) || (i >= 8 && i < 12);
        int r = mp4_moof_read(other, len_bytes, 0, &read, &data_bytes);
        if (!is_free)
            assert_int_equal(r, -EBADMSG);
    }
    mp4_index_finish(&read);
    mp4_index_finish(&recording.index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plays_while_it_is_written_and_closed),
        cmocka_unit_test(test_boxes_of_a_closed_file),
        cmocka_unit_test(test_the_index_is_read_back),
        cmocka_unit_test(test_moofs_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
