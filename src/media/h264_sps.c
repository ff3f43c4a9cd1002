#include "media/h264_sps.h"

#include <errno.h>
#include <string.h>

/* A raw byte sequence payload, read bit by bit. Past its end it yields zeros and sets `bad`. */
struct bits {
    uint8_t bytes[H264_PARAMETER_SET_MAX_BYTES];
    size_t n_bits, pos;
    bool bad;
};

/* Copies the NAL unit without its emulation prevention bytes (H.264 7.4.1). */
static void bits_open(struct bits *bits, const uint8_t *nal, size_t len_bytes)
{
    size_t n = 0;
    unsigned zeros = 0;
    for (size_t i = 0; i < len_bytes; i++) {
        if (zeros >= 2 && nal[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = nal[i] == 0 ? zeros + 1 : 0;
        bits->bytes[n++] = nal[i];
    }
    bits->n_bits = 8 * n;
    bits->pos = 0;
    bits->bad = false;
}

static uint32_t bits_u(struct bits *bits, unsigned count)
{
    uint32_t value = 0;
    if (bits->n_bits - bits->pos < count) {
        bits->bad = true;
        bits->pos = bits->n_bits;
        return 0;
    }
    for (; count > 0; count--, bits->pos++)
        value = value << 1 | (bits->bytes[bits->pos / 8] >> (7 - bits->pos % 8) & 1);
    return value;
}

/* Exp-Golomb, H.264 9.1. Values above max are malformed. */
static uint32_t bits_ue(struct bits *bits, uint32_t max)
{
    unsigned zeros = 0;
    while (!bits->bad && zeros < 32 && bits_u(bits, 1) == 0)
        zeros++;
    if (bits->bad || zeros == 32) {
        bits->bad = true;
        return 0;
    }
    uint32_t value = (UINT32_C(1) << zeros) - 1 + bits_u(bits, zeros);
    if (value > max) {
        bits->bad = true;
        return 0;
    }
    return value;
}

static int32_t bits_se(struct bits *bits)
{
    uint32_t code = bits_ue(bits, UINT32_MAX - 1);
    uint32_t magnitude = code / 2 + (code & 1);
    return code & 1 ? (int32_t)magnitude : -(int32_t)magnitude;
}

/* 7.3.2.1.1.1: after a scale of 0 the rest of the list is not sent. */
static void skip_scaling_list(struct bits *bits, unsigned size)
{
    int32_t scale = 8;
    for (unsigned i = 0; i < size && scale != 0 && !bits->bad; i++) {
        int32_t delta = bits_se(bits);
        if (delta < -128 || delta > 127)
            bits->bad = true;
        else
            scale = (scale + delta + 256) % 256;
    }
}

static bool has_chroma_info(uint8_t profile)
{
    static const uint8_t high[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
    return memchr(high, profile, sizeof(high)) != NULL;
}

static void read_chroma_info(struct bits *bits, struct h264_sps *sps, bool *separate_planes)
{
    sps->chroma_format = (uint8_t)bits_ue(bits, 3);
    if (sps->chroma_format == 3)
        *separate_planes = bits_u(bits, 1);
    sps->luma_bits = (uint8_t)(8 + bits_ue(bits, 6));
    sps->chroma_bits = (uint8_t)(8 + bits_ue(bits, 6));
    bits_u(bits, 1); /* qpprime_y_zero_transform_bypass_flag */
    if (!bits_u(bits, 1))
        return;
    for (unsigned i = 0; i < (sps->chroma_format == 3 ? 12 : 8); i++)
        if (bits_u(bits, 1))
            skip_scaling_list(bits, i < 6 ? 16 : 64);
}

static void skip_picture_order(struct bits *bits)
{
    uint32_t type = bits_ue(bits, 2);
    if (type == 0) {
        bits_ue(bits, 12); /* log2_max_pic_order_cnt_lsb_minus4 */
    } else if (type == 1) {
        bits_u(bits, 1);
        bits_se(bits);
        bits_se(bits);
        for (uint32_t n = bits_ue(bits, 255); n > 0 && !bits->bad; n--)
            bits_se(bits);
    }
}

/* PicWidthInMbs and FrameHeightInMbs stay at or below Sqrt(MaxFS * 8) of level 6.2 (Annex A). */
enum { MAX_MBS = 1055 };

static void read_size(struct bits *bits, struct h264_sps *sps, bool separate_planes)
{
    uint32_t width = 16 * (1 + bits_ue(bits, MAX_MBS - 1));
    uint32_t map_units = 1 + bits_ue(bits, MAX_MBS - 1);
    bool frames_only = bits_u(bits, 1);
    uint32_t height = 16 * map_units * (frames_only ? 1 : 2);
    if (!frames_only)
        bits_u(bits, 1); /* mb_adaptive_frame_field_flag */
    bits_u(bits, 1);     /* direct_8x8_inference_flag */
    uint32_t crop_x = 0, crop_y = 0;
    if (bits_u(bits, 1)) {
        unsigned format = separate_planes ? 0 : sps->chroma_format;
        uint32_t unit_x = format == 1 || format == 2 ? 2 : 1;
        uint32_t unit_y = (format == 1 ? 2 : 1) * (frames_only ? 1 : 2);
        crop_x = bits_ue(bits, width) * unit_x;
        crop_x += bits_ue(bits, width) * unit_x;
        crop_y = bits_ue(bits, height) * unit_y;
        crop_y += bits_ue(bits, height) * unit_y;
    }
    if (crop_x >= width || crop_y >= height || height > 16 * MAX_MBS) {
        bits->bad = true;
        return;
    }
    sps->width = width - crop_x;
    sps->height = height - crop_y;
}

static void skip_hrd(struct bits *bits)
{
    uint32_t n = 1 + bits_ue(bits, 31);
    bits_u(bits, 8);
    for (; n > 0 && !bits->bad; n--) {
        bits_ue(bits, UINT32_MAX - 1);
        bits_ue(bits, UINT32_MAX - 1);
        bits_u(bits, 1);
    }
    bits_u(bits, 20);
}

static void read_colour(struct bits *bits, struct h264_sps *sps)
{
    if (!bits_u(bits, 1))
        return;
    bits_u(bits, 3); /* video_format */
    sps->full_range = bits_u(bits, 1);
    if (!bits_u(bits, 1))
        return;
    sps->primaries = (uint8_t)bits_u(bits, 8);
    sps->transfer = (uint8_t)bits_u(bits, 8);
    sps->matrix = (uint8_t)bits_u(bits, 8);
}

/* Where in the payload the fields are that h264_sps_signal replaces. */
struct marks {
    size_t vui;                /* vui_parameters_present_flag */
    bool has_vui;              /* the fields below are valid */
    size_t colour, colour_end; /* video_signal_type_present_flag and its fields */
    size_t restriction;        /* bitstream_restriction_flag and its fields */
};

/* VUI parameters, E.1.1. */
static void read_vui(struct bits *bits, struct h264_sps *sps, struct marks *marks)
{
    enum { EXTENDED_SAR = 255 };
    if (bits_u(bits, 1) && bits_u(bits, 8) == EXTENDED_SAR)
        bits_u(bits, 32);
    if (bits_u(bits, 1))
        bits_u(bits, 1); /* overscan_appropriate_flag */
    marks->colour = bits->pos;
    read_colour(bits, sps);
    marks->colour_end = bits->pos;
    if (bits_u(bits, 1)) {
        bits_ue(bits, 5); /* chroma_sample_loc_type of both fields */
        bits_ue(bits, 5);
    }
    if (bits_u(bits, 1)) {
        bits_u(bits, 32); /* num_units_in_tick, time_scale, fixed_frame_rate_flag */
        bits_u(bits, 32);
        bits_u(bits, 1);
    }
    bool nal_hrd = bits_u(bits, 1);
    if (nal_hrd)
        skip_hrd(bits);
    bool vcl_hrd = bits_u(bits, 1);
    if (vcl_hrd)
        skip_hrd(bits);
    if (nal_hrd || vcl_hrd)
        bits_u(bits, 1); /* low_delay_hrd_flag */
    bits_u(bits, 1);     /* pic_struct_present_flag */
    marks->restriction = bits->pos;
    sps->has_bitstream_restriction = bits_u(bits, 1);
    if (!sps->has_bitstream_restriction)
        return;
    bits_u(bits, 1); /* motion_vectors_over_pic_boundaries_flag */
    bits_ue(bits, 16);
    bits_ue(bits, 16);
    bits_ue(bits, 32);
    bits_ue(bits, 32);
    sps->max_num_reorder_frames = (uint8_t)bits_ue(bits, 16);
    sps->max_dec_frame_buffering = (uint8_t)bits_ue(bits, 16);
}

/* Leaves the payload in *bits. */
static int read_sps(const uint8_t *nal, size_t len_bytes, struct bits *bits,
                    struct h264_sps *ret_sps, struct marks *ret_marks)
{
    if (len_bytes < 4 || len_bytes > H264_PARAMETER_SET_MAX_BYTES ||
        (nal[0] & 0x9f) != H264_NAL_SPS)
        return -EINVAL;
    struct h264_sps sps = {.chroma_format = 1,
                           .luma_bits = 8,
                           .chroma_bits = 8,
                           .primaries = 2,
                           .transfer = 2,
                           .matrix = 2};
    struct marks marks = {0};
    bool separate_planes = false;
    bits_open(bits, nal, len_bytes);
    bits_u(bits, 8);
    sps.profile = (uint8_t)bits_u(bits, 8);
    sps.constraints = (uint8_t)bits_u(bits, 8);
    sps.level = (uint8_t)bits_u(bits, 8);
    bits_ue(bits, 31); /* seq_parameter_set_id */
    if (has_chroma_info(sps.profile))
        read_chroma_info(bits, &sps, &separate_planes);
    bits_ue(bits, 12); /* log2_max_frame_num_minus4 */
    skip_picture_order(bits);
    sps.ref_frames = (uint8_t)bits_ue(bits, 16);
    bits_u(bits, 1); /* gaps_in_frame_num_value_allowed_flag */
    read_size(bits, &sps, separate_planes);
    marks.vui = bits->pos;
    marks.has_vui = bits_u(bits, 1);
    if (marks.has_vui)
        read_vui(bits, &sps, &marks);
    if (bits->bad)
        return -EINVAL;
    *ret_sps = sps;
    *ret_marks = marks;
    return 0;
}

int h264_sps_parse(const uint8_t *nal, size_t len_bytes, struct h264_sps *ret_sps)
{
    struct bits bits;
    struct marks marks;
    return read_sps(nal, len_bytes, &bits, ret_sps, &marks);
}

/* A payload being written: the old one, plus room for a VUI. */
struct bits_out {
    uint8_t bytes[H264_PARAMETER_SET_MAX_BYTES + 16];
    size_t n_bits;
};

static void put(struct bits_out *out, unsigned count, uint32_t value)
{
    for (; count > 0; count--, out->n_bits++)
        if (value >> (count - 1) & 1)
            out->bytes[out->n_bits / 8] |= (uint8_t)(0x80 >> out->n_bits % 8);
}

static void put_ue(struct bits_out *out, uint32_t value)
{
    unsigned zeros = 0;
    while ((value + 1) >> (zeros + 1))
        zeros++;
    put(out, zeros, 0);
    put(out, zeros + 1, value + 1);
}

static void copy(struct bits_out *out, const struct bits *from, size_t begin, size_t end)
{
    for (size_t at = begin; at < end; at++)
        put(out, 1, from->bytes[at / 8] >> (7 - at % 8) & 1);
}

static void put_colour(struct bits_out *out, const struct h264_signal *signal)
{
    enum { FORMAT_UNSPECIFIED = 5 };
    put(out, 1, 1); /* video_signal_type_present_flag */
    put(out, 3, FORMAT_UNSPECIFIED);
    put(out, 1, signal->full_range);
    put(out, 1, 1); /* colour_description_present_flag */
    put(out, 8, signal->primaries);
    put(out, 8, signal->transfer);
    put(out, 8, signal->matrix);
}

/* Restricts only the order of pictures: display order. */
static void put_restriction(struct bits_out *out, uint8_t ref_frames)
{
    enum { LOG2_MAX_MV_LENGTH = 15 };
    put(out, 1, 1); /* bitstream_restriction_flag */
    put(out, 1, 1); /* motion_vectors_over_pic_boundaries_flag */
    put_ue(out, 0); /* max_bytes_per_pic_denom: no limit */
    put_ue(out, 0); /* max_bits_per_mb_denom: no limit */
    put_ue(out, LOG2_MAX_MV_LENGTH);
    put_ue(out, LOG2_MAX_MV_LENGTH);
    put_ue(out, 0);          /* max_num_reorder_frames */
    put_ue(out, ref_frames); /* max_dec_frame_buffering */
}

/* With emulation prevention bytes (7.4.1); -ENOSPC. */
static int write_nal(const struct bits_out *payload, uint8_t out[H264_PARAMETER_SET_MAX_BYTES],
                     size_t *ret_len_bytes)
{
    size_t n = 0;
    unsigned zeros = 0;
    for (size_t i = 0; i < (payload->n_bits + 7) / 8; i++) {
        const uint8_t byte = payload->bytes[i];
        const bool prevent = zeros >= 2 && byte <= 3;
        if (n + prevent >= H264_PARAMETER_SET_MAX_BYTES)
            return -ENOSPC;
        if (prevent) {
            out[n++] = 3;
            zeros = 0;
        }
        out[n++] = byte;
        zeros = byte == 0 ? zeros + 1 : 0;
    }
    *ret_len_bytes = n;
    return 0;
}

int h264_sps_signal(const uint8_t *nal, size_t len_bytes, const struct h264_signal *signal,
                    uint8_t out[H264_PARAMETER_SET_MAX_BYTES], size_t *ret_len_bytes)
{
    struct bits bits;
    struct h264_sps sps;
    struct marks marks;
    struct bits_out w = {.n_bits = 0};
    int r = read_sps(nal, len_bytes, &bits, &sps, &marks);
    if (r < 0)
        return r;
    copy(&w, &bits, 0, marks.vui);
    put(&w, 1, 1); /* vui_parameters_present_flag */
    if (marks.has_vui)
        copy(&w, &bits, marks.vui + 1, marks.colour);
    else
        put(&w, 2, 0); /* no aspect ratio, no overscan */
    put_colour(&w, signal);
    if (marks.has_vui)
        copy(&w, &bits, marks.colour_end, marks.restriction);
    else
        put(&w, 5, 0); /* no chroma location, timing, HRD (two flags), picture structure */
    put_restriction(&w, sps.ref_frames);
    put(&w, 1, 1); /* rbsp_stop_one_bit */
    return write_nal(&w, out, ret_len_bytes);
}
