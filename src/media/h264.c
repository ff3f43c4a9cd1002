#include "media/h264.h"

#include <errno.h>
#include <string.h>

/* The offset of the next start code 00 00 01 at or after from, or len_bytes. */
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

static int keep_parameter_set(const struct h264_nal *nal, uint8_t out[H264_PARAMETER_SET_MAX_BYTES],
                              uint16_t *ret_len_bytes)
{
    if (nal->len_bytes > H264_PARAMETER_SET_MAX_BYTES)
        return -EINVAL;
    memcpy(out, nal->data, nal->len_bytes);
    *ret_len_bytes = (uint16_t)nal->len_bytes;
    return 0;
}

static size_t put_avcc(uint8_t *out, const struct h264_nal *nal)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(nal->len_bytes >> (24 - 8 * i));
    memcpy(out + 4, nal->data, nal->len_bytes);
    return 4 + nal->len_bytes;
}

int h264_annexb_split(const uint8_t *annexb, size_t len_bytes, struct h264_params *params,
                      uint8_t *avcc, size_t *ret_avcc_bytes, bool *ret_key)
{
    size_t pos = 0, n = 0;
    unsigned slices = 0, idr_slices = 0;
    struct h264_nal nal;
    int r = 0;
    while (r == 0 && h264_annexb_next(annexb, len_bytes, &pos, &nal)) {
        if (nal.type == H264_NAL_SPS) {
            r = keep_parameter_set(&nal, params->sps, &params->sps_len_bytes);
        } else if (nal.type == H264_NAL_PPS) {
            r = keep_parameter_set(&nal, params->pps, &params->pps_len_bytes);
        } else if (nal.type == H264_NAL_SLICE || nal.type == H264_NAL_IDR) {
            n += put_avcc(avcc + n, &nal);
            slices++;
            idr_slices += nal.type == H264_NAL_IDR;
        }
    }
    if (r < 0 || slices == 0 || (idr_slices != 0 && idr_slices != slices))
        return -EINVAL;
    *ret_avcc_bytes = n;
    *ret_key = idr_slices != 0;
    return 0;
}

bool h264_fits(int width, int height)
{
    enum { MIN_SIDE = 16, MAX_SIDE = 8192, MAX_PIXELS = 4096 * 2304 };
    return width >= MIN_SIDE && height >= MIN_SIDE && width <= MAX_SIDE && height <= MAX_SIDE &&
           (int64_t)width * height <= MAX_PIXELS;
}

static uint8_t *put_nal(uint8_t *out, const uint8_t *nal, size_t len_bytes)
{
    static const uint8_t START_CODE[4] = {0, 0, 0, 1};
    memcpy(out, START_CODE, sizeof(START_CODE));
    memcpy(out + sizeof(START_CODE), nal, len_bytes);
    return out + sizeof(START_CODE) + len_bytes;
}

size_t h264_annexb_write(const struct h264_params *params, const uint8_t *avcc, size_t len_bytes,
                         uint8_t *out)
{
    static const uint8_t AUD[] = {H264_NAL_AUD, 0xf0}; /* any slice type may follow */
    uint8_t *end = put_nal(out, AUD, sizeof(AUD));
    if (params) {
        end = put_nal(end, params->sps, params->sps_len_bytes);
        end = put_nal(end, params->pps, params->pps_len_bytes);
    }
    struct h264_nal nal;
    for (size_t pos = 0; h264_avcc_next(avcc, len_bytes, &pos, &nal);)
        end = put_nal(end, nal.data, nal.len_bytes);
    return (size_t)(end - out);
}
