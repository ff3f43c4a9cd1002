#include "fake_m2m.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "codec/encoder.h"

enum { MAX_UNIT_BYTES = 1 << 18, OUT_BUFFERS = 2, STRIDE_MULTIPLE = 32, MAX_SIDE = 1920 };

struct fake_m2m fake_m2m;

/* One open device. */
static struct {
    int fd; /* -1: closed */
    bool gone;
    uint32_t fourcc, width, height, stride, rows, in_bytes;
    enum v4l2_memory in_memory;
    uint8_t *in, *out[OUT_BUFFERS];
    bool queued[OUT_BUFFERS], streaming[2];
    bool has_picture, has_unit, want_key;
    unsigned unit_index;
    uint32_t unit_bytes;
    void *encoder;
} device = {.fd = -1};

int __real_open64(const char *path, int flags, ...);
int __real_close(int fd);
int __real_ioctl(int fd, unsigned long request, ...);
int __real_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
void *__real_mmap64(void *at, size_t len_bytes, int prot, int flags, int fd, off64_t offset);

int __wrap_open64(const char *path, int flags, ...);
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
void *__wrap_mmap64(void *at, size_t len_bytes, int prot, int flags, int fd, off64_t offset);

void fake_m2m_reset(void)
{
    assert(device.fd < 0);
    fake_m2m = (struct fake_m2m){.rows_multiple = 1};
}

static bool fault_now(enum fake_fault fault)
{
    return fake_m2m.fault == fault && fake_m2m.encoded >= fake_m2m.fault_at;
}

static int fail_with(int error)
{
    errno = error;
    return -1;
}

int __wrap_open64(const char *path, int flags, ...)
{
    if (strncmp(path, "/dev/video", 10) != 0)
        return __real_open64(path, flags);
    assert(flags & O_NONBLOCK && flags & O_CLOEXEC);
    if (strcmp(path, FAKE_M2M_PATH) != 0 || fake_m2m.absent)
        return fail_with(ENOENT);
    if (fake_m2m.forbidden)
        return fail_with(EACCES);
    if (fault_now(FAKE_VANISHES))
        return fail_with(ENODEV);
    if (fault_now(FAKE_BUSY))
        return fail_with(EBUSY);
    assert(device.fd < 0);
    device.fd = __real_open64("/dev/null", O_RDWR | O_CLOEXEC);
    fake_m2m.opened++;
    return device.fd;
}

int __wrap_close(int fd)
{
    if (fd >= 0 && fd == device.fd) {
        encoder_find(NULL)->destroy(device.encoder);
        memset(&device, 0, sizeof(device));
        device.fd = -1;
        fake_m2m.closed++;
    }
    return __real_close(fd);
}

/* Offset 0 is the picture, 1 and up are the units. */
void *__wrap_mmap64(void *at, size_t len_bytes, int prot, int flags, int fd, off64_t offset)
{
    if (fd < 0 || fd != device.fd)
        return __real_mmap64(at, len_bytes, prot, flags, fd, offset);
    uint8_t *memory = __real_mmap64(NULL, len_bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *(offset == 0 ? &device.in : &device.out[offset / 4096 - 1]) = memory;
    return memory;
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
    if (n != 1 || fds->fd != device.fd)
        return __real_poll(fds, n, timeout_ms);
    assert(timeout_ms > 0 && timeout_ms <= 1000); /* bounded */
    fds->revents = 0;
    if (device.gone)
        fds->revents = POLLERR;
    if (device.has_unit)
        fds->revents |= fds->events & POLLIN;
    if (device.has_picture)
        fds->revents |= fds->events & POLLOUT;
    return fds->revents ? 1 : 0; /* nothing: the time is up at once */
}

/* --- The SPS without its VUI. Baseline profile only: what both libraries write here. --- */

struct bits {
    const uint8_t *from;
    uint8_t *to;
    size_t pos;
};

static unsigned copy_bits(struct bits *b, unsigned count)
{
    unsigned value = 0;
    for (; count > 0; count--, b->pos++) {
        const unsigned bit = b->from[b->pos / 8] >> (7 - b->pos % 8) & 1;
        b->to[b->pos / 8] |= (uint8_t)(bit << (7 - b->pos % 8));
        value = value << 1 | bit;
    }
    return value;
}

static unsigned copy_ue(struct bits *b)
{
    unsigned zeros = 0;
    while (copy_bits(b, 1) == 0)
        zeros++;
    return (1U << zeros) - 1 + copy_bits(b, zeros);
}

static size_t strip_vui(const uint8_t *sps, uint8_t *out)
{
    struct bits b = {.from = sps, .to = out};
    memset(out, 0, H264_PARAMETER_SET_MAX_BYTES);
    copy_bits(&b, 32);
    assert(sps[1] == 66);
    copy_ue(&b);
    copy_ue(&b);
    const unsigned order = copy_ue(&b);
    assert(order != 1);
    if (order == 0)
        copy_ue(&b);
    copy_ue(&b);
    copy_bits(&b, 1);
    copy_ue(&b);
    copy_ue(&b);
    copy_bits(&b, 2);
    if (copy_bits(&b, 1))
        for (int i = 0; i < 4; i++)
            copy_ue(&b);
    b.pos++; /* vui_parameters_present_flag 0, then the stop bit */
    out[b.pos / 8] |= (uint8_t)(0x80 >> b.pos % 8);
    return b.pos / 8 + 1;
}

/* --- Encoding. --- */

static size_t put_nal(uint8_t *out, const uint8_t *nal, size_t len_bytes, bool long_code)
{
    static const uint8_t code[4] = {0, 0, 0, 1};
    const size_t code_bytes = long_code ? 4 : 3;
    memcpy(out, code + 4 - code_bytes, code_bytes);
    memcpy(out + code_bytes, nal, len_bytes);
    return code_bytes + len_bytes;
}

static size_t put_unit(uint8_t *out, const struct encoder_unit *unit)
{
    static const uint8_t delimiter[] = {0x09, 0xf0};
    size_t n = put_nal(out, delimiter, sizeof(delimiter), true), pos = 0;
    struct h264_nal nal;
    if (unit->key && !fault_now(FAKE_NO_PARAMS)) {
        struct h264_params *params = &fake_m2m.params;
        *params = *unit->params;
        params->sps_len_bytes = (uint16_t)strip_vui(unit->params->sps, params->sps);
        n += put_nal(out + n, params->sps, params->sps_len_bytes, true);
        n += put_nal(out + n, params->pps, params->pps_len_bytes, true);
    }
    while (h264_avcc_next(unit->data, unit->len_bytes, &pos, &nal))
        n += put_nal(out + n, nal.data, nal.len_bytes, false);
    return n;
}

static void open_library(void)
{
    const unsigned shrink = fault_now(FAKE_WRONG_SIZE) ? 16 : 0;
    const struct encoder_params params = {.width = (uint16_t)(device.width - shrink),
                                          .height = (uint16_t)device.height,
                                          .quality = ENCODER_QUALITY};
    int r = encoder_find(NULL)->create(&params, &device.encoder);
    assert(r == 0);
    (void)r;
}

static void encode(const uint8_t *bytes)
{
    static int64_t pts_us;
    const bool nv12 = device.fourcc == V4L2_PIX_FMT_NV12;
    const uint32_t half = device.stride / 2, rows = device.rows / 2;
    const uint8_t *chroma = bytes + (size_t)device.stride * device.rows;
    uint8_t *planes = malloc((size_t)device.stride * device.rows / 2);
    for (size_t i = 0; i < (size_t)half * rows; i++) {
        planes[i] = nv12 ? chroma[2 * i] : chroma[i];
        planes[i + (size_t)half * rows] =
            nv12 ? chroma[2 * i + 1] : chroma[i + (size_t)half * rows];
    }
    const struct picture picture = {.planes = {bytes, planes, planes + (size_t)half * rows},
                                    .strides = {device.stride, half, half},
                                    .width = (uint16_t)device.width,
                                    .height = (uint16_t)device.height,
                                    .chroma = JPEG_CHROMA_420};
    struct encoder_unit unit;
    if (!device.encoder)
        open_library();
    int r = encoder_find(NULL)->encode(device.encoder, &picture, ++pts_us, device.want_key, &unit);
    assert(r == 0);
    (void)r;
    free(planes);
    device.want_key = false;
    for (device.unit_index = 0; !device.queued[device.unit_index]; device.unit_index++)
        assert(device.unit_index + 1 < OUT_BUFFERS);
    device.unit_bytes = (uint32_t)put_unit(device.out[device.unit_index], &unit);
    if (fault_now(FAKE_GARBAGE))
        memset(device.out[device.unit_index], 0x55, device.unit_bytes);
    if (fault_now(FAKE_EMPTY))
        device.unit_bytes = 0;
    if (fault_now(FAKE_OVERLONG))
        device.unit_bytes = MAX_UNIT_BYTES + 1;
    device.has_unit = !fault_now(FAKE_HANGS);
}

static int queue_picture(const struct v4l2_buffer *buffer)
{
    const struct v4l2_plane *plane = buffer->m.planes;
    const int fd = fake_m2m.single_planar ? buffer->m.fd : plane->m.fd;
    assert(!device.has_picture && buffer->index == 0);
    assert((fake_m2m.single_planar ? buffer->bytesused : plane->bytesused) == device.in_bytes);
    assert(buffer->memory == device.in_memory);
    if (buffer->memory == V4L2_MEMORY_MMAP) {
        encode(device.in);
    } else {
        if (fake_m2m.no_import_late)
            return fail_with(EINVAL);
        uint8_t *bytes = __real_mmap64(NULL, device.in_bytes, PROT_READ, MAP_SHARED, fd, 0);
        if (bytes == MAP_FAILED)
            return fail_with(EINVAL);
        encode(bytes);
        munmap(bytes, device.in_bytes);
        fake_m2m.imported++;
    }
    device.has_picture = true;
    return 0;
}

static bool is_in(uint32_t type)
{
    return type == V4L2_BUF_TYPE_VIDEO_OUTPUT || type == V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
}

static int queue(struct v4l2_buffer *buffer)
{
    if (is_in(buffer->type))
        return queue_picture(buffer);
    assert(buffer->index < OUT_BUFFERS && !device.queued[buffer->index]);
    device.queued[buffer->index] = true;
    return 0;
}

static int dequeue(struct v4l2_buffer *buffer)
{
    if (is_in(buffer->type)) {
        if (!device.has_picture)
            return fail_with(EAGAIN);
        device.has_picture = false;
        buffer->index = 0;
        return 0;
    }
    if (!device.has_unit)
        return fail_with(EAGAIN);
    device.has_unit = false;
    device.queued[device.unit_index] = false;
    buffer->index = device.unit_index;
    buffer->flags = fault_now(FAKE_MARKS_ERROR) ? V4L2_BUF_FLAG_ERROR : 0;
    if (fake_m2m.single_planar) {
        buffer->bytesused = device.unit_bytes;
    } else {
        buffer->m.planes->bytesused = device.unit_bytes;
        buffer->m.planes->data_offset = 0;
    }
    fake_m2m.encoded++;
    return 0;
}

/* --- Questions. --- */

static int describe(struct v4l2_capability *capability)
{
    capability->capabilities = V4L2_CAP_DEVICE_CAPS;
    capability->device_caps =
        V4L2_CAP_STREAMING |
        (fake_m2m.single_planar ? V4L2_CAP_VIDEO_M2M : V4L2_CAP_VIDEO_M2M_MPLANE);
    snprintf((char *)capability->card, sizeof(capability->card), "a fake encoder");
    return 0;
}

static int list_format(struct v4l2_fmtdesc *format)
{
    static const uint32_t in[] = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_NV12};
    assert(V4L2_TYPE_IS_MULTIPLANAR(format->type) == !fake_m2m.single_planar);
    const unsigned count = !is_in(format->type) ? 1 : fake_m2m.no_nv12 ? 2 : 3;
    if (format->index >= count)
        return fail_with(EINVAL);
    format->pixelformat = is_in(format->type) ? in[format->index] : V4L2_PIX_FMT_H264;
    return 0;
}

static int list_size(struct v4l2_frmsizeenum *size)
{
    if (size->index > 0)
        return fail_with(EINVAL);
    size->type = V4L2_FRMSIZE_TYPE_STEPWISE;
    size->stepwise = (struct v4l2_frmsize_stepwise){32, MAX_SIDE, 2, 32, MAX_SIDE, 2};
    return 0;
}

static uint32_t round_up(uint32_t value, uint32_t multiple)
{
    return (value + multiple - 1) / multiple * multiple;
}

static int set_format(struct v4l2_format *f)
{
    struct v4l2_plane_pix_format *plane = &f->fmt.pix_mp.plane_fmt[0];
    struct v4l2_pix_format *p = &f->fmt.pix; /* begins as the other one does */
    const bool single = fake_m2m.single_planar;
    uint32_t stride = single ? p->bytesperline : plane->bytesperline, bytes = MAX_UNIT_BYTES;
    if (is_in(f->type)) {
        device.fourcc = p->pixelformat;
        device.width = p->width;
        device.height = p->height;
        device.rows = p->height = round_up(p->height, fake_m2m.rows_multiple);
        device.stride = stride = round_up(stride > p->width ? stride : p->width, STRIDE_MULTIPLE);
        device.in_bytes = bytes = device.stride * device.rows * 3 / 2;
        if (fault_now(FAKE_REFUSES_FORMAT))
            p->pixelformat = V4L2_PIX_FMT_YUYV;
    }
    if (single) {
        p->bytesperline = stride;
        p->sizeimage = bytes;
    } else {
        plane->bytesperline = stride;
        plane->sizeimage = bytes;
    }
    return 0;
}

static int set_control(const struct v4l2_control *set)
{
    switch (set->id) {
    case V4L2_CID_MPEG_VIDEO_BITRATE:
        fake_m2m.bitrate = set->value;
        return 0;
    case V4L2_CID_MPEG_VIDEO_H264_LEVEL:
        fake_m2m.level = set->value;
        return 0;
    case V4L2_CID_MPEG_VIDEO_B_FRAMES:
        fake_m2m.b_frames = set->value;
        return 0;
    case V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER:
        fake_m2m.repeat_header = set->value;
        return 0;
    case V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME:
        assert(!fake_m2m.no_force_key);
        fake_m2m.keys_forced++;
        device.want_key = true;
        return 0;
    default:
        return fail_with(EINVAL);
    }
}

static int request_buffers(struct v4l2_requestbuffers *request)
{
    if (!is_in(request->type)) {
        request->count = OUT_BUFFERS;
        return 0;
    }
    if (request->memory == V4L2_MEMORY_DMABUF && fake_m2m.no_import)
        return fail_with(EINVAL);
    device.in_memory = request->memory;
    request->count = 1;
    return 0;
}

static int describe_buffer(struct v4l2_buffer *buffer)
{
    const bool in = is_in(buffer->type);
    const uint32_t bytes = in ? device.in_bytes : MAX_UNIT_BYTES;
    const uint32_t offset = in ? 0 : (buffer->index + 1) * 4096;
    if (fake_m2m.single_planar) {
        buffer->length = bytes;
        buffer->m.offset = offset;
    } else {
        buffer->m.planes->length = bytes;
        buffer->m.planes->m.mem_offset = offset;
    }
    return 0;
}

/* A restarted encoder begins with a key. */
static int stream_off(uint32_t type)
{
    device.streaming[is_in(type)] = false;
    if (!is_in(type))
        memset(device.queued, 0, sizeof(device.queued));
    device.has_picture = device.has_unit = false;
    device.want_key = true;
    return 0;
}

static int answer(unsigned long request, void *argument)
{
    switch (request) {
    case VIDIOC_QUERYCAP:
        return describe(argument);
    case VIDIOC_ENUM_FMT:
        return list_format(argument);
    case VIDIOC_ENUM_FRAMESIZES:
        return list_size(argument);
    case VIDIOC_S_FMT:
        return set_format(argument);
    case VIDIOC_S_SELECTION:
    case VIDIOC_S_PARM:
        return 0;
    case VIDIOC_QUERYCTRL:
        return fake_m2m.no_force_key ? fail_with(EINVAL) : 0;
    case VIDIOC_S_CTRL:
        return set_control(argument);
    case VIDIOC_REQBUFS:
        return request_buffers(argument);
    case VIDIOC_QUERYBUF:
        return describe_buffer(argument);
    case VIDIOC_QBUF:
        return queue(argument);
    case VIDIOC_DQBUF:
        return dequeue(argument);
    case VIDIOC_STREAMON:
        device.streaming[is_in(*(uint32_t *)argument)] = true;
        return 0;
    case VIDIOC_STREAMOFF:
        return stream_off(*(uint32_t *)argument);
    default:
        return fail_with(ENOTTY);
    }
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    va_start(args, request);
    void *argument = va_arg(args, void *);
    va_end(args);
    if (fd < 0 || fd != device.fd)
        return __real_ioctl(fd, request, argument);
    if (request == VIDIOC_QBUF && fault_now(FAKE_VANISHES))
        device.gone = true;
    return device.gone ? fail_with(ENODEV) : answer(request, argument);
}
