#include "v4l2/v4l2_layout.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <stdbool.h>

#include "v4l2/v4l2_mode.h"

static void read_colours(const struct v4l2_pix_format *pix, struct raw_picture *raw)
{
    /* The second half of the description is valid only if the driver knows of it. */
    bool is_told = pix->priv == V4L2_PIX_FMT_PRIV_MAGIC;
    uint32_t space = pix->colorspace;
    uint32_t matrix = is_told ? pix->ycbcr_enc : V4L2_YCBCR_ENC_DEFAULT;
    uint32_t range = is_told ? pix->quantization : V4L2_QUANTIZATION_DEFAULT;
    if (space == V4L2_COLORSPACE_DEFAULT) /* a webcam that does not say so means this */
        space = V4L2_COLORSPACE_SRGB;
    if (matrix == V4L2_YCBCR_ENC_DEFAULT)
        matrix = V4L2_MAP_YCBCR_ENC_DEFAULT(space);
    if (range == V4L2_QUANTIZATION_DEFAULT)
        range = V4L2_MAP_QUANTIZATION_DEFAULT(false, space, matrix);
    raw->full_range = range == V4L2_QUANTIZATION_FULL_RANGE;
    raw->bt709 = matrix == V4L2_YCBCR_ENC_709;
}

int v4l2_layout(const struct v4l2_pix_format *pix, struct raw_picture *ret_raw,
                size_t *ret_len_bytes)
{
    struct raw_picture raw = {.dmabuf_fd = -1};
    if (!v4l2_fourcc_format(pix->pixelformat, &raw.format) || raw.format == RAW_NONE ||
        pix->width == 0 || pix->height == 0 || pix->width > UINT16_MAX || pix->height > UINT16_MAX)
        return -EBADMSG;
    const uint32_t width = pix->width, height = pix->height;
    const uint32_t chroma_rows = (height + 1) / 2;
    const uint32_t least = raw.format == RAW_YUYV ? 2 * width : width;
    const uint32_t stride = pix->bytesperline ? pix->bytesperline : least;
    size_t len_bytes = (size_t)stride * height;
    if (stride < least || stride > UINT16_MAX * 4u || width % 2 != 0)
        return -EBADMSG;
    raw.width = (uint16_t)width;
    raw.height = (uint16_t)height;
    raw.strides[0] = stride;
    raw.offsets[1] = (uint32_t)len_bytes;
    if (raw.format == RAW_NV12) {
        raw.strides[1] = stride;
        len_bytes += (size_t)stride * chroma_rows;
    } else if (raw.format == RAW_I420) {
        raw.strides[1] = raw.strides[2] = stride / 2;
        raw.offsets[2] = raw.offsets[1] + stride / 2 * chroma_rows;
        len_bytes += (size_t)stride / 2 * chroma_rows * 2;
    } else {
        raw.offsets[1] = 0;
    }
    read_colours(pix, &raw);
    *ret_raw = raw;
    *ret_len_bytes = len_bytes;
    return 0;
}
