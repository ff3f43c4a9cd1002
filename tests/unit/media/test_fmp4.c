#include "media/fmp4.h"

#include <errno.h>
#include <unistd.h>

#include "data.h"

enum { N_FRAMES = 12, FILE_MAX_BYTES = 65536 };

/* A stream cut into its parameter sets and access units (one slice a picture). */
struct stream {
    uint8_t annexb[DATA_MAX_BYTES];
    struct h264_params params;
    struct h264_nal units[N_FRAMES];
};

static void stream_read(struct stream *stream, const char *name)
{
    size_t len_bytes = data_read(name, stream->annexb), pos = 0;
    unsigned n = 0;
    struct h264_nal nal;
    while (h264_annexb_next(stream->annexb, len_bytes, &pos, &nal)) {
        if (nal.type == H264_NAL_SPS) {
            stream->params.sps_len_bytes = (uint16_t)nal.len_bytes;
            memcpy(stream->params.sps, nal.data, nal.len_bytes);
        } else if (nal.type == H264_NAL_PPS) {
            stream->params.pps_len_bytes = (uint16_t)nal.len_bytes;
            memcpy(stream->params.pps, nal.data, nal.len_bytes);
        } else if (nal.type == H264_NAL_IDR || nal.type == H264_NAL_SLICE) {
            assert_true(n < N_FRAMES);
            stream->units[n++] = nal;
        }
    }
    assert_int_equal(n, N_FRAMES);
}

/* Uneven, as frames arrive; starts beyond 32 bits. */
static uint64_t decode_time(unsigned frame)
{
    return UINT64_C(0x300000000) + frame * 3051 + frame % 3 * 400;
}

static size_t put_chunk(const struct stream *stream, unsigned i, uint8_t *out)
{
    const struct h264_nal *nal = &stream->units[i];
    struct fmp4_chunk chunk = {.sequence = i + 1,
                               .decode_time = decode_time(i),
                               .duration = 6102,
                               .unit_len_bytes = (uint32_t)nal->len_bytes + 4,
                               .key = nal->type == H264_NAL_IDR};
    fmp4_chunk_head_write(&chunk, out);
    uint8_t *unit = out + FMP4_CHUNK_HEAD_BYTES;
    for (unsigned k = 0; k < 4; k++)
        unit[k] = (uint8_t)(nal->len_bytes >> (24 - 8 * k));
    memcpy(unit + 4, nal->data, nal->len_bytes);
    return FMP4_CHUNK_HEAD_BYTES + 4 + nal->len_bytes;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The box of this type among the siblings in [p, end); NULL when there is none. Checks that the
 * siblings' sizes add up to end. */
static const uint8_t *child(const uint8_t *p, const uint8_t *end, const char *type)
{
    const uint8_t *found = NULL;
    while (p < end) {
        assert_true(end - p >= 8);
        assert_true(be32(p) >= 8 && be32(p) <= end - p);
        if (!found && memcmp(p + 4, type, 4) == 0)
            found = p;
        p += be32(p);
    }
    return found;
}

/* Goes down a path such as "moov/trak/mdia"; the boxes on it hold nothing but boxes, except stsd
 * and avc1, whose fixed fields are passed over. */
static const uint8_t *find(const uint8_t *data, size_t len_bytes, const char *path)
{
    const uint8_t *p = data, *end = data + len_bytes;
    for (;; path += 5) {
        const uint8_t *box = child(p, end, path);
        if (!box || path[4] == '\0')
            return box;
        end = box + be32(box);
        p = box + 8;
        if (memcmp(path, "stsd", 4) == 0)
            p += 8;
        if (memcmp(path, "avc1", 4) == 0)
            p += 78;
    }
}

static void test_init_boxes(void **state)
{
    (void)state;
    struct stream stream = {0};
    uint8_t init[FMP4_INIT_MAX_BYTES];
    size_t len = 0;
    stream_read(&stream, "x264.h264");
    assert_int_equal(fmp4_init_write(&stream.params, init, &len), 0);

    static const char *const paths[] = {
        "ftyp",
        "moov/mvhd",
        "moov/trak/tkhd",
        "moov/trak/mdia/mdhd",
        "moov/trak/mdia/hdlr",
        "moov/trak/mdia/minf/vmhd",
        "moov/trak/mdia/minf/dinf/dref",
        "moov/trak/mdia/minf/stbl/stts",
        "moov/trak/mdia/minf/stbl/stsc",
        "moov/trak/mdia/minf/stbl/stsz",
        "moov/trak/mdia/minf/stbl/stco",
        "moov/trak/mdia/minf/stbl/stsd/avc1/avcC",
        "moov/mvex/trex",
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (!find(init, len, paths[i]))
            fail_msg("no %s", paths[i]);
    assert_null(find(init, len, "moov/mvex/mehd"));
    assert_null(find(init, len, "moov/trak/mdia/minf/stbl/stsd/avc1/colr"));
    assert_int_equal(be32(find(init, len, "moov/mvhd") + 24), 0); /* duration */
    assert_int_equal(be32(find(init, len, "moov/trak/mdia/mdhd") + 20), FMP4_TIMESCALE);
    assert_int_equal(be32(find(init, len, "moov/trak/mdia/mdhd") + 24), 0);
    const uint8_t *tkhd = find(init, len, "moov/trak/tkhd");
    assert_int_equal(be32(tkhd), 92);
    assert_int_equal(be32(tkhd + 84), 160 << 16);
    assert_int_equal(be32(tkhd + 88), 120 << 16);
}

static void test_avcc(void **state)
{
    (void)state;
    static const char path[] = "moov/trak/mdia/minf/stbl/stsd/avc1/avcC";
    struct stream stream = {0};
    uint8_t init[FMP4_INIT_MAX_BYTES];
    size_t len = 0;
    /* High: with the chroma fields at its end. */
    stream_read(&stream, "x264.h264");
    assert_int_equal(fmp4_init_write(&stream.params, init, &len), 0);
    const uint8_t *avcc = find(init, len, path);
    size_t n_sps = stream.params.sps_len_bytes, n_pps = stream.params.pps_len_bytes;
    assert_int_equal(be32(avcc), 8 + 6 + 2 + n_sps + 1 + 2 + n_pps + 4);
    assert_memory_equal(avcc + 8, "\x01\x64\x00\x0b\xff\xe1\x00", 7);
    assert_int_equal(avcc[15], n_sps);
    assert_memory_equal(avcc + 16, stream.params.sps, n_sps);
    assert_memory_equal(avcc + 16 + n_sps, "\x01\x00", 2);
    assert_int_equal(avcc[18 + n_sps], n_pps);
    assert_memory_equal(avcc + 19 + n_sps, stream.params.pps, n_pps);
    assert_memory_equal(avcc + 19 + n_sps + n_pps, "\xfd\xf8\xf8\x00", 4);
    /* Constrained Baseline: without them. */
    stream_read(&stream, "openh264.h264");
    assert_int_equal(fmp4_init_write(&stream.params, init, &len), 0);
    avcc = find(init, len, path);
    assert_int_equal(be32(avcc),
                     8 + 6 + 2 + stream.params.sps_len_bytes + 1 + 2 + stream.params.pps_len_bytes);
}

/* Parameter sets at their caps fit; broken ones are refused and leave the length alone. */
static void test_params_limits(void **state)
{
    (void)state;
    struct stream stream = {0};
    uint8_t init[FMP4_INIT_MAX_BYTES];
    stream_read(&stream, "x264.h264");
    struct h264_params params = stream.params;
    params.sps_len_bytes = params.pps_len_bytes = H264_PARAMETER_SET_MAX_BYTES;
    size_t len = 0;
    assert_int_equal(fmp4_init_write(&params, init, &len), 0);
    assert_true(len > 2 * H264_PARAMETER_SET_MAX_BYTES && len <= FMP4_INIT_MAX_BYTES);
    assert_non_null(find(init, len, "moov/mvex/trex"));

    len = 77;
    static const struct {
        const char *what;
        uint16_t sps_len_bytes, pps_len_bytes;
        uint8_t sps_head, pps_head;
    } rows[] = {
        {"no SPS", 0, 4, 0x67, 0x68},
        {"half an SPS", 8, 4, 0x67, 0x68},
        {"an SPS over the cap", H264_PARAMETER_SET_MAX_BYTES + 1, 4, 0x67, 0x68},
        {"no PPS", 26, 0, 0x67, 0x68},
        {"a PPS over the cap", 26, H264_PARAMETER_SET_MAX_BYTES + 1, 0x67, 0x68},
        {"a slice for an SPS", 26, 4, 0x65, 0x68},
        {"an SPS for a PPS", 26, 4, 0x67, 0x67},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        params = stream.params;
        params.sps_len_bytes = rows[i].sps_len_bytes;
        params.pps_len_bytes = rows[i].pps_len_bytes;
        params.sps[0] = rows[i].sps_head;
        params.pps[0] = rows[i].pps_head;
        if (fmp4_init_write(&params, init, &len) != -EINVAL)
            fail_msg("%s", rows[i].what);
        assert_int_equal(len, 77);
    }
}

static void test_chunk_bytes(void **state)
{
    (void)state;
    static const uint8_t want[] = "\0\0\0\x64moof"
                                  "\0\0\0\x10mfhd\0\0\0\0\x01\x02\x03\x04"
                                  "\0\0\0\x4ctraf"
                                  "\0\0\0\x10tfhd\0\2\0\0\0\0\0\1"
                                  "\0\0\0\x14tfdt\1\0\0\0\x11\x12\x13\x14\x15\x16\x17\x18"
                                  "\0\0\0\x20trun\0\0\7\1\0\0\0\1\0\0\0\x6c"
                                  "\x21\x22\x23\x24\x31\x32\x33\x34\2\0\0\0"
                                  "\x31\x32\x33\x3cmdat";
    assert_int_equal(sizeof(want) - 1, FMP4_CHUNK_HEAD_BYTES);
    struct fmp4_chunk chunk = {.sequence = 0x01020304,
                               .decode_time = 0x1112131415161718,
                               .duration = 0x21222324,
                               .unit_len_bytes = 0x31323334,
                               .key = true};
    uint8_t out[FMP4_CHUNK_HEAD_BYTES];
    memset(out, 0xaa, sizeof(out));
    fmp4_chunk_head_write(&chunk, out);
    assert_memory_equal(out, want, sizeof(out));
    /* Not a key: depends on others, is no sync sample. */
    chunk.key = false;
    fmp4_chunk_head_write(&chunk, out);
    assert_memory_equal(out + 96, "\1\1\0\0", 4);
}

/* Runs ffprobe on the file; returns its output with one line a frame. */
static void ffprobe(const char *path, const char *entries, char *out, size_t cap)
{
    char command[1024];
    snprintf(command, sizeof(command),
             FFPROBE " -v warning -of default=nw=1:nk=1 -show_entries %s %s 2>&1", entries, path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n = fread(out, 1, cap - 1, pipe);
    out[n] = '\0';
    assert_int_equal(pclose(pipe), 0);
}

static void test_ffprobe_of(const char *name, const char *profile)
{
    static uint8_t bytes[FILE_MAX_BYTES];
    struct stream stream = {0};
    size_t len = 0;
    stream_read(&stream, name);
    assert_int_equal(fmp4_init_write(&stream.params, bytes, &len), 0);
    for (unsigned i = 0; i < N_FRAMES; i++)
        len += put_chunk(&stream, i, bytes + len);
    char path[] = "/tmp/test_media_fmp4.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);

    char got[8192], want[8192];
    ffprobe(path,
            "stream=codec_name,profile,codec_tag_string,width,height,color_range,color_space,"
            "color_transfer,color_primaries,has_b_frames,time_base",
            got, sizeof(got));
    snprintf(want, sizeof(want),
             "h264\n%s\navc1\n160\n120\n0\npc\nsmpte170m\nsmpte170m\nsmpte170m\n1/90000\n",
             profile);
    assert_string_equal(got, want);

    /* Packets as the container says, then frames as the decoder says: every one decodes. */
    ffprobe(path, "packet=pts,dts,size,flags", got, sizeof(got));
    size_t n = 0;
    for (unsigned i = 0; i < N_FRAMES; i++)
        n +=
            (size_t)snprintf(want + n, sizeof(want) - n, "%llu\n%llu\n%zu\n%s\n",
                             (unsigned long long)decode_time(i), (unsigned long long)decode_time(i),
                             stream.units[i].len_bytes + 4, i == 0 ? "K_" : "__");
    assert_string_equal(got, want);
    ffprobe(path, "frame=pts,width,height,pict_type,color_range,color_space", got, sizeof(got));
    n = 0;
    for (unsigned i = 0; i < N_FRAMES; i++)
        n += (size_t)snprintf(want + n, sizeof(want) - n, "%llu\n160\n120\n%s\npc\nsmpte170m\n",
                              (unsigned long long)decode_time(i), i == 0 ? "I" : "P");
    assert_string_equal(got, want);
    unlink(path);
}

static void test_ffprobe(void **state)
{
    (void)state;
    if (FFPROBE[0] == '\0')
        skip();
    test_ffprobe_of("x264.h264", "High");
    test_ffprobe_of("openh264.h264", "Constrained Baseline");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_boxes),    cmocka_unit_test(test_avcc),
        cmocka_unit_test(test_params_limits), cmocka_unit_test(test_chunk_bytes),
        cmocka_unit_test(test_ffprobe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
