/* A hardware H.264 encoder (V4L2 memory-to-memory), such as bcm2835-codec of the Raspberry Pi 4 and
 * older. Its parameters, and why its SPS is rewritten: docs/decisions/hardware-encoding.md. */
#include <errno.h>
#include <linux/videodev2.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/encoder.h"
#include "media/h264_sps.h"

/* Keyframes are requested; a driver needs a number anyway. */
enum { KEY_PERIOD = 36000 };

struct encoder {
    struct encoder_params params;
    struct m2m *m2m; /* NULL until the first picture, whose layout it is opened for */
    bool copy;       /* the device refused a DMA-BUF once */
    struct h264_params driver_params; /* as the driver wrote them */
    struct h264_params stream_params; /* with the SPS rewritten */
    uint8_t *unit;                    /* AVCC */
    size_t unit_capacity_bytes;
};

static void destroy(void *encoder)
{
    struct encoder *e = encoder;
    if (!e)
        return;
    m2m_destroy(e->m2m);
    mem_free(e->unit);
    mem_free(e);
}

static int create(const struct encoder_params *params, void **ret_encoder)
{
    if (!params->device || !m2m_probe_fits(params->device, params->width, params->height))
        return -ENOTSUP;
    struct encoder *e = mem_new(struct encoder);
    e->params = *params;
    *ret_encoder = e;
    return 0;
}

static int32_t menu_level(int level_idc)
{
    static const struct {
        int level_idc;
        int32_t menu;
    } levels[] = {
        {12, V4L2_MPEG_VIDEO_H264_LEVEL_1_2}, {13, V4L2_MPEG_VIDEO_H264_LEVEL_1_3},
        {21, V4L2_MPEG_VIDEO_H264_LEVEL_2_1}, {22, V4L2_MPEG_VIDEO_H264_LEVEL_2_2},
        {30, V4L2_MPEG_VIDEO_H264_LEVEL_3_0}, {31, V4L2_MPEG_VIDEO_H264_LEVEL_3_1},
        {32, V4L2_MPEG_VIDEO_H264_LEVEL_3_2}, {40, V4L2_MPEG_VIDEO_H264_LEVEL_4_0},
        {42, V4L2_MPEG_VIDEO_H264_LEVEL_4_2}, {50, V4L2_MPEG_VIDEO_H264_LEVEL_5_0},
        {51, V4L2_MPEG_VIDEO_H264_LEVEL_5_1}, {52, V4L2_MPEG_VIDEO_H264_LEVEL_5_2},
    };
    enum { LEVELS = sizeof(levels) / sizeof(levels[0]) };
    unsigned i = 0;
    while (i < LEVELS - 1 && levels[i].level_idc < level_idc)
        i++;
    return levels[i].menu;
}

static int open_device(struct encoder *e, const struct raw_picture *like)
{
    const struct encoder_params *p = &e->params;
    const struct m2m_control controls[] = {
        {V4L2_CID_MPEG_VIDEO_BITRATE_MODE, V4L2_MPEG_VIDEO_BITRATE_MODE_VBR},
        {V4L2_CID_MPEG_VIDEO_FRAME_RC_ENABLE, 1},
        {V4L2_CID_MPEG_VIDEO_BITRATE, encoder_bitrate(p)},
        {V4L2_CID_MPEG_VIDEO_H264_PROFILE, V4L2_MPEG_VIDEO_H264_PROFILE_HIGH},
        {V4L2_CID_MPEG_VIDEO_H264_LEVEL, menu_level(encoder_level(p->width, p->height))},
        {V4L2_CID_MPEG_VIDEO_H264_MIN_QP, encoder_min_qp(p->quality)},
        {V4L2_CID_MPEG_VIDEO_H264_MAX_QP, encoder_max_qp(p->quality)},
        {V4L2_CID_MPEG_VIDEO_B_FRAMES, 0},
        {V4L2_CID_MPEG_VIDEO_GOP_SIZE, KEY_PERIOD},
        {V4L2_CID_MPEG_VIDEO_H264_I_PERIOD, KEY_PERIOD},
        {V4L2_CID_MPEG_VIDEO_HEADER_MODE, V4L2_MPEG_VIDEO_HEADER_MODE_JOINED_WITH_1ST_FRAME},
        {V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER, 1},
        {V4L2_CID_MPEG_VIDEO_PREPEND_SPSPPS_TO_IDR, 1},
    };
    m2m_destroy(e->m2m);
    e->m2m = NULL;
    e->driver_params = (struct h264_params){.sps_len_bytes = 0};
    return m2m_create(&(struct m2m_params){.path = p->device->path,
                                           .coded = V4L2_PIX_FMT_H264,
                                           .controls = controls,
                                           .n_controls = sizeof(controls) / sizeof(controls[0]),
                                           .nominal_fps = ENCODER_NOMINAL_FPS,
                                           .copy = e->copy},
                      like, &e->m2m);
}

/* The planes of a picture not laid out by a camera. */
static struct raw_picture view_of(const struct picture *picture)
{
    struct raw_picture view = {
        .format = RAW_I420, .width = picture->width, .height = picture->height, .dmabuf_fd = -1};
    for (int i = 0; i < 3; i++) {
        view.planes[i] = picture->planes[i];
        view.strides[i] = picture->strides[i];
    }
    return view;
}

static int encode_raw(struct encoder *e, const struct raw_picture *raw, int64_t pts_us,
                      bool want_key, struct m2m_unit *ret_unit)
{
    int r = e->m2m && m2m_suits(e->m2m, raw) ? 0 : open_device(e, raw);
    return r < 0 ? r : m2m_encode(e->m2m, raw, pts_us, want_key, ret_unit);
}

static int reserve(struct encoder *e, size_t len_bytes)
{
    if (len_bytes <= e->unit_capacity_bytes)
        return 0;
    uint8_t *grown = mem_try_realloc(e->unit, len_bytes);
    if (!grown)
        return -ENOMEM;
    e->unit = grown;
    e->unit_capacity_bytes = len_bytes;
    return 0;
}

/* The driver's SPS lacks what players must know. */
static int write_params(struct encoder *e)
{
    const struct encoder_params *p = &e->params;
    const struct h264_params *in = &e->driver_params;
    const struct h264_signal signal = {.full_range = !p->limited,
                                       .primaries = ENCODER_PRIMARIES,
                                       .transfer = ENCODER_TRANSFER,
                                       .matrix = p->bt709 ? ENCODER_MATRIX_709 : ENCODER_MATRIX};
    struct h264_params out = *in;
    struct h264_sps sps;
    size_t len_bytes;
    if (in->pps_len_bytes == 0 || h264_sps_parse(in->sps, in->sps_len_bytes, &sps) < 0 ||
        sps.width != p->width || sps.height != p->height ||
        h264_sps_signal(in->sps, in->sps_len_bytes, &signal, out.sps, &len_bytes) < 0)
        return -EIO;
    out.sps_len_bytes = (uint16_t)len_bytes;
    e->stream_params = out;
    return 0;
}

static int take_unit(struct encoder *e, const struct m2m_unit *unit, struct encoder_unit *ret_unit)
{
    size_t len_bytes;
    bool key;
    int r = reserve(e, h264_avcc_max_bytes(unit->len_bytes));
    if (r < 0)
        return r;
    if (h264_annexb_split(unit->data, unit->len_bytes, &e->driver_params, e->unit, &len_bytes,
                          &key) < 0)
        return -EIO;
    if (key)
        r = write_params(e);
    if (r < 0)
        return r;
    *ret_unit = (struct encoder_unit){
        .data = e->unit, .len_bytes = len_bytes, .key = key, .params = &e->stream_params};
    return 0;
}

static int encode(void *encoder, const struct picture *picture, int64_t pts_us, bool want_key,
                  struct encoder_unit *ret_unit)
{
    struct encoder *e = encoder;
    const struct raw_picture raw = picture->raw ? *picture->raw : view_of(picture);
    struct m2m_unit unit = {.len_bytes = 0};
    int r = encode_raw(e, &raw, pts_us, want_key, &unit);
    if (r < 0 && r != -ETIMEDOUT && e->m2m && m2m_imports(e->m2m) && raw.planes[0]) {
        e->copy = true; /* it may still be read by the processor */
        r = open_device(e, &raw);
        if (r == 0)
            r = encode_raw(e, &raw, pts_us, want_key, &unit);
    }
    if (r < 0)
        return r;
    const bool is_first = e->stream_params.sps_len_bytes == 0;
    r = take_unit(e, &unit, ret_unit);
    return r == 0 && is_first && !ret_unit->key ? -EIO : r;
}

int encoder_m2m_probe(struct m2m_device *ret_device)
{
    return m2m_probe(V4L2_PIX_FMT_H264, ret_device);
}

const struct encoder_ops encoder_m2m = {
    .name = "v4l2m2m", .create = create, .encode = encode, .destroy = destroy};
