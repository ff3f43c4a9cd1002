/* What happens to a buffer that the driver filled. */
#include <errno.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "camera/source.h"
#include "media/jpeg_tables.h"
#include "v4l2/v4l2_worker_parts.h"

/* This many frames may wait for the loop. Beyond it the newest is dropped: a loop that lags must
 * not get more work. */
enum { FRAMES_ON_WAY_MAX = 3 };
enum { POSTER_QUALITY = 85, STILL_QUALITY = 95 };

static bool may_post_frame(struct v4l2_worker *worker)
{
    lock_take(&worker->lock);
    bool may = worker->frames_on_way < FRAMES_ON_WAY_MAX;
    worker->frames_on_way += may;
    lock_drop(&worker->lock);
    return may;
}

void v4l2_worker_drop(struct v4l2_worker *worker, unsigned drop, size_t len_bytes)
{
    struct v4l2_drops *drops = &worker->drops;
    lock_take(&worker->lock);
    drops->of[drop].frames++;
    drops->of[drop].len_bytes += len_bytes;
    drops->last = drop;
    bool is_told = worker->has_told_drops;
    worker->has_told_drops = true;
    lock_drop(&worker->lock);
    if (!is_told)
        v4l2_worker_post(worker, v4l2_report_create(V4L2_REPORT_DROPS));
}

struct v4l2_drops v4l2_worker_take_drops(struct v4l2_worker *worker)
{
    lock_take(&worker->lock);
    struct v4l2_drops drops = worker->drops;
    worker->drops = (struct v4l2_drops){.last = drops.last};
    worker->has_told_drops = false;
    lock_drop(&worker->lock);
    return drops;
}

/* Copies the JPEG out and returns the buffer. JPEG_OK, or the reason why it is unusable. */
static unsigned copy_jpeg(struct v4l2_worker *worker, const struct v4l2_filled *filled,
                          struct camera_frame *ret_frame)
{
    struct buf *buf = NULL;
    unsigned drop = filled->is_broken ? JPEG_TRUNCATED : JPEG_OK;
    if (drop == JPEG_OK &&
        buf_create(CAMERA_FRAME_ROOM + filled->len_bytes + JPEG_TABLES_BYTES, &buf) < 0)
        drop = CAMERA_DROP_UNWANTED; /* out of memory: as if it were not wanted */
    if (drop == JPEG_OK) {
        uint8_t *jpeg = buf->data + CAMERA_FRAME_ROOM;
        size_t len_bytes = jpeg_tables_copy(jpeg, filled->bytes, filled->len_bytes);
        drop = jpeg_admit(&buf, CAMERA_FRAME_ROOM, len_bytes, &worker->env->jpeg_limits,
                          &ret_frame->info);
    }
    v4l2_stream_give_back(worker->stream, filled);
    if (drop != JPEG_OK) {
        buf_unref(&buf);
        return drop;
    }
    ret_frame->takes_buf = buf;
    ret_frame->unit_off = CAMERA_FRAME_ROOM;
    ret_frame->end_off = CAMERA_FRAME_ROOM + (uint32_t)ret_frame->info.len_bytes;
    return JPEG_OK;
}

static void set_times(struct camera_frame *frame, const struct v4l2_filled *filled)
{
    frame->arrival_us = clock_now_us(&clock_system);
    frame->capture_us = filled->captured_us ? filled->captured_us : frame->arrival_us;
    if (frame->capture_us > frame->arrival_us)
        frame->capture_us = frame->arrival_us;
}

void v4l2_worker_forget_last(struct v4l2_worker *worker)
{
    buf_unref(&worker->last_buf);
}

static unsigned lend_raw(struct v4l2_worker *worker, const struct v4l2_filled *filled,
                         struct v4l2_report *report)
{
    if (filled->is_broken || !v4l2_stream_view(worker->stream, filled, &report->raw)) {
        v4l2_stream_give_back(worker->stream, filled);
        return JPEG_TRUNCATED;
    }
    report->frame.takes_buf = v4l2_stream_lend(worker->stream, filled);
    report->frame.raw = &report->raw;
    v4l2_worker_forget_last(worker);
    worker->last_buf = buf_ref(report->frame.takes_buf);
    worker->last_raw = report->raw;
    worker->last_us = report->frame.arrival_us;
    return JPEG_OK;
}

void v4l2_worker_publish(struct v4l2_worker *worker, const struct v4l2_filled *filled)
{
    size_t len_bytes = filled->len_bytes;
    if (!may_post_frame(worker)) {
        v4l2_stream_give_back(worker->stream, filled);
        v4l2_worker_drop(worker, CAMERA_DROP_UNWANTED, len_bytes);
        return;
    }
    struct v4l2_report *report = v4l2_report_create(V4L2_REPORT_FRAME);
    set_times(&report->frame, filled);
    unsigned drop = v4l2_stream_format(worker->stream) == RAW_NONE
                        ? copy_jpeg(worker, filled, &report->frame)
                        : lend_raw(worker, filled, report);
    report->len_bytes = len_bytes;
    if (drop == JPEG_OK) {
        v4l2_worker_post(worker, report);
        return;
    }
    v4l2_report_free(worker, report);
    v4l2_worker_drop(worker, drop, len_bytes);
}

/* A raw picture as a packet of JPEG. */
static int encode(struct v4l2_worker *worker, const struct raw_picture *raw, unsigned quality,
                  struct packet **ret_packet)
{
    struct buf *buf = NULL;
    size_t end_off = 0;
    if (!worker->env->make_jpeg)
        return -ENOTSUP;
    int r = worker->env->make_jpeg(raw, quality, CAMERA_FRAME_ROOM, &buf, &end_off);
    if (r < 0)
        return r;
    struct packet *packet = packet_of_jpeg(buf, CAMERA_FRAME_ROOM, (uint32_t)end_off);
    packet->width = raw->width;
    packet->height = raw->height;
    *ret_packet = packet;
    return 0;
}

int v4l2_worker_packet(struct v4l2_worker *worker, const struct v4l2_filled *filled,
                       struct packet **ret_packet)
{
    struct camera_frame frame = {0};
    set_times(&frame, filled);
    if (v4l2_stream_format(worker->stream) == RAW_NONE) {
        if (copy_jpeg(worker, filled, &frame) != JPEG_OK)
            return -EBADMSG;
        *ret_packet = camera_packet(&frame);
        return 0;
    }
    struct raw_picture raw;
    struct packet *packet = NULL;
    bool is_whole = !filled->is_broken && v4l2_stream_view(worker->stream, filled, &raw);
    int r = is_whole ? encode(worker, &raw, STILL_QUALITY, &packet) : -EBADMSG;
    v4l2_stream_give_back(worker->stream, filled);
    if (r < 0)
        return r;
    packet->capture_us = frame.capture_us;
    packet->arrival_us = frame.arrival_us;
    *ret_packet = packet;
    return 0;
}

void v4l2_worker_make_poster(struct v4l2_worker *worker)
{
    struct packet *packet = NULL;
    if (!worker->last_buf)
        return;
    if (encode(worker, &worker->last_raw, POSTER_QUALITY, &packet) == 0) {
        struct v4l2_report *report = v4l2_report_create(V4L2_REPORT_POSTER);
        packet->capture_us = packet->arrival_us = worker->last_us;
        report->packet = packet;
        v4l2_worker_post(worker, report);
    }
    v4l2_worker_forget_last(worker);
}
