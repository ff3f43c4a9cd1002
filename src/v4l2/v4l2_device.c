#include "v4l2/v4l2_device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

const char *v4l2_role_name(enum v4l2_role role)
{
    static const char *const NAMES[] = {
        [V4L2_ROLE_CAMERA] = "camera",
        [V4L2_ROLE_METADATA] = "metadata of a camera",
        [V4L2_ROLE_CODEC] = "encoder, decoder or scaler",
        [V4L2_ROLE_OUTPUT] = "output",
        [V4L2_ROLE_PIPELINE] = "part of a media pipeline, which libcamera drives",
        [V4L2_ROLE_OTHER] = "not a camera that streams single-planar pictures",
    };
    return NAMES[role];
}

/* Drivers of a Raspberry Pi's pipeline whose nodes have the capabilities of cameras: they deliver
 * pictures only if libcamera feeds them. */
static bool is_pipeline(const char *driver)
{
    static const char *const NAMES[] = {"bcm2835-isp", "unicam", "rp1-cfe", "pispbe"};
    for (unsigned i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strcmp(driver, NAMES[i]) == 0)
            return true;
    return false;
}

enum v4l2_role v4l2_role_of(const char *driver, uint32_t capabilities)
{
    if (capabilities & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE))
        return V4L2_ROLE_CODEC;
    if (capabilities & V4L2_CAP_IO_MC || is_pipeline(driver))
        return V4L2_ROLE_PIPELINE;
    if (capabilities & (V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE))
        return V4L2_ROLE_OUTPUT;
    if (capabilities & V4L2_CAP_VIDEO_CAPTURE && capabilities & V4L2_CAP_STREAMING)
        return V4L2_ROLE_CAMERA;
    if (capabilities & (V4L2_CAP_META_CAPTURE | V4L2_CAP_META_OUTPUT))
        return V4L2_ROLE_METADATA;
    return V4L2_ROLE_OTHER;
}

int v4l2_open(const char *path, int *ret_fd)
{
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

void v4l2_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int v4l2_ioctl(int fd, unsigned long request, void *argument)
{
    int r;
    do
        r = ioctl(fd, request, argument);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : 0;
}

void v4l2_card_name(const char *card, char out[V4L2_CARD_MAX])
{
    snprintf(out, V4L2_CARD_MAX, "%.*s", V4L2_CARD_MAX - 1, card);
    for (char *p = out; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = ' ';
    char *colon = strstr(out, ": ");
    if (colon && strncmp(out, colon + 2, strlen(colon + 2)) == 0)
        *colon = '\0';
}

int v4l2_device_read(int fd, struct v4l2_device *ret_device)
{
    struct v4l2_capability capability = {0};
    int r = v4l2_ioctl(fd, VIDIOC_QUERYCAP, &capability);
    if (r < 0)
        return r;
    bool per_node = capability.capabilities & V4L2_CAP_DEVICE_CAPS;
    struct v4l2_device device = {.role = V4L2_ROLE_OTHER};
    snprintf(device.driver, sizeof(device.driver), "%.16s", (const char *)capability.driver);
    v4l2_card_name((const char *)capability.card, device.card);
    device.role =
        v4l2_role_of(device.driver, per_node ? capability.device_caps : capability.capabilities);
    *ret_device = device;
    return 0;
}

/* --- Modes. --- */

struct reading {
    int fd;
    uint16_t max_width, max_height;
    struct v4l2_modes *modes;
};

/* The frames per second of an interval, rounded. */
static uint16_t fps_of(const struct v4l2_fract *interval)
{
    if (interval->numerator == 0)
        return 0;
    uint64_t fps =
        ((uint64_t)interval->denominator + interval->numerator / 2) / interval->numerator;
    return (uint16_t)(fps < 1 ? 1 : fps > UINT16_MAX ? UINT16_MAX : fps);
}

/* The highest rate in this size, 0 if the driver does not report it. */
static uint16_t read_fps(int fd, uint32_t fourcc, uint32_t width, uint32_t height)
{
    enum { INTERVALS_MAX = 64 };
    uint16_t most = 0;
    for (unsigned i = 0; i < INTERVALS_MAX; i++) {
        struct v4l2_frmivalenum e = {
            .index = i, .pixel_format = fourcc, .width = width, .height = height};
        if (v4l2_ioctl(fd, VIDIOC_ENUM_FRAMEINTERVALS, &e) < 0)
            break;
        bool is_discrete = e.type == V4L2_FRMIVAL_TYPE_DISCRETE;
        uint16_t fps = fps_of(is_discrete ? &e.discrete : &e.stepwise.min);
        most = fps > most ? fps : most;
        if (!is_discrete)
            break;
    }
    return most;
}

static void add_size(const struct reading *in, uint32_t fourcc, uint32_t width, uint32_t height)
{
    if (width > in->max_width || height > in->max_height)
        return;
    v4l2_modes_add(in->modes,
                   &(struct v4l2_mode){.fourcc = fourcc,
                                       .width = (uint16_t)width,
                                       .height = (uint16_t)height,
                                       .fps = read_fps(in->fd, fourcc, width, height)},
                   in->max_width, in->max_height);
}

static bool is_step(uint32_t value, uint32_t min, uint32_t max, uint32_t step)
{
    return value >= min && value <= max && (step < 2 || (value - min) % step == 0);
}

/* For a driver that scales, the usual sizes and its largest represent all. */
static void add_range(const struct reading *in, uint32_t fourcc,
                      const struct v4l2_frmsize_stepwise *range)
{
    static const uint16_t USUAL[][2] = {{320, 240},  {640, 480},   {800, 600},
                                        {1280, 720}, {1920, 1080}, {3840, 2160}};
    for (unsigned i = 0; i < sizeof(USUAL) / sizeof(USUAL[0]); i++)
        if (is_step(USUAL[i][0], range->min_width, range->max_width, range->step_width) &&
            is_step(USUAL[i][1], range->min_height, range->max_height, range->step_height))
            add_size(in, fourcc, USUAL[i][0], USUAL[i][1]);
    add_size(in, fourcc, range->max_width, range->max_height);
}

static void read_sizes(const struct reading *in, uint32_t fourcc)
{
    for (unsigned i = 0; i < V4L2_MODES_MAX; i++) {
        struct v4l2_frmsizeenum e = {.index = i, .pixel_format = fourcc};
        if (v4l2_ioctl(in->fd, VIDIOC_ENUM_FRAMESIZES, &e) < 0)
            break;
        if (e.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
            add_size(in, fourcc, e.discrete.width, e.discrete.height);
        } else {
            add_range(in, fourcc, &e.stepwise);
            break;
        }
    }
}

/* An old driver that lists no sizes has only the current one. */
static void read_current(const struct reading *in)
{
    struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    if (v4l2_ioctl(in->fd, VIDIOC_G_FMT, &format) == 0)
        add_size(in, format.fmt.pix.pixelformat, format.fmt.pix.width, format.fmt.pix.height);
}

void v4l2_modes_read(int fd, uint16_t max_width, uint16_t max_height, struct v4l2_modes *ret_modes)
{
    const struct reading in = {fd, max_width, max_height, ret_modes};
    enum raw_format ignored;
    *ret_modes = (struct v4l2_modes){0};
    for (unsigned i = 0; ret_modes->n_formats < V4L2_FORMATS_MAX; i++) {
        struct v4l2_fmtdesc e = {.index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
        if (v4l2_ioctl(fd, VIDIOC_ENUM_FMT, &e) < 0)
            break;
        /* Formats that libv4l emulates are not the device's. */
        if (e.flags & V4L2_FMT_FLAG_EMULATED)
            continue;
        ret_modes->formats[ret_modes->n_formats++] = e.pixelformat;
        if (v4l2_fourcc_format(e.pixelformat, &ignored))
            read_sizes(&in, e.pixelformat);
    }
    if (ret_modes->count == 0)
        read_current(&in);
}

bool v4l2_is_busy(int fd)
{
    struct v4l2_requestbuffers none = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                                       .memory = V4L2_MEMORY_MMAP};
    return v4l2_ioctl(fd, VIDIOC_REQBUFS, &none) == -EBUSY;
}
