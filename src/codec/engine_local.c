/* The engine in this process: codec libraries, and a hardware encoder if there is one. */
#include "codec/engine.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "codec/chroma.h"
#include "codec/encoder.h"
#include "codec/jpeg_decode.h"
#include "codec/raw_planes.h"
#include "codec/shrink.h"

enum { MAX_QUALITY = 100 };

/* A failed device may recover, but each try may cost half a second. */
#define FIRST_PAUSE_US (60 * US_PER_S)
#define LONGEST_PAUSE_US (3600 * US_PER_S)

struct engine {
    const struct encoder_ops *software;
    const struct m2m_device *device; /* NULL: software only */
    int device_error;                /* why it is not in use */
    int64_t device_retry_us, device_pause_us;
    unsigned quality;
    struct jpeg_decode decode;
    struct raw_planes raw_planes;
    struct shrink shrink;
    struct chroma chroma;
    const struct encoder_ops *ops; /* of the encoder that is open */
    void *encoder;                 /* NULL until the first picture */
    struct encoder_params opened;  /* what it was opened for */
    struct h264_params params;     /* of the last unit */
    bool params_told;              /* there was one */
    int64_t last_pts_us;
};

static void close_encoder(struct engine *engine)
{
    if (engine->encoder)
        engine->ops->destroy(engine->encoder);
    engine->encoder = NULL;
}

static void destroy(struct engine *engine)
{
    if (!engine)
        return;
    close_encoder(engine);
    chroma_finish(&engine->chroma);
    raw_planes_finish(&engine->raw_planes);
    shrink_finish(&engine->shrink);
    jpeg_decode_finish(&engine->decode);
    mem_free(engine);
}

static int create(const struct engine_params *params, struct engine **ret_engine)
{
    const struct encoder_ops *ops = encoder_find(params->encoder);
    if (!ops)
        return -ENOENT;
    struct engine *engine = mem_new(struct engine);
    engine->software = ops;
    engine->device = params->device;
    engine->device_error = params->device ? 0 : params->device_error;
    engine->device_retry_us = INT64_MIN;
    engine->device_pause_us = FIRST_PAUSE_US;
    engine->quality = params->quality ? params->quality : ENCODER_QUALITY;
    if (engine->quality > MAX_QUALITY)
        engine->quality = MAX_QUALITY;
    engine->last_pts_us = INT64_MIN;
    int r = jpeg_decode_init(&engine->decode);
    if (r < 0)
        goto fail;
    *ret_engine = engine;
    return 0;
fail:
    destroy(engine);
    return r;
}

static bool params_equal(const struct h264_params *a, const struct h264_params *b)
{
    return a->sps_len_bytes == b->sps_len_bytes && a->pps_len_bytes == b->pps_len_bytes &&
           memcmp(a->sps, b->sps, a->sps_len_bytes) == 0 &&
           memcmp(a->pps, b->pps, a->pps_len_bytes) == 0;
}

/* An encoder of this kind for such pictures, the current one or a new one. */
static int open_encoder(struct engine *engine, const struct encoder_ops *ops,
                        const struct picture *picture)
{
    const struct encoder_params params = {.width = picture->width,
                                          .height = picture->height,
                                          .quality = engine->quality,
                                          .limited = picture->limited,
                                          .bt709 = picture->bt709,
                                          .device = engine->device};
    const struct encoder_params *is = &engine->opened;
    if (engine->encoder && engine->ops == ops && is->width == params.width &&
        is->height == params.height && is->limited == params.limited && is->bt709 == params.bt709)
        return 0;
    close_encoder(engine);
    int r = ops->create(&params, &engine->encoder);
    if (r < 0)
        return r;
    engine->ops = ops;
    engine->opened = params;
    return 0;
}

/* Pictures that the device reads directly: they are not touched here. */
static bool is_native(const struct m2m_device *device, const struct raw_picture *raw)
{
    const bool format =
        raw && (raw->format == RAW_I420 || (raw->format == RAW_NV12 && device->nv12));
    return format && raw->width % 2 == 0 && raw->height % 2 == 0 &&
           m2m_probe_fits(device, raw->width, raw->height);
}

/* The input as planes in 4:2:0. */
static int take_planes(struct engine *engine, const struct engine_input *input,
                       struct picture *ret_picture)
{
    struct picture planes;
    const unsigned scale = input->scale ? input->scale : 1;
    if (input->raw && !h264_fits(input->raw->width, input->raw->height))
        return -EBADMSG; /* stills may be larger; H.264 may not */
    int r = input->raw ? raw_planes_split(&engine->raw_planes, input->raw, &planes)
                       : jpeg_decode_planes(&engine->decode, input->jpeg, input->len_bytes, scale,
                                            &planes);
    if (r == 0 && input->raw && scale > 1)
        r = shrink_picture(&engine->shrink, &planes, scale, &planes);
    return r < 0 ? r : chroma_to_420(&engine->chroma, &planes, ret_picture);
}

static int take_picture(struct engine *engine, const struct engine_input *input, bool for_device,
                        struct picture *ret_picture)
{
    if (!for_device || input->scale > 1 || !is_native(engine->device, input->raw))
        return take_planes(engine, input, ret_picture);
    *ret_picture = (struct picture){.width = input->raw->width,
                                    .height = input->raw->height,
                                    .limited = !input->raw->full_range,
                                    .bt709 = input->raw->bt709,
                                    .raw = input->raw};
    return 0;
}

static int encode_by(struct engine *engine, const struct encoder_ops *ops,
                     const struct picture *picture, int64_t pts_us, bool want_key,
                     struct encoder_unit *ret_unit)
{
    int r = open_encoder(engine, ops, picture);
    if (r == 0)
        r = ops->encode(engine->encoder, picture, pts_us, want_key, ret_unit);
    return r;
}

static int encode_by_device(struct engine *engine, const struct picture *picture, int64_t pts_us,
                            bool want_key, struct encoder_unit *ret_unit)
{
    int r = encode_by(engine, &encoder_m2m, picture, pts_us, want_key, ret_unit);
    engine->device_error = r;
    if (r < 0) {
        close_encoder(engine);
        engine->device_retry_us = pts_us + engine->device_pause_us;
        engine->device_pause_us *= 2;
        if (engine->device_pause_us > LONGEST_PAUSE_US)
            engine->device_pause_us = LONGEST_PAUSE_US;
    }
    return r;
}

static int64_t rising_pts(struct engine *engine, int64_t pts_us)
{
    if (pts_us <= engine->last_pts_us)
        pts_us = engine->last_pts_us + 1;
    engine->last_pts_us = pts_us;
    return pts_us;
}

/* Whether the unit starts something new. */
static bool take_params(struct engine *engine, const struct h264_params *params)
{
    const bool same = engine->params_told && params_equal(params, &engine->params);
    engine->params = *params;
    engine->params_told = true;
    return !same;
}

static int encode(struct engine *engine, const struct engine_input *input,
                  struct engine_output *ret_output)
{
    struct picture picture;
    struct encoder_unit unit;
    bool by_device = engine->device && input->pts_us >= engine->device_retry_us;
    const int64_t start_us = clock_thread_cpu_us();
    int r = take_picture(engine, input, by_device, &picture);
    if (r < 0)
        return r;

    const int64_t decoded_us = clock_thread_cpu_us(), pts_us = rising_pts(engine, input->pts_us);
    by_device = by_device && m2m_probe_fits(engine->device, picture.width, picture.height);
    if (by_device)
        by_device = encode_by_device(engine, &picture, pts_us, input->want_key, &unit) == 0;
    if (!by_device && !picture.planes[0]) /* the failed one was the device's */
        r = take_planes(engine, input, &picture);
    if (r < 0)
        return r;
    if (!by_device)
        r = encode_by(engine, engine->software, &picture, pts_us, input->want_key, &unit);
    if (r < 0)
        return r;

    const bool new_params = take_params(engine, unit.params);
    *ret_output = (struct engine_output){
        .unit = unit.data,
        .len_bytes = unit.len_bytes,
        .key = unit.key,
        .new_params = new_params,
        .params = &engine->params,
        .width = picture.width,
        .height = picture.height,
        .encoder = engine->ops->name,
        .device = engine->device ? engine->device->path : NULL,
        .device_error = engine->device_error,
        .decode_us = (uint32_t)(decoded_us - start_us),
        .encode_us = (uint32_t)(clock_thread_cpu_us() - decoded_us),
    };
    return 0;
}

const struct engine_ops engine_local = {
    .name = "local", .create = create, .encode = encode, .destroy = destroy};
