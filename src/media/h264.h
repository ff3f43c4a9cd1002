/* H.264 bitstream: NAL units, parameter sets, the codec string. Pure functions over bytes; any
 * thread. Formats: ITU-T H.264 (08/2021) clause 7.3 and Annexes B and E; ISO/IEC 14496-15 clause 5
 * (AVCC); RFC 6381 section 3.3 (codecs). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    H264_NAL_SLICE = 1,
    H264_NAL_IDR = 5,
    H264_NAL_SEI = 6,
    H264_NAL_SPS = 7,
    H264_NAL_PPS = 8,
    H264_NAL_AUD = 9
};
enum { H264_PARAMETER_SET_MAX_BYTES = 256 };

struct h264_nal {
    const uint8_t *data; /* header byte first, no start code; borrowed from the input */
    size_t len_bytes;
    uint8_t type;
};

/* Walks an Annex B stream: *pos starts at 0; true and *ret_nal while there is another NAL unit.
 * Units without a byte are passed over. */
bool h264_annexb_next(const uint8_t *data, size_t len_bytes, size_t *pos, struct h264_nal *ret_nal);

/* Walks an AVCC access unit (4-byte big-endian lengths); true and *ret_nal while there is another
 * whole NAL unit of at least one byte. After the last one of a sound access unit *pos is len_bytes.
 */
bool h264_avcc_next(const uint8_t *data, size_t len_bytes, size_t *pos, struct h264_nal *ret_nal);

struct h264_sps {
    uint8_t profile, constraints, level; /* bytes 1 to 3 of the NAL unit */
    uint32_t width, height;              /* pixels after cropping */
    uint8_t chroma_format;               /* chroma_format_idc; 1 = 4:2:0 */
    uint8_t luma_bits, chroma_bits;      /* 8 to 14 */
    uint8_t ref_frames;
    bool full_range; /* video_full_range_flag; false when not signalled */
    uint8_t primaries, transfer,
        matrix;                     /* of colour, Annex E; 2 (unspecified) when not signalled */
    bool has_bitstream_restriction; /* the two fields below mean something */
    uint8_t max_num_reorder_frames, max_dec_frame_buffering;
};

/* Reads a sequence parameter set (nal: header byte first). -EINVAL when it is none, is malformed
 * or is longer than H264_PARAMETER_SET_MAX_BYTES. */
int h264_sps_parse(const uint8_t *nal, size_t len_bytes, struct h264_sps *ret_sps)
    __attribute__((warn_unused_result));

/* The parameter sets of one stream, copied. */
struct h264_params {
    uint8_t sps[H264_PARAMETER_SET_MAX_BYTES], pps[H264_PARAMETER_SET_MAX_BYTES];
    uint16_t sps_len_bytes, pps_len_bytes;
};

/* "avc1.42C01E": what MediaSource.isTypeSupported and VideoDecoder ask for. */
void h264_codec_string(const struct h264_params *params, char out[12]);
