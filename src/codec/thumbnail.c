#include "codec/thumbnail.h"

#include <errno.h>
#include <string.h>
#include <turbojpeg.h>

#include "base/alloc.h"
#include "media/h264.h"

enum { QUALITY = 75, EIGHTHS = 8 };

/* The largest size that fits, of those to which the decoder can scale. */
static void fit(int width, int height, int *ret_width, int *ret_height)
{
    for (int eighths = EIGHTHS; eighths >= 1; eighths--) {
        const tjscalingfactor factor = {eighths, EIGHTHS};
        *ret_width = TJSCALED(width, factor);
        *ret_height = TJSCALED(height, factor);
        if (*ret_width <= THUMBNAIL_SIDE && *ret_height <= THUMBNAIL_SIDE)
            return;
    }
}

static int compress(const uint8_t *rgb, int width, int height, struct buf **ret_buf)
{
    tjhandle handle = tjInitCompress();
    struct buf *buf = NULL;
    unsigned long len_bytes = tjBufSize(width, height, TJSAMP_420);
    int r = handle && buf_create(len_bytes, &buf) == 0 ? 0 : -ENOMEM;
    unsigned char *out = buf ? buf->data : NULL;
    if (r == 0 && tjCompress2(handle, rgb, width, 0, height, TJPF_RGB, &out, &len_bytes, TJSAMP_420,
                              QUALITY, TJFLAG_NOREALLOC) != 0)
        r = -EBADMSG;
    if (r == 0)
        r = buf_resize(&buf, len_bytes);
    tjDestroy(handle);
    if (r == 0)
        *ret_buf = buf;
    else
        buf_unref(&buf);
    return r;
}

int thumbnail_make(const uint8_t *jpeg, size_t len_bytes, struct buf **ret_buf)
{
    int width = 0, height = 0, subsampling, colorspace, small_width = 0, small_height = 0;
    tjhandle handle = tjInitDecompress();
    if (!handle)
        return -ENOMEM;
    (void)tjDecompressHeader3(handle, jpeg, len_bytes, &width, &height, &subsampling, &colorspace);
    int r = h264_fits(width, height) ? 0 : -EBADMSG;
    uint8_t *rgb = NULL;
    if (r == 0) {
        fit(width, height, &small_width, &small_height);
        rgb = mem_try_alloc((size_t)small_width * (size_t)small_height * 3);
        r = rgb ? 0 : -ENOMEM;
    }
    if (r == 0 &&
        tjDecompress2(handle, jpeg, len_bytes, rgb, small_width, 0, small_height, TJPF_RGB,
                      TJFLAG_FASTDCT | TJFLAG_LIMITSCANS) != 0 &&
        tjGetErrorCode(handle) != TJERR_WARNING)
        r = -EBADMSG;
    tjDestroy(handle);
    if (r == 0)
        r = compress(rgb, small_width, small_height, ret_buf);
    mem_free(rgb);
    return r;
}
