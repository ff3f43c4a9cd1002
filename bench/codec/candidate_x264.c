#include "candidate_parts.h"

#include <stdlib.h>
#include <string.h>
#include <x264.h>

static void set_preset(void *ctx, const char *key, const char *value)
{
    if (strcmp(key, "preset") == 0 && x264_param_default_preset(ctx, value, "zerolatency") < 0)
        candidate_refuse("no such preset", value);
}

static void set_x264(void *ctx, const char *key, const char *value)
{
    if (strcmp(key, "preset") != 0 && x264_param_parse(ctx, key, value) < 0)
        candidate_refuse("no such option of x264", key);
}

static void *open_x264(const char *options, unsigned width, unsigned height)
{
    x264_param_t p;
    x264_param_default_preset(&p, "ultrafast", "zerolatency");
    candidate_each_option(options, set_preset, &p);
    p.i_threads = 1;
    p.b_sliced_threads = 0;
    p.i_keyint_max = 300;
    p.i_width = (int)width;
    p.i_height = (int)height;
    p.vui.b_fullrange = 1;
    p.i_log_level = X264_LOG_ERROR;
    candidate_each_option(options, set_x264, &p);
    x264_t *x264 = x264_encoder_open(&p);
    if (!x264)
        candidate_refuse("x264 refuses", options);
    return x264;
}

static size_t encode_x264(void *encoder, const struct picture *picture, unsigned t, FILE *file)
{
    x264_picture_t in, out;
    x264_nal_t *nals;
    int count;
    x264_picture_init(&in);
    in.i_pts = t;
    in.img.i_csp = X264_CSP_I420;
    in.img.i_plane = 3;
    for (int i = 0; i < 3; i++) {
        in.img.plane[i] = (uint8_t *)(uintptr_t)picture->planes[i];
        in.img.i_stride[i] = (int)picture->strides[i];
    }
    const int len_bytes = x264_encoder_encode(encoder, &nals, &count, &in, &out);
    if (len_bytes <= 0)
        abort();
    return fwrite(nals[0].p_payload, 1, (size_t)len_bytes, file);
}

static void close_x264(void *encoder)
{
    x264_encoder_close(encoder);
}

const struct candidate_ops candidate_x264 = {
    .open = open_x264, .encode = encode_x264, .close = close_x264};
