#include "media/h264.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The offset of the next start code 00 00 01 at or behind from, or len_bytes. */
static size_t find_start_code(const uint8_t *data, size_t len_bytes, size_t from)
{
    for (size_t at = from + 2; at < len_bytes; at++) {
        const uint8_t *one = memchr(data + at, 1, len_bytes - at);
        if (!one)
            break;
        at = (size_t)(one - data);
        if (data[at - 1] == 0 && data[at - 2] == 0)
            return at - 2;
    }
    return len_bytes;
}

bool h264_annexb_next(const uint8_t *data, size_t len_bytes, size_t *pos, struct h264_nal *ret_nal)
{
    size_t code = find_start_code(data, len_bytes, *pos);
    while (code < len_bytes) {
        size_t start = code + 3;
        code = find_start_code(data, len_bytes, start);
        size_t end = code;
        while (end > start &&
               data[end - 1] == 0) /* trailing_zero_8bits, the next one's zero_byte */
            end--;
        if (end > start) {
            *pos = code;
            *ret_nal = (struct h264_nal){
                .data = data + start, .len_bytes = end - start, .type = data[start] & 0x1f};
            return true;
        }
    }
    *pos = len_bytes;
    return false;
}

bool h264_avcc_next(const uint8_t *data, size_t len_bytes, size_t *pos, struct h264_nal *ret_nal)
{
    if (*pos > len_bytes || len_bytes - *pos < 5)
        return false;
    const uint8_t *p = data + *pos;
    size_t nal_bytes = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    if (nal_bytes == 0 || nal_bytes > len_bytes - *pos - 4)
        return false;
    *pos += 4 + nal_bytes;
    *ret_nal = (struct h264_nal){.data = p + 4, .len_bytes = nal_bytes, .type = p[4] & 0x1f};
    return true;
}

/* A raw byte sequence payload, read bit by bit. Behind its end there are zeros and `bad` is set. */
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
    bits_u(bits, 3); /* video_format */
    sps->full_range = bits_u(bits, 1);
    if (!bits_u(bits, 1))
        return;
    sps->primaries = (uint8_t)bits_u(bits, 8);
    sps->transfer = (uint8_t)bits_u(bits, 8);
    sps->matrix = (uint8_t)bits_u(bits, 8);
}

/* VUI parameters, E.1.1. */
static void read_vui(struct bits *bits, struct h264_sps *sps)
{
    enum { EXTENDED_SAR = 255 };
    if (bits_u(bits, 1) && bits_u(bits, 8) == EXTENDED_SAR)
        bits_u(bits, 32);
    if (bits_u(bits, 1))
        bits_u(bits, 1); /* overscan_appropriate_flag */
    if (bits_u(bits, 1))
        read_colour(bits, sps);
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

int h264_sps_parse(const uint8_t *nal, size_t len_bytes, struct h264_sps *ret_sps)
{
    if (len_bytes < 4 || len_bytes > H264_PARAMETER_SET_MAX_BYTES ||
        (nal[0] & 0x9f) != H264_NAL_SPS)
        return -EINVAL;
    struct bits bits;
    bits_open(&bits, nal, len_bytes);
    bits_u(&bits, 8);
    struct h264_sps sps = {.chroma_format = 1,
                           .luma_bits = 8,
                           .chroma_bits = 8,
                           .primaries = 2,
                           .transfer = 2,
                           .matrix = 2};
    bool separate_planes = false;
    sps.profile = (uint8_t)bits_u(&bits, 8);
    sps.constraints = (uint8_t)bits_u(&bits, 8);
    sps.level = (uint8_t)bits_u(&bits, 8);
    bits_ue(&bits, 31); /* seq_parameter_set_id */
    if (has_chroma_info(sps.profile))
        read_chroma_info(&bits, &sps, &separate_planes);
    bits_ue(&bits, 12); /* log2_max_frame_num_minus4 */
    skip_picture_order(&bits);
    sps.ref_frames = (uint8_t)bits_ue(&bits, 16);
    bits_u(&bits, 1); /* gaps_in_frame_num_value_allowed_flag */
    read_size(&bits, &sps, separate_planes);
    if (bits_u(&bits, 1))
        read_vui(&bits, &sps);
    if (bits.bad)
        return -EINVAL;
    *ret_sps = sps;
    return 0;
}

void h264_codec_string(const struct h264_params *params, char out[12])
{
    snprintf(out, 12, "avc1.%02X%02X%02X", params->sps[1], params->sps[2], params->sps[3]);
}
