/* The engine made of codec libraries in this process. */
#include "codec/engine.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "codec/chroma.h"
#include "codec/encoder.h"
#include "codec/jpeg_decode.h"
#include "codec/raw_planes.h"

enum { MAX_QUALITY = 100 };

struct engine {
    const struct encoder_ops *ops;
    unsigned quality;
    struct jpeg_decode decode;
    struct raw_planes raw_planes;
    struct chroma chroma;
    void *encoder;                /* NULL until the first picture */
    struct encoder_params opened; /* what it was opened for */
    struct h264_params params;    /* of the encoder */
    bool params_told;             /* a unit with these params was handed out */
    int64_t last_pts_us;
};

static void destroy(struct engine *engine)
{
    if (!engine)
        return;
    engine->ops->destroy(engine->encoder);
    chroma_finish(&engine->chroma);
    raw_planes_finish(&engine->raw_planes);
    jpeg_decode_finish(&engine->decode);
    mem_free(engine);
}

static int create(const struct engine_params *params, struct engine **ret_engine)
{
    const struct encoder_ops *ops = encoder_find(params->encoder);
    if (!ops)
        return -ENOENT;
    struct engine *engine = mem_new(struct engine);
    engine->ops = ops;
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

/* An encoder for such pictures, the one that is there or a new one. */
static int open_encoder(struct engine *engine, const struct picture *picture)
{
    const struct encoder_params params = {.width = picture->width,
                                          .height = picture->height,
                                          .quality = engine->quality,
                                          .limited = picture->limited,
                                          .bt709 = picture->bt709};
    const struct encoder_params *is = &engine->opened;
    if (engine->encoder && is->width == params.width && is->height == params.height &&
        is->limited == params.limited && is->bt709 == params.bt709)
        return 0;
    engine->ops->destroy(engine->encoder);
    engine->encoder = NULL;
    struct h264_params h264;
    int r = engine->ops->create(&params, &h264, &engine->encoder);
    if (r < 0)
        return r;
    engine->params_told = engine->params_told && params_equal(&h264, &engine->params);
    engine->params = h264;
    engine->opened = params;
    return 0;
}

/* The input as a picture in 4:2:0. */
static int take_picture(struct engine *engine, const struct engine_input *input,
                        struct picture *ret_picture)
{
    struct picture planes;
    int r = input->raw
                ? raw_planes_split(&engine->raw_planes, input->raw, &planes)
                : jpeg_decode_planes(&engine->decode, input->jpeg, input->len_bytes, &planes);
    return r < 0 ? r : chroma_to_420(&engine->chroma, &planes, ret_picture);
}

static int encode(struct engine *engine, const struct engine_input *input,
                  struct engine_output *ret_output)
{
    struct picture picture;
    struct encoder_unit unit;
    const int64_t start_us = clock_thread_cpu_us();
    int r = take_picture(engine, input, &picture);
    if (r < 0)
        return r;

    const int64_t decoded_us = clock_thread_cpu_us();
    r = open_encoder(engine, &picture);
    if (r < 0)
        return r;
    int64_t pts_us = input->pts_us;
    if (pts_us <= engine->last_pts_us)
        pts_us = engine->last_pts_us + 1;
    engine->last_pts_us = pts_us;
    r = engine->ops->encode(engine->encoder, &picture, pts_us, input->want_key, &unit);
    if (r < 0)
        return r;

    *ret_output = (struct engine_output){
        .unit = unit.data,
        .len_bytes = unit.len_bytes,
        .key = unit.key,
        .new_params = !engine->params_told,
        .params = &engine->params,
        .width = picture.width,
        .height = picture.height,
        .encoder = engine->ops->name,
        .decode_us = (uint32_t)(decoded_us - start_us),
        .encode_us = (uint32_t)(clock_thread_cpu_us() - decoded_us),
    };
    engine->params_told = true;
    return 0;
}

const struct engine_ops engine_software = {
    .name = "software", .create = create, .encode = encode, .destroy = destroy};
