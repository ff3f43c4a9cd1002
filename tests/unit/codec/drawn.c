#include "drawn.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <unistd.h>

#include "codec/picture.h"

const uint8_t drawn_bar_rgb[8][3] = {{255, 255, 255}, {255, 255, 0}, {0, 255, 255}, {0, 255, 0},
                                     {255, 0, 255},   {255, 0, 0},   {0, 0, 255},   {0, 0, 0}};

static struct drawn blank(unsigned width, unsigned height, enum jpeg_chroma chroma)
{
    struct drawn d = {.width = width, .height = height, .chroma = chroma};
    d.plane_widths[0] = width;
    d.plane_heights[0] = height;
    for (int i = 1; i < 3; i++) {
        d.plane_widths[i] = picture_chroma_width(chroma, width);
        d.plane_heights[i] = picture_chroma_height(chroma, height);
    }
    for (int i = 0; i < 3; i++)
        d.planes[i] = calloc(1, (size_t)d.plane_widths[i] * d.plane_heights[i] + 1);
    return d;
}

static uint8_t clip(double v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + 0.5);
}

struct drawn drawn_gradient(unsigned width, unsigned height, enum jpeg_chroma chroma, unsigned t)
{
    struct drawn d = blank(width, height, chroma);
    for (int i = 0; i < 3; i++)
        for (unsigned y = 0; y < d.plane_heights[i]; y++)
            for (unsigned x = 0; x < d.plane_widths[i]; x++) {
                double u = (double)x / d.plane_widths[i], v = (double)y / d.plane_heights[i];
                double value = i == 0   ? 40 + 170 * u + 30 * sin(6 * v + 0.2 * t)
                               : i == 1 ? 90 + 80 * v
                                        : 160 - 70 * u;
                d.planes[i][y * d.plane_widths[i] + x] = clip(value);
            }
    return d;
}

struct drawn drawn_bars(unsigned width, unsigned height, enum jpeg_chroma chroma)
{
    struct drawn d = blank(width, height, chroma);
    for (int i = 0; i < 3; i++)
        for (unsigned y = 0; y < d.plane_heights[i]; y++)
            for (unsigned x = 0; x < d.plane_widths[i]; x++) {
                const uint8_t *rgb = drawn_bar_rgb[x * 8 / d.plane_widths[i]];
                double luma = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
                double value = i == 0   ? luma
                               : i == 1 ? 128 + (rgb[2] - luma) / 1.772
                                        : 128 + (rgb[0] - luma) / 1.402;
                d.planes[i][y * d.plane_widths[i] + x] = clip(value);
            }
    return d;
}

void drawn_finish(struct drawn *d)
{
    for (int i = 0; i < 3; i++)
        free(d->planes[i]);
}

uint8_t *drawn_jpeg(const struct drawn *d, int quality, size_t *ret_len_bytes)
{
    static const int subsampling[] = {
        [JPEG_CHROMA_GREY] = TJSAMP_GRAY, [JPEG_CHROMA_420] = TJSAMP_420,
        [JPEG_CHROMA_422] = TJSAMP_422,   [JPEG_CHROMA_440] = TJSAMP_440,
        [JPEG_CHROMA_444] = TJSAMP_444,   [JPEG_CHROMA_411] = TJSAMP_411};
    /* TurboJPEG reads planes whose size is rounded up to whole chroma samples. */
    const int samp = subsampling[d->chroma];
    uint8_t *padded[3] = {NULL};
    int strides[3] = {0};
    for (int i = 0; i < (d->chroma == JPEG_CHROMA_GREY ? 1 : 3); i++) {
        unsigned w = (unsigned)tjPlaneWidth(i, (int)d->width, samp);
        unsigned h = (unsigned)tjPlaneHeight(i, (int)d->height, samp);
        padded[i] = malloc((size_t)w * h);
        strides[i] = (int)w;
        for (unsigned y = 0; y < h; y++)
            for (unsigned x = 0; x < w; x++) {
                unsigned sx = x < d->plane_widths[i] ? x : d->plane_widths[i] - 1;
                unsigned sy = y < d->plane_heights[i] ? y : d->plane_heights[i] - 1;
                padded[i][(size_t)y * w + x] = d->planes[i][(size_t)sy * d->plane_widths[i] + sx];
            }
    }
    tjhandle handle = tjInitCompress();
    unsigned char *jpeg = NULL;
    unsigned long len_bytes = 0;
    const unsigned char *in[3] = {padded[0], padded[1], padded[2]};
    int r = tjCompressFromYUVPlanes(handle, in, (int)d->width, strides, (int)d->height, samp, &jpeg,
                                    &len_bytes, quality, TJFLAG_ACCURATEDCT);
    assert(r == 0);
    (void)r;
    tjDestroy(handle);
    for (int i = 0; i < 3; i++)
        free(padded[i]);
    *ret_len_bytes = len_bytes;
    return jpeg;
}

void drawn_free_jpeg(uint8_t *jpeg)
{
    tjFree(jpeg);
}

static void add_nal(struct drawn_stream *s, const uint8_t *nal, size_t len_bytes)
{
    static const uint8_t start_code[4] = {0, 0, 0, 1};
    s->bytes = realloc(s->bytes, s->len_bytes + sizeof(start_code) + len_bytes);
    memcpy(s->bytes + s->len_bytes, start_code, sizeof(start_code));
    memcpy(s->bytes + s->len_bytes + sizeof(start_code), nal, len_bytes);
    s->len_bytes += sizeof(start_code) + len_bytes;
}

void drawn_stream_params(struct drawn_stream *stream, const struct h264_params *params)
{
    add_nal(stream, params->sps, params->sps_len_bytes);
    add_nal(stream, params->pps, params->pps_len_bytes);
}

void drawn_stream_unit(struct drawn_stream *stream, const uint8_t *unit, size_t len_bytes)
{
    size_t pos = 0;
    struct h264_nal nal;
    while (h264_avcc_next(unit, len_bytes, &pos, &nal))
        add_nal(stream, nal.data, nal.len_bytes);
}

void drawn_stream_finish(struct drawn_stream *stream)
{
    free(stream->bytes);
}

uint8_t *drawn_decode(const struct drawn_stream *stream, const char *pix_fmt, size_t *ret_len_bytes)
{
    char path[] = "/tmp/eyelid-test-XXXXXX", command[256];
    int fd = mkstemp(path);
    assert(fd >= 0);
    ssize_t written = write(fd, stream->bytes, stream->len_bytes);
    assert(written == (ssize_t)stream->len_bytes);
    (void)written;
    close(fd);
    snprintf(command, sizeof(command),
             "ffmpeg -nostdin -v error -f h264 -i %s -f rawvideo -sws_flags accurate_rnd "
             "-pix_fmt %s -vsync passthrough - ",
             path, pix_fmt);
    FILE *pipe = popen(command, "r");
    assert(pipe);
    size_t cap = 1 << 20, len = 0, n;
    uint8_t *out = malloc(cap);
    while ((n = fread(out + len, 1, cap - len, pipe)) > 0) {
        len += n;
        if (len == cap)
            out = realloc(out, cap *= 2);
    }
    int status = pclose(pipe);
    assert(status == 0);
    (void)status;
    unlink(path);
    *ret_len_bytes = len;
    return out;
}

double drawn_psnr(const uint8_t *a, unsigned a_stride, const uint8_t *b, unsigned b_stride,
                  unsigned width, unsigned height)
{
    double sum = 0;
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++) {
            double d = (double)a[(size_t)y * a_stride + x] - b[(size_t)y * b_stride + x];
            sum += d * d;
        }
    return sum == 0 ? 99 : 10 * log10(255.0 * 255.0 * width * height / sum);
}
