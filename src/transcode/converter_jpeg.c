#include <errno.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "codec/jpeg_encode.h"
#include "media/live.h"
#include "transcode/converter.h"

struct converter {
    struct jpeg_encode encode;
};

static void destroy(void *ctx)
{
    struct converter *converter = ctx;
    if (!converter)
        return;
    jpeg_encode_finish(&converter->encode);
    mem_free(converter);
}

static int create(const struct converter_params *params, void **ret_converter)
{
    struct converter *converter = mem_new(struct converter);
    (void)params;
    int r = jpeg_encode_init(&converter->encode);
    if (r < 0)
        goto fail;
    *ret_converter = converter;
    return 0;
fail:
    destroy(converter);
    return r;
}

static int convert(void *ctx, const struct packet *frame, const struct converter_order *order,
                   struct converter_result *ret_result)
{
    struct converter *converter = ctx;
    struct buf *buf;
    size_t end_off;
    const int64_t start_us = clock_thread_cpu_us();
    (void)order; /* full size, and every JPEG is a key */
    int r = jpeg_encode_raw(&converter->encode, &frame->raw, JPEG_ENCODE_QUALITY,
                            PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES, &buf, &end_off);
    if (r < 0)
        return r;
    struct packet *packet = packet_of_jpeg(buf, PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES, end_off);
    packet->width = frame->raw.width;
    packet->height = frame->raw.height;
    packet->capture_us = frame->capture_us;
    packet->arrival_us = frame->arrival_us;
    *ret_result =
        (struct converter_result){.packet = packet,
                                  .encoder = "jpeg",
                                  .encode_us = (uint32_t)(clock_thread_cpu_us() - start_us)};
    return 0;
}

const struct converter_ops converter_jpeg = {
    .create = create, .convert = convert, .destroy = destroy};
