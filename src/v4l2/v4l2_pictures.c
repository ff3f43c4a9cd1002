/* Handles a buffer that the kernel filled. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "v4l2/v4l2_driver.h"

enum { POSTER_QUALITY = 85, STILL_QUALITY = 95 };

/* Copies the JPEG out and returns the buffer. JPEG_OK, or the reason why it is unusable. */
static unsigned copy_jpeg(struct v4l2_driver *driver, const struct v4l2_filled *filled,
                          struct camera_frame *frame)
{
    unsigned drop = filled->is_broken ? JPEG_TRUNCATED : JPEG_OK;
    if (drop == JPEG_OK && buf_create(CAMERA_FRAME_ROOM + filled->len_bytes, &frame->takes_buf) < 0)
        drop = CAMERA_DROP_UNWANTED; /* out of memory: as if it were not wanted */
    if (drop == JPEG_OK) {
        memcpy(frame->takes_buf->data + CAMERA_FRAME_ROOM, filled->bytes, filled->len_bytes);
        frame->unit_off = CAMERA_FRAME_ROOM;
        frame->end_off = CAMERA_FRAME_ROOM + (uint32_t)filled->len_bytes;
    }
    v4l2_stream_give_back(driver->stream, filled);
    return drop;
}

static void set_times(struct camera_frame *frame, const struct v4l2_filled *filled)
{
    frame->arrival_us = clock_now_us(&clock_system);
    frame->capture_us = filled->captured_us ? filled->captured_us : frame->arrival_us;
    if (frame->capture_us > frame->arrival_us)
        frame->capture_us = frame->arrival_us;
}

static unsigned lend_raw(struct v4l2_driver *driver, const struct v4l2_filled *filled,
                         struct camera_frame *frame)
{
    buf_unref(&driver->last_buf);
    if (filled->is_broken || !v4l2_stream_view(driver->stream, filled, &driver->last_raw)) {
        v4l2_stream_give_back(driver->stream, filled);
        return JPEG_TRUNCATED;
    }
    frame->takes_buf = v4l2_stream_lend(driver->stream, filled);
    frame->raw = &driver->last_raw;
    driver->last_buf = buf_ref(frame->takes_buf);
    driver->last_us = frame->arrival_us;
    return JPEG_OK;
}

void v4l2_driver_publish(struct v4l2_driver *driver, const struct v4l2_filled *filled)
{
    struct camera_frame frame = {0};
    unsigned drop = CAMERA_DROP_UNWANTED;
    set_times(&frame, filled);
    if (!source_has_room(driver->source))
        v4l2_stream_give_back(driver->stream, filled);
    else if (v4l2_stream_format(driver->stream) == RAW_NONE)
        drop = copy_jpeg(driver, filled, &frame);
    else
        drop = lend_raw(driver, filled, &frame);
    if (drop == JPEG_OK)
        source_post_frame(driver->source, &frame);
    else
        source_post_drop(driver->source, drop, filled->len_bytes);
}

/* A raw picture as a packet of JPEG. */
static int encode(struct v4l2_driver *driver, const struct raw_picture *raw, unsigned quality,
                  struct packet **ret_packet)
{
    struct buf *buf = NULL;
    size_t end_off = 0;
    if (!driver->env->make_jpeg)
        return -ENOTSUP;
    int r = driver->env->make_jpeg(raw, quality, CAMERA_FRAME_ROOM, &buf, &end_off);
    if (r < 0)
        return r;
    struct packet *packet = packet_of_jpeg(buf, CAMERA_FRAME_ROOM, (uint32_t)end_off);
    packet->width = raw->width;
    packet->height = raw->height;
    *ret_packet = packet;
    return 0;
}

static int jpeg_packet(struct v4l2_driver *driver, const struct v4l2_filled *filled,
                       struct camera_frame *frame, struct packet **ret_packet)
{
    if (copy_jpeg(driver, filled, frame) != JPEG_OK)
        return -EBADMSG;
    if (camera_check_jpeg(frame, &driver->env->jpeg_limits) != JPEG_OK) {
        buf_unref(&frame->takes_buf);
        return -EBADMSG;
    }
    *ret_packet = camera_packet(frame);
    return 0;
}

static int raw_packet(struct v4l2_driver *driver, const struct v4l2_filled *filled,
                      const struct camera_frame *frame, struct packet **ret_packet)
{
    struct raw_picture raw;
    struct packet *packet = NULL;
    const bool is_whole = !filled->is_broken && v4l2_stream_view(driver->stream, filled, &raw);
    int r = is_whole ? encode(driver, &raw, STILL_QUALITY, &packet) : -EBADMSG;
    v4l2_stream_give_back(driver->stream, filled);
    if (r < 0)
        return r;
    packet->capture_us = frame->capture_us;
    packet->arrival_us = frame->arrival_us;
    *ret_packet = packet;
    return 0;
}

int v4l2_driver_packet(struct v4l2_driver *driver, const struct v4l2_filled *filled,
                       struct packet **ret_packet)
{
    struct camera_frame frame = {0};
    set_times(&frame, filled);
    return v4l2_stream_format(driver->stream) == RAW_NONE
               ? jpeg_packet(driver, filled, &frame, ret_packet)
               : raw_packet(driver, filled, &frame, ret_packet);
}

void v4l2_driver_make_poster(struct v4l2_driver *driver)
{
    struct packet *packet = NULL;
    if (!driver->last_buf)
        return;
    if (encode(driver, &driver->last_raw, POSTER_QUALITY, &packet) == 0) {
        packet->capture_us = packet->arrival_us = driver->last_us;
        source_post_poster(driver->source, packet);
    }
    buf_unref(&driver->last_buf);
}
