#include <errno.h>

#include "base/alloc.h"
#include "transcode/chunker.h"
#include "transcode/converter.h"

struct converter {
    struct converter_params params;
    char *encoder;
    struct engine *engine;  /* NULL: broken, reopened by the next frame */
    struct chunker chunker; /* outlives the engine: the timeline goes on */
};

static void destroy(void *ctx)
{
    struct converter *converter = ctx;
    if (!converter)
        return;
    converter->params.engine->destroy(converter->engine);
    chunker_finish(&converter->chunker);
    mem_free(converter->encoder);
    mem_free(converter);
}

static int open_engine(struct converter *converter)
{
    return converter->params.engine->create(&converter->params.engine_params, &converter->engine);
}

static int create(const struct converter_params *params, void **ret_converter)
{
    struct converter *converter = mem_new(struct converter);
    converter->params = *params;
    converter->encoder = mem_strdup_or_die(params->engine_params.encoder);
    converter->params.engine_params.encoder = converter->encoder;
    chunker_init(&converter->chunker);
    int r = open_engine(converter);
    if (r < 0)
        goto fail;
    *ret_converter = converter;
    return 0;
fail:
    destroy(converter);
    return r;
}

static int encode(struct converter *converter, const struct packet *frame,
                  const struct converter_order *order, struct converter_result *ret_result)
{
    const bool is_raw = frame->raw.format != RAW_NONE;
    const struct engine_input input = {.jpeg = is_raw ? NULL : packet_unit(frame),
                                       .len_bytes = is_raw ? 0 : packet_unit_len_bytes(frame),
                                       .raw = is_raw ? &frame->raw : NULL,
                                       .pts_us = frame->arrival_us,
                                       .scale = order->scale,
                                       .want_key = order->want_key};
    struct engine_output output;
    struct packet *packet;
    int r = converter->params.engine->encode(converter->engine, &input, &output);
    if (r == 0)
        r = chunker_make(&converter->chunker, &output, frame, &packet);
    if (r < 0)
        return r;
    *ret_result = (struct converter_result){.packet = packet,
                                            .encoder = output.encoder,
                                            .device = output.device,
                                            .device_error = output.device_error,
                                            .decode_us = output.decode_us,
                                            .encode_us = output.encode_us};
    return 0;
}

static int convert(void *ctx, const struct packet *frame, const struct converter_order *order,
                   struct converter_result *ret_result)
{
    struct converter *converter = ctx;
    int r = converter->engine ? 0 : open_engine(converter);
    if (r < 0)
        return r;
    r = encode(converter, frame, order, ret_result);
    if (r < 0 && r != -EBADMSG && r != -EOWNERDEAD) {
        converter->params.engine->destroy(converter->engine);
        converter->engine = NULL;
    }
    return r;
}

const struct converter_ops converter_h264 = {
    .create = create, .convert = convert, .destroy = destroy};
