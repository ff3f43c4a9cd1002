/* A running capture: the kernel's buffers, filled by the driver, read here. One thread owns it, and
 * only it calls the driver. Lent buffers may be returned on any other thread, also after closing:
 * that is recorded without blocking, and the owner is woken to queue them. Their memory is freed
 * after the last one is back. API: Linux kernel, "Streaming I/O (Memory Mapping)". */
#pragma once
#include "base/buf.h"
#include "base/waker.h"
#include "v4l2/v4l2_mode.h"

struct v4l2_stream;

/* A filled buffer: the owner's until it is returned or lent. */
struct v4l2_filled {
    unsigned index;
    const uint8_t *bytes;
    size_t len_bytes;
    bool is_broken;      /* the driver says that data were lost */
    int64_t captured_us; /* monotonic; 0: the driver uses another clock */
};

/* Sets format and rate and starts. The descriptor is borrowed and stays open until
 * v4l2_stream_close. returned: woken when a lent buffer was returned and v4l2_stream_requeue has
 * something to do; until v4l2_stream_close, and under a lock of LOCK_RANK_SOURCE. -EBUSY: another
 * program uses the device; -EBADMSG: the driver changed the format to an unsupported one; else a
 * negative errno of the driver. */
int v4l2_stream_open(int fd, const struct v4l2_mode *mode, struct waker returned,
                     struct v4l2_stream **ret_stream) __attribute__((warn_unused_result));

/* Stops the driver and releases the buffers; sets *stream to NULL, and takes a pointer to NULL. */
void v4l2_stream_close(struct v4l2_stream **stream);

/* The next filled buffer; -EAGAIN: there is none; -ENODEV: the device is gone; else the stream is
 * broken. */
int v4l2_stream_next(struct v4l2_stream *stream, struct v4l2_filled *ret_filled)
    __attribute__((warn_unused_result));

/* The driver may fill it again. */
void v4l2_stream_give_back(struct v4l2_stream *stream, const struct v4l2_filled *filled);

/* The buffer as a raw picture. False: it holds less than a whole one. */
bool v4l2_stream_view(const struct v4l2_stream *stream, const struct v4l2_filled *filled,
                      struct raw_picture *ret_raw) __attribute__((warn_unused_result));

/* Lends the buffer; it returns with the last reference to the result. */
struct buf *v4l2_stream_lend(struct v4l2_stream *stream, const struct v4l2_filled *filled)
    __attribute__((returns_nonnull, warn_unused_result));

/* Queues the returned buffers to the driver again. */
void v4l2_stream_requeue(struct v4l2_stream *stream);

/* RAW_NONE: MJPEG. */
enum raw_format v4l2_stream_format(const struct v4l2_stream *stream);
