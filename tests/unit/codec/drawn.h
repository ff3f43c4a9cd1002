/* Drawn pictures as JPEG, and H.264 back to pixels through the ffmpeg binary: what the codec's
 * tests stand on. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "media/h264.h"
#include "media/jpeg.h"

/* One picture in planes of full-range BT.601. */
struct drawn {
    unsigned width, height;
    enum jpeg_chroma chroma;
    uint8_t *planes[3]; /* tight: the stride is the plane's width */
    unsigned plane_widths[3], plane_heights[3];
};

/* A smooth picture, its own at every time t. Free with drawn_finish. */
struct drawn drawn_gradient(unsigned width, unsigned height, enum jpeg_chroma chroma, unsigned t);

/* Eight vertical bars: white, yellow, cyan, green, magenta, red, blue, black. */
struct drawn drawn_bars(unsigned width, unsigned height, enum jpeg_chroma chroma);
extern const uint8_t drawn_bar_rgb[8][3];

void drawn_finish(struct drawn *drawn);

/* A JPEG of it; free with drawn_free_jpeg. */
uint8_t *drawn_jpeg(const struct drawn *drawn, int quality, size_t *ret_len_bytes);
void drawn_free_jpeg(uint8_t *jpeg);

/* Access units of one size, gathered as Annex B. */
struct drawn_stream {
    uint8_t *bytes;
    size_t len_bytes;
};
void drawn_stream_params(struct drawn_stream *stream, const struct h264_params *params);
void drawn_stream_unit(struct drawn_stream *stream, const uint8_t *unit, size_t len_bytes);
void drawn_stream_finish(struct drawn_stream *stream);

/* Every picture of the stream, one after the other, as ffmpeg decodes it to pix_fmt (yuvj420p for
 * the samples themselves; rgb24 for what a player shows). Free with free(). */
uint8_t *drawn_decode(const struct drawn_stream *stream, const char *pix_fmt,
                      size_t *ret_len_bytes);

/* PSNR of two planes, dB. */
double drawn_psnr(const uint8_t *a, unsigned a_stride, const uint8_t *b, unsigned b_stride,
                  unsigned width, unsigned height);
