#include "codec/m2m_queue.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "base/clock.h"

int m2m_queue_control(int fd, unsigned long request, void *argument)
{
    int r;
    do
        r = ioctl(fd, request, argument);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : 0;
}

void m2m_queue_init(struct m2m_queue *queue, int fd, uint32_t capabilities, bool out)
{
    const bool mplane = capabilities & V4L2_CAP_VIDEO_M2M_MPLANE;
    const enum v4l2_buf_type types[2][2] = {
        {V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE},
        {V4L2_BUF_TYPE_VIDEO_OUTPUT, V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE}};
    *queue = (struct m2m_queue){
        .fd = fd, .mplane = mplane, .type = types[out][mplane], .memory = V4L2_MEMORY_MMAP};
}

void m2m_queue_finish(struct m2m_queue *queue)
{
    for (unsigned i = 0; i < VIDEO_MAX_FRAME; i++)
        if (queue->buffers[i].data)
            munmap(queue->buffers[i].data, queue->buffers[i].len_bytes);
}

static int set_multi_planar(const struct m2m_queue *queue, struct m2m_queue_layout *layout)
{
    struct v4l2_format f = {.type = queue->type};
    struct v4l2_pix_format_mplane *p = &f.fmt.pix_mp;
    p->width = layout->width;
    p->height = layout->height;
    p->pixelformat = layout->fourcc;
    p->field = V4L2_FIELD_NONE;
    p->num_planes = 1;
    p->plane_fmt[0].bytesperline = layout->stride;
    p->plane_fmt[0].sizeimage = layout->size_bytes;
    int r = m2m_queue_control(queue->fd, VIDIOC_S_FMT, &f);
    if (r < 0)
        return r;
    *layout = (struct m2m_queue_layout){p->pixelformat, p->width, p->height,
                                        p->plane_fmt[0].bytesperline, p->plane_fmt[0].sizeimage};
    return p->num_planes == 1 ? 0 : -ENOTSUP;
}

static int set_single_planar(const struct m2m_queue *queue, struct m2m_queue_layout *layout)
{
    struct v4l2_format f = {.type = queue->type};
    struct v4l2_pix_format *p = &f.fmt.pix;
    p->width = layout->width;
    p->height = layout->height;
    p->pixelformat = layout->fourcc;
    p->field = V4L2_FIELD_NONE;
    p->bytesperline = layout->stride;
    p->sizeimage = layout->size_bytes;
    int r = m2m_queue_control(queue->fd, VIDIOC_S_FMT, &f);
    if (r < 0)
        return r;
    *layout = (struct m2m_queue_layout){p->pixelformat, p->width, p->height, p->bytesperline,
                                        p->sizeimage};
    return 0;
}

int m2m_queue_set_format(const struct m2m_queue *queue, struct m2m_queue_layout *layout)
{
    const uint32_t fourcc = layout->fourcc;
    int r = queue->mplane ? set_multi_planar(queue, layout) : set_single_planar(queue, layout);
    if (r < 0)
        return r;
    return layout->fourcc == fourcc ? 0 : -ENOTSUP;
}

/* A buffer as the kernel is asked about it. */
struct slot {
    struct v4l2_buffer buffer;
    struct v4l2_plane plane;
};

static void slot_init(struct slot *slot, const struct m2m_queue *queue, unsigned index)
{
    *slot = (struct slot){.buffer = {.type = queue->type, .memory = queue->memory, .index = index}};
    if (queue->mplane) {
        slot->buffer.m.planes = &slot->plane;
        slot->buffer.length = 1;
    }
}

static int map_buffer(struct m2m_queue *queue, unsigned index)
{
    struct slot slot;
    slot_init(&slot, queue, index);
    int r = m2m_queue_control(queue->fd, VIDIOC_QUERYBUF, &slot.buffer);
    if (r < 0)
        return r;
    const size_t len_bytes = queue->mplane ? slot.plane.length : slot.buffer.length;
    const uint32_t offset = queue->mplane ? slot.plane.m.mem_offset : slot.buffer.m.offset;
    void *data = mmap(NULL, len_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, queue->fd, offset);
    if (data == MAP_FAILED)
        return -errno;
    queue->buffers[index] = (struct m2m_queue_mapping){data, len_bytes};
    return 0;
}

int m2m_queue_request(struct m2m_queue *queue, unsigned count, enum v4l2_memory memory)
{
    struct v4l2_requestbuffers request = {.count = count, .type = queue->type, .memory = memory};
    int r = m2m_queue_control(queue->fd, VIDIOC_REQBUFS, &request);
    if (r < 0)
        return r;
    if (request.count < 1 || request.count > VIDEO_MAX_FRAME)
        return -ENOMEM;
    queue->memory = memory;
    queue->count = request.count;
    for (unsigned i = 0; memory == V4L2_MEMORY_MMAP && i < queue->count && r == 0; i++)
        r = map_buffer(queue, i);
    return r;
}

int m2m_queue_give(const struct m2m_queue *queue, unsigned index, const struct m2m_queue_fill *fill)
{
    struct slot slot;
    slot_init(&slot, queue, index);
    slot.buffer.field = V4L2_FIELD_NONE;
    slot.buffer.timestamp.tv_sec = (time_t)(fill->pts_us / US_PER_S);
    slot.buffer.timestamp.tv_usec = (suseconds_t)(fill->pts_us % US_PER_S);
    const bool import = queue->memory == V4L2_MEMORY_DMABUF;
    if (queue->mplane) {
        slot.plane.bytesused = slot.plane.length = fill->bytes;
        if (import)
            slot.plane.m.fd = fill->dmabuf_fd;
    } else {
        slot.buffer.bytesused = slot.buffer.length = fill->bytes;
        if (import)
            slot.buffer.m.fd = fill->dmabuf_fd;
    }
    return m2m_queue_control(queue->fd, VIDIOC_QBUF, &slot.buffer);
}

int m2m_queue_take(const struct m2m_queue *queue, struct m2m_queue_taken *ret_taken)
{
    struct slot slot;
    slot_init(&slot, queue, 0);
    int r = m2m_queue_control(queue->fd, VIDIOC_DQBUF, &slot.buffer);
    if (r < 0)
        return r;
    if (slot.buffer.index >= queue->count || slot.buffer.flags & V4L2_BUF_FLAG_ERROR)
        return -EIO;
    *ret_taken = (struct m2m_queue_taken){.index = slot.buffer.index,
                                          .begin = queue->mplane ? slot.plane.data_offset : 0,
                                          .end = queue->mplane ? slot.plane.bytesused
                                                               : slot.buffer.bytesused};
    return 0;
}

int m2m_queue_on(const struct m2m_queue *queue)
{
    int type = (int)queue->type;
    return m2m_queue_control(queue->fd, VIDIOC_STREAMON, &type);
}

int m2m_queue_off(const struct m2m_queue *queue)
{
    int type = (int)queue->type;
    return m2m_queue_control(queue->fd, VIDIOC_STREAMOFF, &type);
}
