#include <errno.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "codec/jpeg_encode.h"
#include "media/live.h"
#include "transcode/maker.h"

struct maker {
    struct jpeg_encode encode;
    uint32_t stream;
};

static void destroy(void *ctx)
{
    struct maker *maker = ctx;
    if (!maker)
        return;
    jpeg_encode_finish(&maker->encode);
    mem_free(maker);
}

static int create(const struct maker_params *params, void **ret_maker)
{
    struct maker *maker = mem_new(struct maker);
    maker->stream = params->stream;
    int r = jpeg_encode_init(&maker->encode);
    if (r < 0)
        goto fail;
    *ret_maker = maker;
    return 0;
fail:
    destroy(maker);
    return r;
}

static int make(void *ctx, const struct packet *frame, uint32_t sequence, bool want_key,
                struct maker_result *ret_result)
{
    struct maker *maker = ctx;
    struct buf *buf;
    size_t end_off;
    const int64_t start_us = clock_thread_cpu_us();
    (void)want_key; /* every JPEG is one */
    int r = jpeg_encode_raw(&maker->encode, &frame->raw, JPEG_ENCODE_QUALITY,
                            PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES, &buf, &end_off);
    if (r < 0)
        return r;
    struct packet *packet = packet_of_jpeg(buf, PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES, end_off);
    packet->width = frame->raw.width;
    packet->height = frame->raw.height;
    packet->capture_us = frame->capture_us;
    packet->arrival_us = frame->arrival_us;
    live_head_write(&(struct live_head){.kind = LIVE_JPEG,
                                        .flags = LIVE_FLAG_KEY,
                                        .stream = maker->stream,
                                        .sequence = sequence,
                                        .unit_offset = LIVE_HEAD_BYTES,
                                        .capture_us = frame->capture_us},
                    buf->data + packet->message_off);
    *ret_result = (struct maker_result){.packet = packet,
                                        .encoder = "jpeg",
                                        .encode_us = (uint32_t)(clock_thread_cpu_us() - start_us)};
    return 0;
}

const struct maker_ops maker_jpeg = {.create = create, .make = make, .destroy = destroy};
