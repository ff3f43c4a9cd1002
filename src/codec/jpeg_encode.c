#include "codec/jpeg_encode.h"

#include <errno.h>
#include <turbojpeg.h>

#include "base/alloc.h"

int jpeg_encode_init(struct jpeg_encode *encode)
{
    *encode = (struct jpeg_encode){.handle = tjInitCompress()};
    return encode->handle ? 0 : -ENOMEM;
}

void jpeg_encode_finish(struct jpeg_encode *encode)
{
    if (encode->handle)
        tjDestroy(encode->handle);
    raw_planes_finish(&encode->raw_planes);
    mem_free(encode->stretched);
    *encode = (struct jpeg_encode){0};
}

/* Limited to full range (ITU-T T.871, section 7, against BT.601-7, section 2.5.3): luma
 * from 16..235, chroma from 16..240 around 128. */
static uint8_t clamp(int value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void make_table(uint8_t table[256], int zero, int middle, int span)
{
    for (int i = 0; i < 256; i++) {
        const int scaled = (i - zero) * 255;
        table[i] = clamp(middle + (scaled + (scaled < 0 ? -span : span) / 2) / span);
    }
}

static void stretch_plane(uint8_t *restrict out, const uint8_t *restrict in, unsigned in_stride,
                          unsigned width, unsigned height, const uint8_t table[256])
{
    for (size_t row = 0; row < height; row++)
        for (unsigned x = 0; x < width; x++)
            out[row * width + x] = table[in[row * in_stride + x]];
}

static int stretch(struct jpeg_encode *encode, struct picture *picture)
{
    const unsigned widths[3] = {picture->width, picture->width / 2U, picture->width / 2U};
    const unsigned chroma_height = picture_chroma_height(picture->chroma, picture->height);
    const unsigned heights[3] = {picture->height, chroma_height, chroma_height};
    const size_t need_bytes = (size_t)picture->width * (picture->height + chroma_height);
    uint8_t tables[2][256];
    if (encode->capacity_bytes < need_bytes) {
        uint8_t *grown = mem_try_realloc(encode->stretched, need_bytes);
        if (!grown)
            return -ENOMEM;
        encode->stretched = grown;
        encode->capacity_bytes = need_bytes;
    }
    make_table(tables[0], 16, 0, 219);
    make_table(tables[1], 128, 128, 224);
    uint8_t *out = encode->stretched;
    for (unsigned i = 0; i < 3; i++) {
        stretch_plane(out, picture->planes[i], picture->strides[i], widths[i], heights[i],
                      tables[i > 0]);
        picture->planes[i] = out;
        picture->strides[i] = widths[i];
        out += (size_t)widths[i] * heights[i];
    }
    return 0;
}

static int compress(struct jpeg_encode *encode, const struct picture *picture, unsigned quality,
                    size_t room, struct buf **ret_buf, size_t *ret_end_off)
{
    const int subsampling = picture->chroma == JPEG_CHROMA_422 ? TJSAMP_422 : TJSAMP_420;
    const int strides[3] = {(int)picture->strides[0], (int)picture->strides[1],
                            (int)picture->strides[2]};
    const unsigned char *planes[3] = {picture->planes[0], picture->planes[1], picture->planes[2]};
    unsigned long len_bytes = tjBufSize(picture->width, picture->height, subsampling);
    struct buf *buf;
    int r = buf_create(room + len_bytes, &buf);
    if (r < 0)
        return r;
    unsigned char *jpeg = buf->data + room;
    if (tjCompressFromYUVPlanes(encode->handle, planes, picture->width, strides, picture->height,
                                subsampling, &jpeg, &len_bytes, (int)quality,
                                TJFLAG_NOREALLOC | TJFLAG_FASTDCT) != 0) {
        buf_unref(&buf);
        return -EIO;
    }
    *ret_end_off = room + len_bytes;
    r = buf_resize(&buf, *ret_end_off); /* the bound is several times what a picture takes */
    (void)r;                            /* it only shrinks: on failure it stays as it was */
    *ret_buf = buf;
    return 0;
}

int jpeg_encode_raw(struct jpeg_encode *encode, const struct raw_picture *raw, unsigned quality,
                    size_t room, struct buf **ret_buf, size_t *ret_end_off)
{
    struct picture picture;
    int r = raw_planes_split(&encode->raw_planes, raw, &picture);
    if (r == 0 && picture.limited)
        r = stretch(encode, &picture);
    if (r < 0)
        return r;
    return compress(encode, &picture, quality, room, ret_buf, ret_end_off);
}

int jpeg_encode_once(const struct raw_picture *raw, unsigned quality, size_t room,
                     struct buf **ret_buf, size_t *ret_end_off)
{
    struct jpeg_encode encode;
    int r = jpeg_encode_init(&encode);
    if (r == 0)
        r = jpeg_encode_raw(&encode, raw, quality, room, ret_buf, ret_end_off);
    jpeg_encode_finish(&encode);
    return r;
}
