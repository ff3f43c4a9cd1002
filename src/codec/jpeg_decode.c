#include "codec/jpeg_decode.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <turbojpeg.h>

#include "base/alloc.h"
#include "media/h264.h"

enum {
    ROW_ALIGN_BYTES = 32,
    /* Some cameras pad the end of the scan; more than this means that decoding went wrong. */
    MAX_EXTRANEOUS_BYTES = JPEG_STRAY_MAX_BYTES,
    /* LIMITSCANS: a progressive JPEG of thousands of scans is an attack. */
    DECODE_FLAGS = TJFLAG_FASTDCT | TJFLAG_LIMITSCANS
};

struct header {
    unsigned width, height;
    enum jpeg_chroma chroma;
};

struct plane {
    uint8_t *data;
    unsigned stride;
    unsigned have_width, have_height; /* of the JPEG */
    unsigned want_width, want_height; /* of the picture with even sides */
};

int jpeg_decode_init(struct jpeg_decode *decode)
{
    *decode = (struct jpeg_decode){.handle = tjInitDecompress()};
    return decode->handle ? 0 : -ENOMEM;
}

void jpeg_decode_finish(struct jpeg_decode *decode)
{
    if (decode->handle)
        tjDestroy(decode->handle);
    if (decode->encoder)
        tjDestroy(decode->encoder);
    mem_free(decode->planes);
    *decode = (struct jpeg_decode){0};
}

static int reserve(struct jpeg_decode *decode, size_t len_bytes)
{
    if (len_bytes <= decode->capacity_bytes)
        return 0;
    mem_free(decode->planes);
    decode->capacity_bytes = 0;
    decode->planes = mem_try_alloc(len_bytes);
    if (!decode->planes)
        return -ENOMEM;
    decode->capacity_bytes = len_bytes;
    return 0;
}

static enum jpeg_chroma chroma_of(int subsampling, int colorspace)
{
    static const enum jpeg_chroma table[TJ_NUMSAMP] = {
        [TJSAMP_444] = JPEG_CHROMA_444, [TJSAMP_422] = JPEG_CHROMA_422,
        [TJSAMP_420] = JPEG_CHROMA_420, [TJSAMP_GRAY] = JPEG_CHROMA_GREY,
        [TJSAMP_440] = JPEG_CHROMA_440, [TJSAMP_411] = JPEG_CHROMA_411,
    };
    bool is_named = subsampling >= 0 && subsampling < TJ_NUMSAMP;
    bool has_planes = colorspace == TJCS_YCbCr || colorspace == TJCS_GRAY;
    return is_named && has_planes ? table[subsampling] : JPEG_CHROMA_OTHER;
}

/* Before anything is allocated for the picture: the sizes come from a peer. */
static int read_header(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                       struct header *ret_header)
{
    int width = 0, height = 0, subsampling = -1, colorspace = -1;
    /* It also returns -1 for a warning and for a subsampling that it has no name for. */
    if (tjDecompressHeader3(decode->handle, jpeg, len_bytes, &width, &height, &subsampling,
                            &colorspace) != 0 &&
        width <= 0)
        return -EBADMSG;
    if (colorspace == TJCS_CMYK || colorspace == TJCS_YCCK || !h264_fits(width, height))
        return -EBADMSG;
    *ret_header = (struct header){.width = (unsigned)width,
                                  .height = (unsigned)height,
                                  .chroma = chroma_of(subsampling, colorspace)};
    return 0;
}

/* TurboJPEG returns -1 both for errors and for faults that it continued after, and keeps only the
 * first as a sentence. A warning is not an error: other viewers show such a picture too. Only an
 * incomplete scan is refused, recognised by libjpeg's sentences. */
static bool is_truncated(struct jpeg_decode *decode)
{
    if (tjGetErrorCode(decode->handle) != TJERR_WARNING)
        return true;
    const char *complaint = tjGetErrorStr2(decode->handle);
    unsigned extraneous;
    if (sscanf(complaint, "Corrupt JPEG data: %u extraneous bytes", &extraneous) == 1)
        return extraneous > MAX_EXTRANEOUS_BYTES;
    return strstr(complaint, "premature end") || strstr(complaint, "Premature end");
}

/* As TurboJPEG rounds; 0 is 1. */
static unsigned scaled(unsigned side, unsigned scale)
{
    return scale > 1 ? (side + scale - 1) / scale : side;
}

static void repeat_edges(const struct plane *plane)
{
    if (plane->want_width > plane->have_width)
        for (unsigned y = 0; y < plane->have_height; y++) {
            uint8_t *row = plane->data + (size_t)y * plane->stride;
            memset(row + plane->have_width, row[plane->have_width - 1],
                   plane->want_width - plane->have_width);
        }
    for (unsigned y = plane->have_height; y < plane->want_height; y++)
        memcpy(plane->data + (size_t)y * plane->stride,
               plane->data + (size_t)(plane->have_height - 1) * plane->stride, plane->want_width);
}

/* Lays the planes out one after another; *ret_len_bytes is the room they need. Strides and heights
 * leave room for what TurboJPEG pads (to a multiple of the chroma sampling, 4 at most). */
static unsigned lay_out(const struct header *header, struct plane planes[3], size_t *ret_len_bytes)
{
    const unsigned width = picture_even(header->width), height = picture_even(header->height);
    const enum jpeg_chroma chroma = header->chroma;
    const unsigned count = chroma == JPEG_CHROMA_GREY ? 1 : 3;
    size_t end = 0;
    for (unsigned i = 0; i < count; i++) {
        struct plane *plane = &planes[i];
        if (i == 0)
            *plane = (struct plane){.have_width = header->width,
                                    .have_height = header->height,
                                    .want_width = width,
                                    .want_height = height};
        else
            *plane = (struct plane){.have_width = picture_chroma_width(chroma, header->width),
                                    .have_height = picture_chroma_height(chroma, header->height),
                                    .want_width = picture_chroma_width(chroma, width),
                                    .want_height = picture_chroma_height(chroma, height)};
        plane->stride = (plane->want_width + ROW_ALIGN_BYTES - 1) & ~(ROW_ALIGN_BYTES - 1U);
        end += (size_t)plane->stride * plane->want_height;
    }
    *ret_len_bytes = end;
    return count;
}

/* Through RGB to 4:2:0, for samplings that TurboJPEG has no planes for. */
static int by_rgb(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                  const struct header *header, uint8_t *rgb, uint8_t *planes[3], int strides[3])
{
    const int width = (int)header->width, height = (int)header->height;
    if (!decode->encoder)
        decode->encoder = tjInitCompress();
    if (!decode->encoder)
        return -ENOMEM;
    if (tjDecompress2(decode->handle, jpeg, len_bytes, rgb, width, 0, height, TJPF_RGB,
                      DECODE_FLAGS) != 0 &&
        is_truncated(decode))
        return -EBADMSG;
    if (tjEncodeYUVPlanes(decode->encoder, rgb, width, 0, height, TJPF_RGB, planes, strides,
                          TJSAMP_420, 0) != 0)
        return -EBADMSG;
    return 0;
}

/* For 4:2:0 at 1/2 TurboJPEG 2.1 replaces the chroma's 8x8 transform by the 4x4 one after the
 * tables were made, and tables of the fast transform do not suit it: the colours would be wrong.
 * Scaled transforms have no fast variant anyway. */
static int plane_flags(unsigned scale)
{
    return scale > 1 ? DECODE_FLAGS & ~TJFLAG_FASTDCT : DECODE_FLAGS;
}

int jpeg_decode_planes(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                       unsigned scale, struct picture *ret_picture)
{
    struct header header;
    int r = read_header(decode, jpeg, len_bytes, &header);
    if (r < 0)
        return r;
    header.width = scaled(header.width, scale);
    header.height = scaled(header.height, scale);

    struct plane planes[3];
    size_t need_bytes, rgb_bytes = 0;
    const bool has_planes = header.chroma != JPEG_CHROMA_OTHER;
    if (!has_planes) {
        header.chroma = JPEG_CHROMA_420;
        rgb_bytes = (size_t)header.width * header.height * 3;
    }
    unsigned count = lay_out(&header, planes, &need_bytes);
    r = reserve(decode, need_bytes + rgb_bytes);
    if (r < 0)
        return r;

    struct picture picture = {.width = (uint16_t)picture_even(header.width),
                              .height = (uint16_t)picture_even(header.height),
                              .chroma = header.chroma};
    uint8_t *data[3] = {NULL}, *next = decode->planes;
    int strides[3] = {0};
    for (unsigned i = 0; i < count; i++) {
        planes[i].data = next;
        next += (size_t)planes[i].stride * planes[i].want_height;
        data[i] = planes[i].data;
        strides[i] = (int)planes[i].stride;
        picture.planes[i] = planes[i].data;
        picture.strides[i] = planes[i].stride;
    }
    if (!has_planes)
        r = by_rgb(decode, jpeg, len_bytes, &header, next, data, strides);
    else if (tjDecompressToYUVPlanes(decode->handle, jpeg, len_bytes, data, (int)header.width,
                                     strides, (int)header.height, plane_flags(scale)) != 0 &&
             is_truncated(decode))
        r = -EBADMSG;
    if (r < 0)
        return r;

    for (unsigned i = 0; i < count; i++)
        repeat_edges(&planes[i]);
    *ret_picture = picture;
    return 0;
}

int jpeg_decode_thumbnail(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                          struct picture *ret_picture)
{
    struct header header;
    int r = read_header(decode, jpeg, len_bytes, &header);
    if (r < 0)
        return r;
    const unsigned width = scaled(header.width, 8), height = scaled(header.height, 8);
    r = reserve(decode, (size_t)width * height);
    if (r < 0)
        return r;
    if (tjDecompress2(decode->handle, jpeg, len_bytes, decode->planes, (int)width, (int)width,
                      (int)height, TJPF_GRAY, DECODE_FLAGS) != 0 &&
        is_truncated(decode))
        return -EBADMSG;
    *ret_picture = (struct picture){.planes = {decode->planes},
                                    .strides = {width},
                                    .width = (uint16_t)width,
                                    .height = (uint16_t)height,
                                    .chroma = JPEG_CHROMA_GREY};
    return 0;
}
