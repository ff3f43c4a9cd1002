/* H.264 sequence parameter sets: reading and completing them. Pure functions over bytes; any
 * thread. Format: ITU-T H.264 (08/2021) 7.3.2.1.1 and E.1.1. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/h264.h"

struct h264_sps {
    uint8_t profile, constraints, level; /* bytes 1 to 3 of the NAL unit */
    uint32_t width, height;              /* pixels after cropping */
    uint8_t chroma_format;               /* chroma_format_idc; 1 = 4:2:0 */
    uint8_t luma_bits, chroma_bits;      /* 8 to 14 */
    uint8_t ref_frames;
    bool full_range;                     /* video_full_range_flag; false when not signalled */
    uint8_t primaries, transfer, matrix; /* of colour, Annex E; 2 (unspecified) if not signalled */
    bool has_bitstream_restriction;      /* the two fields below are valid */
    uint8_t max_num_reorder_frames, max_dec_frame_buffering;
};

/* Parses a sequence parameter set (nal: header byte first). -EINVAL: not an SPS, malformed, or
 * longer than H264_PARAMETER_SET_MAX_BYTES. */
int h264_sps_parse(const uint8_t *nal, size_t len_bytes, struct h264_sps *ret_sps)
    __attribute__((warn_unused_result));

/* The colour of the samples: Annex E, tables E-3 to E-5. */
struct h264_signal {
    bool full_range;
    uint8_t primaries, transfer, matrix;
};

/* Adds this signal to a sequence parameter set, and a bitstream restriction that excludes
 * reordering: without it players delay pictures in case that they are reordered. For encoders that
 * write neither; they must not reorder. -EINVAL: h264_sps_parse refuses it; -ENOSPC: it would be
 * longer than H264_PARAMETER_SET_MAX_BYTES. */
int h264_sps_signal(const uint8_t *nal, size_t len_bytes, const struct h264_signal *signal,
                    uint8_t out[H264_PARAMETER_SET_MAX_BYTES], size_t *ret_len_bytes)
    __attribute__((warn_unused_result));
