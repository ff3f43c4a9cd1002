#include <errno.h>

#include "base/alloc.h"
#include "transcode/chunker.h"
#include "transcode/maker.h"

struct maker {
    struct maker_params params;
    char *encoder;
    struct engine *engine;  /* NULL: broken, opened anew by the next frame */
    struct chunker chunker; /* outlives the engine: the timeline goes on */
};

static void destroy(void *ctx)
{
    struct maker *maker = ctx;
    if (!maker)
        return;
    maker->params.engine->destroy(maker->engine);
    chunker_finish(&maker->chunker);
    mem_free(maker->encoder);
    mem_free(maker);
}

static int open_engine(struct maker *maker)
{
    return maker->params.engine->create(&maker->params.engine_params, &maker->engine);
}

static int create(const struct maker_params *params, void **ret_maker)
{
    struct maker *maker = mem_new(struct maker);
    maker->params = *params;
    maker->encoder = mem_strdup_or_die(params->engine_params.encoder);
    maker->params.engine_params.encoder = maker->encoder;
    chunker_init(&maker->chunker, params->stream);
    int r = open_engine(maker);
    if (r < 0)
        goto fail;
    *ret_maker = maker;
    return 0;
fail:
    destroy(maker);
    return r;
}

static int encode(struct maker *maker, const struct packet *frame, uint32_t sequence, bool want_key,
                  struct maker_result *ret_result)
{
    const bool is_raw = frame->raw.format != RAW_NONE;
    const struct engine_input input = {.jpeg = is_raw ? NULL : packet_unit(frame),
                                       .len_bytes = is_raw ? 0 : packet_unit_len_bytes(frame),
                                       .raw = is_raw ? &frame->raw : NULL,
                                       .pts_us = frame->arrival_us,
                                       .want_key = want_key};
    struct engine_output output;
    struct packet *packet;
    int r = maker->params.engine->encode(maker->engine, &input, &output);
    if (r == 0)
        r = chunker_make(&maker->chunker, &output, frame, sequence, &packet);
    if (r < 0)
        return r;
    *ret_result = (struct maker_result){.packet = packet,
                                        .encoder = output.encoder,
                                        .device = output.device,
                                        .device_error = output.device_error,
                                        .decode_us = output.decode_us,
                                        .encode_us = output.encode_us};
    return 0;
}

static int make(void *ctx, const struct packet *frame, uint32_t sequence, bool want_key,
                struct maker_result *ret_result)
{
    struct maker *maker = ctx;
    int r = maker->engine ? 0 : open_engine(maker);
    if (r < 0)
        return r;
    r = encode(maker, frame, sequence, want_key, ret_result);
    if (r < 0 && r != -EBADMSG) {
        maker->params.engine->destroy(maker->engine);
        maker->engine = NULL;
    }
    return r;
}

const struct maker_ops maker_h264 = {.create = create, .make = make, .destroy = destroy};
