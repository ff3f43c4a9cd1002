#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "codec/luma.h"
#include "transcode/converter.h"

static void destroy(void *ctx)
{
    struct luma *luma = ctx;
    if (!luma)
        return;
    luma_finish(luma);
    mem_free(luma);
}

static int create(const struct converter_params *params, void **ret_converter)
{
    struct luma *luma = mem_new(struct luma);
    (void)params;
    int r = luma_init(luma);
    if (r < 0)
        goto fail;
    *ret_converter = luma;
    return 0;
fail:
    destroy(luma);
    return r;
}

static int take(struct luma *luma, const struct packet *frame, struct picture *ret_picture)
{
    return frame->raw.format != RAW_NONE
               ? luma_of_raw(luma, &frame->raw, ret_picture)
               : luma_of_jpeg(luma, packet_unit(frame), packet_unit_len_bytes(frame), ret_picture);
}

static int convert(void *ctx, const struct packet *frame, const struct converter_order *order,
                   struct converter_result *ret_result)
{
    const int64_t start_us = clock_thread_cpu_us();
    struct picture picture;
    struct buf *buf;
    (void)order; /* it has one size, and every picture is a key */
    int r = take(ctx, frame, &picture);
    if (r < 0)
        return r;
    const size_t len_bytes = (size_t)picture.strides[0] * picture.height;
    r = buf_create(len_bytes, &buf);
    if (r < 0)
        return r;
    memcpy(buf->data, picture.planes[0], len_bytes);
    struct packet *packet = packet_create(buf, NULL);
    packet->end_off = (uint32_t)len_bytes;
    packet->key = true;
    packet->width = picture.width;
    packet->height = picture.height;
    packet->stride = (uint16_t)picture.strides[0];
    packet->capture_us = frame->capture_us;
    packet->arrival_us = frame->arrival_us;
    *ret_result =
        (struct converter_result){.packet = packet,
                                  .encoder = "luma",
                                  .decode_us = (uint32_t)(clock_thread_cpu_us() - start_us)};
    return 0;
}

const struct converter_ops converter_luma = {
    .create = create, .convert = convert, .destroy = destroy};
