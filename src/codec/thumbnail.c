#include "codec/thumbnail.h"

#include <errno.h>
#include <turbojpeg.h>

#include "codec/jpeg_decode.h"

enum { QUALITY = 75 };

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
    struct jpeg_decode decode;
    struct picture rgb;
    int r = jpeg_decode_init(&decode);
    if (r == 0)
        r = jpeg_decode_rgb(&decode, jpeg, len_bytes, THUMBNAIL_SIDE, &rgb);
    if (r == 0)
        r = compress(rgb.planes[0], rgb.width, rgb.height, ret_buf);
    jpeg_decode_finish(&decode);
    return r;
}
