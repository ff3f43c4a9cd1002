#include <string.h>

#include "check.h"
#include "media/h264_sps.h"

enum { MAX_AVCC_BYTES = 1 << 16 };

/* A set that was signalled reads as it did before, and signalling it again changes nothing. */
static void check_signal(const uint8_t *data, size_t len_bytes, const struct h264_sps *before)
{
    const struct h264_signal signal = {
        .full_range = data[0] & 0x20, .primaries = data[3], .matrix = 6};
    uint8_t out[H264_PARAMETER_SET_MAX_BYTES], again[H264_PARAMETER_SET_MAX_BYTES];
    size_t out_bytes, again_bytes;
    if (h264_sps_signal(data, len_bytes, &signal, out, &out_bytes) != 0)
        return;
    struct h264_sps after;
    CHECK(out_bytes <= sizeof(out) && h264_sps_parse(out, out_bytes, &after) == 0);
    CHECK(after.profile == before->profile && after.level == before->level);
    CHECK(after.width == before->width && after.height == before->height);
    CHECK(after.full_range == signal.full_range && after.primaries == signal.primaries);
    CHECK(after.has_bitstream_restriction && after.max_num_reorder_frames == 0);
    CHECK(after.max_dec_frame_buffering == before->ref_frames);
    CHECK(!memmem(out, out_bytes, "\0\0\0", 3) && !memmem(out, out_bytes, "\0\0\1", 3) &&
          !memmem(out, out_bytes, "\0\0\2", 3));
    CHECK(h264_sps_signal(out, out_bytes, &signal, again, &again_bytes) == 0);
    CHECK(again_bytes == out_bytes && memcmp(again, out, out_bytes) == 0);
}

static void check_sps(const uint8_t *data, size_t len_bytes)
{
    struct h264_sps sps = {.width = 7};
    if (h264_sps_parse(data, len_bytes, &sps) != 0) {
        CHECK(sps.width == 7);
        return;
    }
    CHECK(len_bytes >= 4 && len_bytes <= H264_PARAMETER_SET_MAX_BYTES);
    check_signal(data, len_bytes, &sps);
    CHECK(sps.width >= 1 && sps.width <= 16880 && sps.height >= 1 && sps.height <= 16880);
    CHECK(sps.profile == data[1]);
    CHECK(sps.chroma_format <= 3 && sps.ref_frames <= 16);
    CHECK(sps.luma_bits >= 8 && sps.luma_bits <= 14);
    CHECK(sps.chroma_bits >= 8 && sps.chroma_bits <= 14);
    CHECK(sps.max_num_reorder_frames <= 16 && sps.max_dec_frame_buffering <= 16);
}

/* Annex B in, AVCC out; the number of units. Each one lies inside, behind the one before it, and
 * holds no start code. */
static unsigned check_annexb(const uint8_t *data, size_t len_bytes, uint8_t *avcc,
                             size_t *ret_avcc_bytes)
{
    size_t pos = 0, n_avcc = 0;
    unsigned n_units = 0;
    const uint8_t *end = data;
    struct h264_nal nal;
    while (h264_annexb_next(data, len_bytes, &pos, &nal)) {
        CHECK(nal.len_bytes >= 1 && nal.data >= end + 3);
        CHECK(memcmp(nal.data - 3, "\0\0\1", 3) == 0);
        end = nal.data + nal.len_bytes;
        CHECK(end <= data + len_bytes && pos <= len_bytes && pos >= (size_t)(end - data));
        CHECK(end[-1] != 0 && nal.type == (nal.data[0] & 31));
        CHECK(!memmem(nal.data, nal.len_bytes, "\0\0\1", 3));
        check_sps(nal.data, nal.len_bytes);
        for (int shift = 24; shift >= 0; shift -= 8)
            avcc[n_avcc++] = (uint8_t)(nal.len_bytes >> shift);
        memcpy(avcc + n_avcc, nal.data, nal.len_bytes);
        n_avcc += nal.len_bytes;
        n_units++;
    }
    CHECK(pos == len_bytes);
    *ret_avcc_bytes = n_avcc;
    return n_units;
}

static unsigned check_avcc(const uint8_t *data, size_t len_bytes, size_t *ret_end)
{
    size_t pos = 0;
    unsigned n_units = 0;
    struct h264_nal nal;
    for (size_t before = 0; h264_avcc_next(data, len_bytes, &pos, &nal); before = pos) {
        CHECK(nal.data == data + before + 4 && nal.len_bytes >= 1);
        CHECK(nal.data + nal.len_bytes == data + pos && pos <= len_bytes);
        n_units++;
    }
    *ret_end = pos;
    return n_units;
}

/* The parts lie together in as many bytes as were promised. */
static void check_split(const uint8_t *data, size_t len_bytes)
{
    static uint8_t avcc[MAX_AVCC_BYTES];
    struct h264_params params = {.sps_len_bytes = 0};
    size_t avcc_bytes, pos = 0;
    bool key;
    if (h264_annexb_split(data, len_bytes, &params, avcc, &avcc_bytes, &key) != 0)
        return;
    CHECK(avcc_bytes <= h264_avcc_max_bytes(len_bytes));
    struct h264_nal nal;
    unsigned n_slices = 0;
    for (; h264_avcc_next(avcc, avcc_bytes, &pos, &nal); n_slices++)
        CHECK(nal.type == (key ? H264_NAL_IDR : H264_NAL_SLICE));
    CHECK(n_slices >= 1 && pos == avcc_bytes);
    CHECK(params.sps_len_bytes == 0 || (params.sps[0] & 31) == H264_NAL_SPS);
    CHECK(params.pps_len_bytes == 0 || (params.pps[0] & 31) == H264_NAL_PPS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    if (len_bytes > MAX_AVCC_BYTES / 4)
        return 0;
    static uint8_t avcc[MAX_AVCC_BYTES]; /* a unit of one byte takes four in and five out */
    size_t end = 0, n_avcc = 0;
    check_sps(data, len_bytes);
    check_split(data, len_bytes);
    (void)check_avcc(data, len_bytes, &end);
    unsigned n_units = check_annexb(data, len_bytes, avcc, &n_avcc);
    CHECK(check_avcc(avcc, n_avcc, &end) == n_units && end == n_avcc);
    return 0;
}
