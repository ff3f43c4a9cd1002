#include "codec/m2m.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "codec/m2m_queue.h"

enum {
    IN_BUFFERS = 1,
    OUT_BUFFERS = 2, /* one with the current unit, one for the next */
    DEFAULT_PATIENCE_MS = 500
};

struct m2m {
    int fd;
    struct m2m_queue in, out; /* of pictures and of units */
    bool has_force_key;       /* else a keyframe needs a restart */
    enum raw_format format;
    uint16_t width, height; /* of the pictures */
    uint32_t stride, rows;  /* of the first plane, as the driver lays it out */
    uint32_t size_bytes;    /* of a whole picture, the same */
    int64_t patience_us;
    bool fresh; /* nothing was encoded since it started: the first unit is a keyframe anyway */
    int lent;   /* out's buffer with the current unit, or -1 */
};

/* Rows and columns that pad to whole blocks must not show. Drivers that add none may lack the
 * call. */
static void set_crop(const struct m2m *m)
{
    struct v4l2_selection selection = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT,
                                       .target = V4L2_SEL_TGT_CROP,
                                       .r = {.width = m->width, .height = m->height}};
    (void)m2m_queue_control(m->fd, VIDIOC_S_SELECTION, &selection);
}

static void set_controls(struct m2m *m, const struct m2m_params *params)
{
    struct v4l2_queryctrl query = {.id = V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME};
    m->has_force_key = m2m_queue_control(m->fd, VIDIOC_QUERYCTRL, &query) == 0 &&
                       !(query.flags & V4L2_CTRL_FLAG_DISABLED);
    for (size_t i = 0; i < params->n_controls; i++) {
        struct v4l2_control set = {.id = params->controls[i].id,
                                   .value = params->controls[i].value};
        (void)m2m_queue_control(m->fd, VIDIOC_S_CTRL, &set);
    }
    if (params->nominal_fps > 0) {
        struct v4l2_streamparm parm = {.type = m->in.type};
        parm.parm.output.timeperframe = (struct v4l2_fract){1, params->nominal_fps};
        (void)m2m_queue_control(m->fd, VIDIOC_S_PARM, &parm);
    }
}

static int set_formats(struct m2m *m, uint32_t coded, uint32_t stride)
{
    struct m2m_queue_layout out = {.fourcc = coded, .width = m->width, .height = m->height};
    out.size_bytes = out.width * out.height / 2; /* a keyframe of the largest kind */
    int r = m2m_queue_set_format(&m->out, &out);
    if (r < 0)
        return r;
    struct m2m_queue_layout in = {.fourcc = m->format == RAW_NV12 ? V4L2_PIX_FMT_NV12
                                                                  : V4L2_PIX_FMT_YUV420,
                                  .width = m->width,
                                  .height = m->height,
                                  .stride = stride};
    r = m2m_queue_set_format(&m->in, &in);
    if (r < 0)
        return r;
    if (in.width < m->width || in.height < m->height || in.stride < in.width ||
        in.size_bytes / in.stride < in.height + (in.height + 1) / 2)
        return -ENOTSUP;
    m->stride = in.stride;
    m->rows = in.height;
    m->size_bytes = in.size_bytes;
    set_crop(m);
    return 0;
}

static uint32_t chroma_stride(const struct m2m *m)
{
    return m->format == RAW_NV12 ? m->stride : m->stride / 2;
}

static uint32_t chroma_rows(const struct m2m *m)
{
    return (m->rows + 1) / 2;
}

/* Whether its DMA-BUF has the layout that the driver reads. */
static bool is_importable(const struct m2m *m, const struct raw_picture *picture)
{
    const uint32_t first = m->stride * m->rows, second = chroma_stride(m) * chroma_rows(m);
    return picture->dmabuf_fd >= 0 && picture->strides[0] == m->stride &&
           picture->strides[1] == chroma_stride(m) && picture->offsets[0] == 0 &&
           picture->offsets[1] == first &&
           (m->format == RAW_NV12 ||
            (picture->strides[2] == picture->strides[1] && picture->offsets[2] == first + second));
}

static int start(struct m2m *m)
{
    int r = 0;
    for (unsigned i = 0; i < m->out.count && r == 0; i++)
        r = m2m_queue_give(&m->out, i, &(struct m2m_queue_fill){.bytes = 0});
    m->lent = -1;
    m->fresh = true;
    if (r == 0)
        r = m2m_queue_on(&m->in);
    return r < 0 ? r : m2m_queue_on(&m->out);
}

static int stop(const struct m2m *m)
{
    int r = m2m_queue_off(&m->in);
    return r < 0 ? r : m2m_queue_off(&m->out);
}

static int open_device(struct m2m *m, const char *path)
{
    struct v4l2_capability capability = {.version = 0};
    m->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (m->fd < 0)
        return -errno;
    int r = m2m_queue_control(m->fd, VIDIOC_QUERYCAP, &capability);
    if (r < 0)
        return r;
    const uint32_t caps = capability.capabilities & V4L2_CAP_DEVICE_CAPS ? capability.device_caps
                                                                         : capability.capabilities;
    m2m_queue_init(&m->in, m->fd, caps, true);
    m2m_queue_init(&m->out, m->fd, caps, false);
    return 0;
}

/* A driver that cannot import fails here, and gets copies. */
static int request_in_buffers(struct m2m *m, const struct m2m_params *params,
                              const struct raw_picture *like)
{
    if (!params->copy && is_importable(m, like) &&
        m2m_queue_request(&m->in, IN_BUFFERS, V4L2_MEMORY_DMABUF) == 0)
        return 0;
    int r = m2m_queue_request(&m->in, IN_BUFFERS, V4L2_MEMORY_MMAP);
    /* Two answers of the driver that must agree: copies are as large as the format says. */
    return r == 0 && m->in.buffers[0].len_bytes < m->size_bytes ? -ENOTSUP : r;
}

int m2m_create(const struct m2m_params *params, const struct raw_picture *like,
               struct m2m **ret_m2m)
{
    struct m2m *m = mem_new(struct m2m);
    m->fd = -1;
    m->lent = -1;
    m->patience_us = (params->patience_ms ? params->patience_ms : DEFAULT_PATIENCE_MS) * US_PER_MS;
    m->format = like->format;
    m->width = like->width;
    m->height = like->height;
    int r = -ENOTSUP;
    if (like->format != RAW_I420 && like->format != RAW_NV12)
        goto fail;
    r = open_device(m, params->path);
    if (r == 0)
        r = set_formats(m, params->coded,
                        like->dmabuf_fd >= 0 && !params->copy ? like->strides[0] : 0);
    if (r < 0)
        goto fail;
    set_controls(m, params);
    r = request_in_buffers(m, params, like);
    if (r == 0)
        r = m2m_queue_request(&m->out, OUT_BUFFERS, V4L2_MEMORY_MMAP);
    if (r == 0)
        r = start(m);
    if (r < 0)
        goto fail;
    *ret_m2m = m;
    return 0;
fail:
    m2m_destroy(m);
    return r;
}

void m2m_destroy(struct m2m *m)
{
    if (!m)
        return;
    if (m->fd >= 0) {
        (void)stop(m);
        m2m_queue_finish(&m->in);
        m2m_queue_finish(&m->out);
        close(m->fd);
    }
    mem_free(m);
}

bool m2m_imports(const struct m2m *m)
{
    return m->in.memory == V4L2_MEMORY_DMABUF;
}

bool m2m_suits(const struct m2m *m, const struct raw_picture *picture)
{
    return picture->format == m->format && picture->width == m->width &&
           picture->height == m->height && (!m2m_imports(m) || is_importable(m, picture));
}

static void copy_plane(uint8_t *to, uint32_t to_stride, const uint8_t *from, uint32_t from_stride,
                       unsigned width_bytes, unsigned rows)
{
    for (unsigned y = 0; y < rows; y++)
        memcpy(to + (size_t)y * to_stride, from + (size_t)y * from_stride, width_bytes);
}

static void copy_picture(const struct m2m *m, const struct raw_picture *picture)
{
    uint8_t *to = m->in.buffers[0].data;
    const unsigned half_width = (m->width + 1U) / 2, half_height = (m->height + 1U) / 2;
    copy_plane(to, m->stride, picture->planes[0], picture->strides[0], m->width, m->height);
    to += (size_t)m->stride * m->rows;
    if (m->format == RAW_NV12) {
        copy_plane(to, m->stride, picture->planes[1], picture->strides[1], 2 * half_width,
                   half_height);
        return;
    }
    for (int i = 1; i < 3; i++) {
        copy_plane(to, chroma_stride(m), picture->planes[i], picture->strides[i], half_width,
                   half_height);
        to += (size_t)chroma_stride(m) * chroma_rows(m);
    }
}

static int give_picture(const struct m2m *m, const struct raw_picture *picture, int64_t pts_us)
{
    if (!m2m_imports(m))
        copy_picture(m, picture);
    return m2m_queue_give(&m->in, 0,
                          &(struct m2m_queue_fill){.bytes = m->size_bytes,
                                                   .dmabuf_fd = picture->dmabuf_fd,
                                                   .pts_us = pts_us});
}

static int take_unit(struct m2m *m, struct m2m_unit *ret_unit)
{
    struct m2m_queue_taken taken;
    int r = m2m_queue_take(&m->out, &taken);
    if (r < 0)
        return r;
    const struct m2m_queue_mapping *buffer = &m->out.buffers[taken.index];
    if (taken.begin >= taken.end || taken.end > buffer->len_bytes)
        return -EIO;
    m->lent = (int)taken.index;
    *ret_unit =
        (struct m2m_unit){.data = buffer->data + taken.begin, .len_bytes = taken.end - taken.begin};
    return 0;
}

static int take_picture_back(const struct m2m *m)
{
    struct m2m_queue_taken taken;
    return m2m_queue_take(&m->in, &taken);
}

/* Which of the events (POLLIN: a unit is ready, POLLOUT: the picture is back) occurred. */
static int wait_until(const struct m2m *m, int64_t deadline_us, int events, int *ret_events)
{
    struct pollfd poller = {.fd = m->fd, .events = (short)events};
    for (;;) {
        const int64_t left_us = deadline_us - clock_now_us(&clock_system);
        if (left_us <= 0)
            return -ETIMEDOUT;
        const int n = poll(&poller, 1, (int)((left_us + US_PER_MS - 1) / US_PER_MS));
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n == 0)
            return -ETIMEDOUT;
        if (n > 0) {
            *ret_events = poller.revents & events;
            return *ret_events ? 0 : -EIO; /* POLLERR alone: the device is gone or stopped */
        }
    }
}

/* Until the unit is ready and the picture is back. */
static int wait_for_unit(struct m2m *m, struct m2m_unit *ret_unit)
{
    const int64_t deadline_us = clock_now_us(&clock_system) + m->patience_us;
    int missing = POLLIN | POLLOUT, events = 0;
    while (missing) {
        int r = wait_until(m, deadline_us, missing, &events);
        if (r < 0)
            return r;
        if (events & POLLIN) {
            r = take_unit(m, ret_unit);
            if (r == 0)
                missing &= ~POLLIN;
        }
        if ((r == 0 || r == -EAGAIN) && events & POLLOUT) {
            r = take_picture_back(m);
            if (r == 0)
                missing &= ~POLLOUT;
        }
        if (r < 0 && r != -EAGAIN)
            return r;
    }
    return 0;
}

static int force_key(struct m2m *m)
{
    if (m->fresh)
        return 0;
    if (m->has_force_key) {
        struct v4l2_control set = {.id = V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, .value = 1};
        return m2m_queue_control(m->fd, VIDIOC_S_CTRL, &set);
    }
    int r = stop(m);
    return r < 0 ? r : start(m);
}

int m2m_encode(struct m2m *m, const struct raw_picture *picture, int64_t pts_us, bool want_key,
               struct m2m_unit *ret_unit)
{
    int r = 0;
    if (!m2m_suits(m, picture))
        return -EINVAL;
    if (m->lent >= 0)
        r = m2m_queue_give(&m->out, (unsigned)m->lent, &(struct m2m_queue_fill){.bytes = 0});
    m->lent = -1;
    if (r == 0 && want_key)
        r = force_key(m);
    if (r == 0)
        r = give_picture(m, picture, pts_us);
    m->fresh = false;
    return r < 0 ? r : wait_for_unit(m, ret_unit);
}
