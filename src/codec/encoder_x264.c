/* x264 (GPL). Why these settings: docs/decisions/encoder.md. */
#include "codec/encoder.h"

#include <errno.h>
#include <string.h>
#include <x264.h>

#include "base/alloc.h"

struct x264 {
    x264_t *handle;
    struct h264_params params;
    int64_t frames;
};

static void ignore_log(void *ctx, int level, const char *format, va_list args)
{
    (void)ctx, (void)level, (void)format, (void)args;
}

static void set_signalling(x264_param_t *p, const struct encoder_params *params)
{
    p->i_width = params->width;
    p->i_height = params->height;
    p->i_csp = X264_CSP_I420;
    p->i_level_idc = encoder_level(params->width, params->height);
    p->vui.b_fullrange = !params->limited;
    p->vui.i_colorprim = ENCODER_PRIMARIES;
    p->vui.i_transfer = ENCODER_TRANSFER;
    p->vui.i_colmatrix = params->bt709 ? ENCODER_MATRIX_709 : ENCODER_MATRIX;
    p->b_repeat_headers = 0;
    p->b_annexb = 0;
    /* Variable-rate input would cost a frame of delay. Frames are only counted here: the budget is
     * per frame, and times travel in the container. */
    p->b_vfr_input = 0;
    p->i_fps_num = ENCODER_NOMINAL_FPS;
    p->i_fps_den = 1;
    p->pf_log = ignore_log;
    p->i_log_level = X264_LOG_NONE;
}

static int fill_params(x264_param_t *p, const struct encoder_params *params)
{
    if (x264_param_default_preset(p, "ultrafast", "zerolatency") < 0)
        return -ENOTSUP;
    set_signalling(p, params);

    p->i_threads = 1;
    p->b_sliced_threads = 0;
    p->i_frame_reference = 1;
    p->i_keyint_max = X264_KEYINT_MAX_INFINITE;
    p->i_scenecut_threshold = 0;

    /* Both save more bits, and the time to write them, than they cost. */
    p->b_deblocking_filter = 1;
    p->analyse.i_noise_reduction = 300;

    const int kbps = encoder_bitrate(params) / 1000;
    p->rc.i_rc_method = X264_RC_CRF;
    p->rc.f_rf_constant = (float)encoder_min_qp(params->quality) - 3;
    p->rc.i_vbv_max_bitrate = kbps;
    p->rc.i_vbv_buffer_size = kbps / 2;
    return 0;
}

static int copy_parameter_set(const x264_nal_t *nal, uint8_t out[H264_PARAMETER_SET_MAX_BYTES],
                              uint16_t *ret_len_bytes)
{
    const int len_bytes = nal->i_payload - 4;
    if (len_bytes < 1 || len_bytes > H264_PARAMETER_SET_MAX_BYTES)
        return -ENOTSUP;
    memcpy(out, nal->p_payload + 4, (size_t)len_bytes);
    *ret_len_bytes = (uint16_t)len_bytes;
    return 0;
}

static int read_params(x264_t *handle, struct h264_params *ret_params)
{
    struct h264_params params = {.sps_len_bytes = 0};
    x264_nal_t *nals;
    int count, r = 0;
    if (x264_encoder_headers(handle, &nals, &count) < 0)
        return -ENOMEM;
    for (int i = 0; i < count && r == 0; i++)
        if (nals[i].i_type == NAL_SPS)
            r = copy_parameter_set(&nals[i], params.sps, &params.sps_len_bytes);
        else if (nals[i].i_type == NAL_PPS)
            r = copy_parameter_set(&nals[i], params.pps, &params.pps_len_bytes);
    if (r == 0)
        *ret_params = params;
    return r;
}

static void destroy(void *encoder)
{
    struct x264 *x = encoder;
    if (!x)
        return;
    if (x->handle)
        x264_encoder_close(x->handle);
    mem_free(x);
}

static int create(const struct encoder_params *params, void **ret_encoder)
{
    x264_param_t p;
    struct x264 *x = mem_new(struct x264);
    int r = fill_params(&p, params);
    if (r < 0)
        goto fail;
    x->handle = x264_encoder_open(&p);
    x264_param_cleanup(&p);
    r = x->handle ? read_params(x->handle, &x->params) : -ENOTSUP;
    if (r < 0)
        goto fail;
    *ret_encoder = x;
    return 0;
fail:
    destroy(x);
    return r;
}

static bool is_slice(const x264_nal_t *nal)
{
    return nal->i_type == NAL_SLICE || nal->i_type == NAL_SLICE_IDR;
}

static int encode(void *encoder, const struct picture *picture, int64_t pts_us, bool want_key,
                  struct encoder_unit *ret_unit)
{
    struct x264 *x = encoder;
    (void)pts_us;
    x264_picture_t in, out;
    x264_picture_init(&in);
    in.i_type = want_key ? X264_TYPE_IDR : X264_TYPE_AUTO;
    in.i_pts = x->frames++;
    in.img.i_csp = X264_CSP_I420;
    in.img.i_plane = 3;
    for (int i = 0; i < 3; i++) {
        /* x264 reads its input only; its interface lacks the const. */
        in.img.plane[i] = (uint8_t *)(uintptr_t)picture->planes[i];
        in.img.i_stride[i] = (int)picture->strides[i];
    }

    x264_nal_t *nals;
    int count;
    int len_bytes = x264_encoder_encode(x->handle, &nals, &count, &in, &out);
    if (len_bytes <= 0)
        return -EIO;
    /* The NAL units follow one another; the slices are the last of them. */
    int first = 0;
    while (first < count && !is_slice(&nals[first]))
        first++;
    if (first == count)
        return -EIO;
    const uint8_t *end = nals[count - 1].p_payload + nals[count - 1].i_payload;
    *ret_unit = (struct encoder_unit){.data = nals[first].p_payload,
                                      .len_bytes = (size_t)(end - nals[first].p_payload),
                                      .key = out.b_keyframe != 0,
                                      .params = &x->params};
    return 0;
}

const struct encoder_ops encoder_x264 = {
    .name = "x264", .create = create, .encode = encode, .destroy = destroy};
