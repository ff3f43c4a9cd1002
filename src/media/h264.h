/* H.264 bitstream: NAL units, access units, the codec string. The contents of a sequence parameter
 * set belong to h264_sps.h. Pure functions over bytes; any thread. Formats: ITU-T H.264 (08/2021)
 * clause 7.3 and Annex B; ISO/IEC 14496-15 clause 5 (AVCC); RFC 6381 section 3.3 (codecs). */
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
 * Empty units are skipped. */
bool h264_annexb_next(const uint8_t *data, size_t len_bytes, size_t *pos, struct h264_nal *ret_nal);

/* Walks an AVCC access unit (4-byte big-endian lengths); true and *ret_nal while there is another
 * whole NAL unit of at least one byte. After the last one of a sound access unit *pos is len_bytes.
 */
bool h264_avcc_next(const uint8_t *data, size_t len_bytes, size_t *pos, struct h264_nal *ret_nal);

/* Whether H.264 can have a picture of this size, in pixels: at most level 5.2's 36,864 macroblocks,
 * 4096x2304 or another shape of that area (table A-1, MaxFS and its limit for a side); at least the
 * minimum of every encoder. */
bool h264_fits(int width, int height);

/* The parameter sets of one stream, copied. */
struct h264_params {
    uint8_t sps[H264_PARAMETER_SET_MAX_BYTES], pps[H264_PARAMETER_SET_MAX_BYTES];
    uint16_t sps_len_bytes, pps_len_bytes;
};

/* How much longer than its Annex B form an access unit in AVCC may be: a start code has at least
 * three bytes, a length four, and a NAL unit one. */
static inline size_t h264_avcc_max_bytes(size_t annexb_bytes)
{
    return annexb_bytes + annexb_bytes / 4;
}

/* Splits an encoder's output for one picture, in Annex B: the slices go to avcc, which holds
 * h264_avcc_max_bytes, parameter sets into *params, where missing ones stay unchanged. -EINVAL: no
 * slice, a mixture of IDR and other slices, or a parameter set longer than
 * H264_PARAMETER_SET_MAX_BYTES; *params may have changed then. */
int h264_annexb_split(const uint8_t *annexb, size_t len_bytes, struct h264_params *params,
                      uint8_t *avcc, size_t *ret_avcc_bytes, bool *ret_key)
    __attribute__((warn_unused_result));

/* The inverse: an access unit in Annex B, with its delimiter (AUD), and with the parameter sets if
 * params is not NULL. Returns the bytes written: at most h264_annexb_max_bytes of the unit.
 */
size_t h264_annexb_write(const struct h264_params *params, const uint8_t *avcc, size_t len_bytes,
                         uint8_t *out);
static inline size_t h264_annexb_max_bytes(size_t avcc_bytes)
{
    enum { AUD = 6, START_CODE = 4 };
    return AUD + 2 * (START_CODE + H264_PARAMETER_SET_MAX_BYTES) + avcc_bytes;
}
