#include "codec/jpeg_local.h"

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

int jpeg_local_init(struct jpeg_local *local)
{
    *local = (struct jpeg_local){.handle = tjInitDecompress()};
    return local->handle ? 0 : -ENOMEM;
}

void jpeg_local_finish(struct jpeg_local *local)
{
    if (local->handle)
        tjDestroy(local->handle);
    if (local->encoder)
        tjDestroy(local->encoder);
    if (!local->is_fixed)
        mem_free(local->samples);
    *local = (struct jpeg_local){0};
}

static int reserve(struct jpeg_local *local, size_t len_bytes)
{
    if (len_bytes <= local->capacity_bytes)
        return 0;
    if (local->is_fixed)
        return -ENOMEM;
    mem_free(local->samples);
    local->capacity_bytes = 0;
    local->samples = mem_try_alloc(len_bytes);
    if (!local->samples)
        return -ENOMEM;
    local->capacity_bytes = len_bytes;
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
static int read_header(struct jpeg_local *local, const uint8_t *jpeg, size_t len_bytes,
                       struct header *ret_header)
{
    int width = 0, height = 0, subsampling = -1, colorspace = -1;
    /* It also returns -1 for a warning and for a subsampling that it has no name for. */
    if (tjDecompressHeader3(local->handle, jpeg, len_bytes, &width, &height, &subsampling,
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
static bool is_truncated(struct jpeg_local *local)
{
    if (tjGetErrorCode(local->handle) != TJERR_WARNING)
        return true;
    const char *complaint = tjGetErrorStr2(local->handle);
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
static int by_rgb(struct jpeg_local *local, const uint8_t *jpeg, size_t len_bytes,
                  const struct header *header, uint8_t *rgb, uint8_t *planes[3], int strides[3])
{
    const int width = (int)header->width, height = (int)header->height;
    if (!local->encoder)
        local->encoder = tjInitCompress();
    if (!local->encoder)
        return -ENOMEM;
    if (tjDecompress2(local->handle, jpeg, len_bytes, rgb, width, 0, height, TJPF_RGB,
                      DECODE_FLAGS) != 0 &&
        is_truncated(local))
        return -EBADMSG;
    if (tjEncodeYUVPlanes(local->encoder, rgb, width, 0, height, TJPF_RGB, planes, strides,
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

static int take_planes(struct jpeg_local *local, unsigned scale, const uint8_t *jpeg,
                       size_t len_bytes, struct picture *ret_picture)
{
    struct header header;
    int r = read_header(local, jpeg, len_bytes, &header);
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
    r = reserve(local, need_bytes + rgb_bytes);
    if (r < 0)
        return r;

    struct picture picture = {.width = (uint16_t)picture_even(header.width),
                              .height = (uint16_t)picture_even(header.height),
                              .chroma = header.chroma};
    uint8_t *data[3] = {NULL}, *next = local->samples;
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
        r = by_rgb(local, jpeg, len_bytes, &header, next, data, strides);
    else if (tjDecompressToYUVPlanes(local->handle, jpeg, len_bytes, data, (int)header.width,
                                     strides, (int)header.height, plane_flags(scale)) != 0 &&
             is_truncated(local))
        r = -EBADMSG;
    if (r < 0)
        return r;

    for (unsigned i = 0; i < count; i++)
        repeat_edges(&planes[i]);
    *ret_picture = picture;
    return 0;
}

/* A picture of packed samples. A small one in colour is for people: it may be incomplete. */
static int take_packed(struct jpeg_local *local, int format, unsigned width, unsigned height,
                       const uint8_t *jpeg, size_t len_bytes, struct picture *ret_picture)
{
    const unsigned stride = width * (unsigned)tjPixelSize[format];
    int r = reserve(local, (size_t)stride * height);
    if (r < 0)
        return r;
    if (tjDecompress2(local->handle, jpeg, len_bytes, local->samples, (int)width, (int)stride,
                      (int)height, format, DECODE_FLAGS) != 0 &&
        (format == TJPF_RGB ? tjGetErrorCode(local->handle) != TJERR_WARNING : is_truncated(local)))
        return -EBADMSG;
    *ret_picture =
        (struct picture){.planes = {local->samples},
                         .strides = {stride},
                         .width = (uint16_t)width,
                         .height = (uint16_t)height,
                         .chroma = format == TJPF_GRAY ? JPEG_CHROMA_GREY : JPEG_CHROMA_OTHER};
    return 0;
}

static int take_grey(struct jpeg_local *local, const uint8_t *jpeg, size_t len_bytes,
                     struct picture *ret_picture)
{
    struct header header;
    int r = read_header(local, jpeg, len_bytes, &header);
    return r < 0 ? r
                 : take_packed(local, TJPF_GRAY, scaled(header.width, 8), scaled(header.height, 8),
                               jpeg, len_bytes, ret_picture);
}

static int take_rgb(struct jpeg_local *local, unsigned max_side, const uint8_t *jpeg,
                    size_t len_bytes, struct picture *ret_picture)
{
    enum { EIGHTHS = 8 };
    struct header header;
    int r = read_header(local, jpeg, len_bytes, &header);
    if (r < 0)
        return r;
    unsigned width = 0, height = 0;
    for (int eighths = EIGHTHS; eighths >= 1; eighths--) {
        const tjscalingfactor factor = {eighths, EIGHTHS};
        width = (unsigned)TJSCALED((int)header.width, factor);
        height = (unsigned)TJSCALED((int)header.height, factor);
        if (width <= max_side && height <= max_side)
            break;
    }
    return take_packed(local, TJPF_RGB, width, height, jpeg, len_bytes, ret_picture);
}

int jpeg_local_decode(struct jpeg_local *local, const struct jpeg_wish *wish, const uint8_t *jpeg,
                      size_t len_bytes, struct picture *ret_picture)
{
    switch (wish->want) {
    case JPEG_WANT_PLANES:
        return take_planes(local, wish->scale, jpeg, len_bytes, ret_picture);
    case JPEG_WANT_GREY:
        return take_grey(local, jpeg, len_bytes, ret_picture);
    case JPEG_WANT_RGB:
        return take_rgb(local, wish->max_side, jpeg, len_bytes, ret_picture);
    }
    return -EBADMSG;
}
