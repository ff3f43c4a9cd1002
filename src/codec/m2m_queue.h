/* One of the two queues of a memory-to-memory device: V4L2's buffers, with either of its two APIs.
 * The bytes' meaning belongs to m2m.c. Used by one thread at a time. Interface: Linux kernel,
 * "Input/Output" and "Single- and multi-planar APIs". Errors are the kernel's, as negative
 * errno. */
#pragma once
#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ioctl, retried on EINTR. */
int m2m_queue_control(int fd, unsigned long request, void *argument);

struct m2m_queue_mapping {
    uint8_t *data;
    size_t len_bytes;
};

struct m2m_queue {
    int fd;      /* borrowed */
    bool mplane; /* the multi-planar API; with one plane of memory all the same */
    enum v4l2_buf_type type;
    enum v4l2_memory memory;
    unsigned count;
    struct m2m_queue_mapping buffers[VIDEO_MAX_FRAME]; /* none if the memory is not the driver's */
};

/* Common to both APIs. */
struct m2m_queue_layout {
    uint32_t fourcc, width, height, stride, size_bytes;
};

/* capabilities: as from VIDIOC_QUERYCAP. out: the queue that pictures go into, V4L2's OUTPUT. */
void m2m_queue_init(struct m2m_queue *queue, int fd, uint32_t capabilities, bool out);
void m2m_queue_finish(struct m2m_queue *queue); /* a zeroed one too */

/* The driver may change everything but the pixel format: -ENOTSUP. */
int m2m_queue_set_format(const struct m2m_queue *queue, struct m2m_queue_layout *layout)
    __attribute__((warn_unused_result));

/* The driver may give more than these. */
int m2m_queue_request(struct m2m_queue *queue, unsigned count, enum v4l2_memory memory)
    __attribute__((warn_unused_result));

/* Gives a buffer to the driver; bytes, dmabuf_fd and pts_us are a picture's. */
struct m2m_queue_fill {
    uint32_t bytes;
    int dmabuf_fd;
    int64_t pts_us;
};
int m2m_queue_give(const struct m2m_queue *queue, unsigned index, const struct m2m_queue_fill *fill)
    __attribute__((warn_unused_result));

/* Takes back a buffer that the driver is done with; -EAGAIN: there is none; -EIO: it failed on that
 * one. Its bytes are those from begin to end. */
struct m2m_queue_taken {
    unsigned index;
    uint32_t begin, end;
};
int m2m_queue_take(const struct m2m_queue *queue, struct m2m_queue_taken *ret_taken)
    __attribute__((warn_unused_result));

/* off takes every buffer back. */
int m2m_queue_on(const struct m2m_queue *queue) __attribute__((warn_unused_result));
int m2m_queue_off(const struct m2m_queue *queue);
