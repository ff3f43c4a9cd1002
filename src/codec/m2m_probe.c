#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "codec/m2m.h"

enum { MAX_NODES = 256 }; /* minor numbers that V4L2 has */

static bool has_format(int fd, enum v4l2_buf_type type, uint32_t fourcc)
{
    struct v4l2_fmtdesc format = {.type = type};
    for (; ioctl(fd, VIDIOC_ENUM_FMT, &format) == 0; format.index++)
        if (format.pixelformat == fourcc)
            return true;
    return false;
}

/* A size that it does not report is taken to be the one that every H.264 device supports. */
static void read_sizes(int fd, uint32_t coded, struct m2m_device *device)
{
    struct v4l2_frmsizeenum sizes = {.pixel_format = coded};
    device->min_width = device->min_height = 32;
    device->max_width = 1920;
    device->max_height = 1088;
    if (ioctl(fd, VIDIOC_ENUM_FRAMESIZES, &sizes) < 0 || sizes.type == V4L2_FRMSIZE_TYPE_DISCRETE)
        return;
    device->min_width = sizes.stepwise.min_width;
    device->min_height = sizes.stepwise.min_height;
    device->max_width = sizes.stepwise.max_width;
    device->max_height = sizes.stepwise.max_height;
}

static bool is_encoder(int fd, uint32_t coded, struct m2m_device *device)
{
    struct v4l2_capability capability = {.version = 0};
    if (ioctl(fd, VIDIOC_QUERYCAP, &capability) < 0)
        return false;
    const uint32_t caps = capability.capabilities & V4L2_CAP_DEVICE_CAPS ? capability.device_caps
                                                                         : capability.capabilities;
    const bool mplane = caps & V4L2_CAP_VIDEO_M2M_MPLANE;
    if (!(caps & V4L2_CAP_STREAMING) || !(mplane || caps & V4L2_CAP_VIDEO_M2M))
        return false;
    const enum v4l2_buf_type in =
        mplane ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE : V4L2_BUF_TYPE_VIDEO_OUTPUT;
    const enum v4l2_buf_type out =
        mplane ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (!has_format(fd, out, coded) || !has_format(fd, in, V4L2_PIX_FMT_YUV420))
        return false;
    device->nv12 = has_format(fd, in, V4L2_PIX_FMT_NV12);
    read_sizes(fd, coded, device);
    snprintf(device->card, sizeof(device->card), "%s", (const char *)capability.card);
    return true;
}

int m2m_probe(uint32_t coded, struct m2m_device *ret_device)
{
    int r = -ENOENT;
    for (unsigned n = 0; n < MAX_NODES; n++) {
        struct m2m_device device = {.nv12 = false};
        snprintf(device.path, sizeof(device.path), "/dev/video%u", n);
        int fd = open(device.path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0) {
            if (errno == EACCES)
                r = -EACCES;
            continue;
        }
        const bool found = is_encoder(fd, coded, &device);
        close(fd);
        if (found) {
            *ret_device = device;
            return 0;
        }
    }
    return r;
}

bool m2m_probe_fits(const struct m2m_device *device, unsigned width, unsigned height)
{
    return width >= device->min_width && width <= device->max_width &&
           height >= device->min_height && height <= device->max_height;
}
