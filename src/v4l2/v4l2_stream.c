#include "v4l2/v4l2_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/lock.h"
#include "v4l2/v4l2_device.h"
#include "v4l2/v4l2_layout.h"

/* One is being filled, one waits to be; consumers hold the others: an encoder holds one and the
 * next, the hub its newest, the source its last for the poster. */
enum { BUFFERS = 6, BUFFERS_LEAST = 2 };

struct buffer {
    struct v4l2_stream *stream;
    unsigned index;
    uint8_t *bytes;
    size_t len_bytes;
    int dmabuf_fd; /* -1: the driver shares none */
};

struct v4l2_stream {
    atomic_uint refs; /* the owner's, and one for each lent buffer */
    struct lock lock;
    struct waker waker; /* guarded by lock: NULL once it is closed */
    unsigned returned;  /* guarded by lock: one bit per returned buffer that is not queued yet */
    int fd;
    struct buffer buffers[BUFFERS]; /* immutable while it runs, like all below */
    unsigned n_buffers;
    struct v4l2_mode mode;
    struct raw_picture layout;
    size_t picture_bytes;
};

static void unref(struct v4l2_stream *stream)
{
    if (atomic_fetch_sub_explicit(&stream->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (unsigned i = 0; i < stream->n_buffers; i++) {
        if (stream->buffers[i].dmabuf_fd >= 0)
            close(stream->buffers[i].dmabuf_fd);
        munmap(stream->buffers[i].bytes, stream->buffers[i].len_bytes);
    }
    lock_finish(&stream->lock);
    mem_free(stream);
}

/* A driver that refuses a buffer continues with one less; the stream ends when none is left. */
static void queue(struct v4l2_stream *stream, unsigned index)
{
    struct v4l2_buffer b = {
        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP, .index = index};
    int r = v4l2_ioctl(stream->fd, VIDIOC_QBUF, &b);
    (void)r;
}

static int set_format(struct v4l2_stream *stream)
{
    struct v4l2_mode *mode = &stream->mode;
    struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                                 .fmt.pix = {.pixelformat = mode->fourcc,
                                             .width = mode->width,
                                             .height = mode->height,
                                             .field = V4L2_FIELD_ANY}};
    int r = v4l2_ioctl(stream->fd, VIDIOC_S_FMT, &format);
    if (r < 0)
        return r;
    if (format.fmt.pix.pixelformat != mode->fourcc || format.fmt.pix.width > UINT16_MAX ||
        format.fmt.pix.height > UINT16_MAX)
        return -EBADMSG;
    mode->width = (uint16_t)format.fmt.pix.width;
    mode->height = (uint16_t)format.fmt.pix.height;
    enum raw_format raw = RAW_NONE;
    if (!v4l2_fourcc_format(mode->fourcc, &raw))
        return -EBADMSG;
    return raw == RAW_NONE ? 0
                           : v4l2_layout(&format.fmt.pix, &stream->layout, &stream->picture_bytes);
}

/* Many drivers cannot set a rate: they keep their own. */
static void set_rate(struct v4l2_stream *stream)
{
    struct v4l2_streamparm parm = {
        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
        .parm.capture.timeperframe = {.numerator = 1, .denominator = stream->mode.fps}};
    if (stream->mode.fps && v4l2_ioctl(stream->fd, VIDIOC_S_PARM, &parm) < 0)
        stream->mode.fps = 0;
}

static int export_buffer(int fd, unsigned index)
{
    struct v4l2_exportbuffer e = {
        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .index = index, .flags = O_RDONLY | O_CLOEXEC};
    return v4l2_ioctl(fd, VIDIOC_EXPBUF, &e) < 0 ? -1 : e.fd;
}

static int map_buffer(struct v4l2_stream *stream, unsigned index)
{
    struct v4l2_buffer b = {
        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP, .index = index};
    int r = v4l2_ioctl(stream->fd, VIDIOC_QUERYBUF, &b);
    if (r < 0)
        return r;
    void *bytes =
        mmap(NULL, b.length, PROT_READ | PROT_WRITE, MAP_SHARED, stream->fd, (off_t)b.m.offset);
    if (bytes == MAP_FAILED)
        return -errno;
    bool is_raw = stream->layout.format != RAW_NONE;
    stream->buffers[index] =
        (struct buffer){.stream = stream,
                        .index = index,
                        .bytes = bytes,
                        .len_bytes = b.length,
                        .dmabuf_fd = is_raw ? export_buffer(stream->fd, index) : -1};
    stream->n_buffers++;
    return 0;
}

static int map_all(struct v4l2_stream *stream)
{
    struct v4l2_requestbuffers request = {
        .count = BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    int r = v4l2_ioctl(stream->fd, VIDIOC_REQBUFS, &request);
    if (r < 0)
        return r;
    if (request.count < BUFFERS_LEAST)
        return -ENOMEM;
    for (unsigned i = 0; i < request.count && i < BUFFERS; i++) {
        r = map_buffer(stream, i);
        if (r < 0)
            return r;
        queue(stream, i);
    }
    return 0;
}

int v4l2_stream_open(int fd, const struct v4l2_mode *mode, struct waker returned,
                     struct v4l2_stream **ret_stream)
{
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    struct v4l2_stream *stream = mem_new(struct v4l2_stream);
    atomic_init(&stream->refs, 1);
    lock_init(&stream->lock, LOCK_RANK_SOURCE);
    stream->waker = returned;
    stream->fd = fd;
    stream->mode = *mode;
    int r = set_format(stream);
    if (r < 0)
        goto fail;
    set_rate(stream);
    r = map_all(stream);
    if (r < 0)
        goto fail;
    r = v4l2_ioctl(fd, VIDIOC_STREAMON, &type);
    if (r < 0)
        goto fail;
    *ret_stream = stream;
    return 0;
fail:
    v4l2_stream_close(&stream);
    return r;
}

void v4l2_stream_close(struct v4l2_stream **stream)
{
    struct v4l2_stream *s = *stream;
    *stream = NULL;
    if (!s)
        return;
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    struct v4l2_requestbuffers none = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                                       .memory = V4L2_MEMORY_MMAP};
    lock_take(&s->lock);
    s->waker = (struct waker){NULL};
    lock_drop(&s->lock);
    /* A device that is gone refuses both, harmlessly. Buffers that are still mapped (a packet is in
     * flight) are orphaned: the kernel keeps their memory and releases the device. */
    int r = v4l2_ioctl(s->fd, VIDIOC_STREAMOFF, &type);
    if (r == 0)
        r = v4l2_ioctl(s->fd, VIDIOC_REQBUFS, &none);
    (void)r;
    unref(s);
}

static int64_t captured_us(const struct v4l2_buffer *b)
{
    if ((b->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
        return 0;
    return (int64_t)b->timestamp.tv_sec * US_PER_S + b->timestamp.tv_usec;
}

int v4l2_stream_next(struct v4l2_stream *stream, struct v4l2_filled *ret_filled)
{
    struct v4l2_buffer b = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    int r = v4l2_ioctl(stream->fd, VIDIOC_DQBUF, &b);
    if (r < 0)
        return r;
    if (b.index >= stream->n_buffers)
        return -EBADMSG;
    const struct buffer *buffer = &stream->buffers[b.index];
    *ret_filled = (struct v4l2_filled){
        .index = b.index,
        .bytes = buffer->bytes,
        .len_bytes = b.bytesused < buffer->len_bytes ? b.bytesused : buffer->len_bytes,
        .is_broken = b.flags & V4L2_BUF_FLAG_ERROR,
        .captured_us = captured_us(&b)};
    return 0;
}

void v4l2_stream_give_back(struct v4l2_stream *stream, const struct v4l2_filled *filled)
{
    queue(stream, filled->index);
}

static void on_release(void *ctx)
{
    const struct buffer *buffer = ctx;
    struct v4l2_stream *stream = buffer->stream;
    lock_take(&stream->lock);
    bool is_first = !stream->returned;
    stream->returned |= 1U << buffer->index;
    if (is_first)
        waker_wake(&stream->waker);
    lock_drop(&stream->lock);
    unref(stream);
}

void v4l2_stream_requeue(struct v4l2_stream *stream)
{
    lock_take(&stream->lock);
    unsigned returned = stream->returned;
    stream->returned = 0;
    lock_drop(&stream->lock);
    for (unsigned i = 0; i < stream->n_buffers; i++) {
        if (returned & 1U << i)
            queue(stream, i);
    }
}

bool v4l2_stream_view(const struct v4l2_stream *stream, const struct v4l2_filled *filled,
                      struct raw_picture *ret_raw)
{
    const struct buffer *buffer = &stream->buffers[filled->index];
    if (stream->layout.format == RAW_NONE || filled->len_bytes < stream->picture_bytes)
        return false;
    *ret_raw = stream->layout;
    ret_raw->dmabuf_fd = buffer->dmabuf_fd;
    for (unsigned i = 0; i < 3; i++)
        ret_raw->planes[i] =
            i == 0 || ret_raw->offsets[i] ? buffer->bytes + ret_raw->offsets[i] : NULL;
    return true;
}

struct buf *v4l2_stream_lend(struct v4l2_stream *stream, const struct v4l2_filled *filled)
{
    atomic_fetch_add_explicit(&stream->refs, 1, memory_order_relaxed);
    return buf_lend(on_release, &stream->buffers[filled->index]);
}

enum raw_format v4l2_stream_format(const struct v4l2_stream *stream)
{
    return stream->layout.format;
}
