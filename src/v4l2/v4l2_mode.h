/* What a capture device can deliver, and which mode is chosen. Pure functions over plain data; any
 * thread. v4l2/v4l2_device.c reads the modes. Formats: Linux kernel, "V4L2 pixel formats". */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/raw.h"

/* More than any webcam has; further modes are ignored. */
enum { V4L2_MODES_MAX = 128, V4L2_FORMATS_MAX = 16, V4L2_SIZES_MAX = 64 };

/* One format in one size. */
struct v4l2_mode {
    uint32_t fourcc; /* V4L2_PIX_FMT_… */
    uint16_t width, height;
    uint16_t fps; /* in a device's list: the highest, rounded, 0 = not reported; in a choice: what
                   * to request */
};

struct v4l2_modes {
    struct v4l2_mode list[V4L2_MODES_MAX]; /* of supported formats, in the device's order */
    unsigned count;
    uint32_t formats[V4L2_FORMATS_MAX]; /* all formats of the device, supported or not */
    unsigned n_formats;
};

/* What is wanted of it; 0 = the best. */
struct v4l2_target {
    uint32_t fourcc;
    uint16_t width, height, fps;
};

/* Adds a mode of a supported format, once. Modes larger than the limits or beyond the list's end
 * are left out. */
void v4l2_modes_add(struct v4l2_modes *modes, const struct v4l2_mode *mode, uint16_t max_width,
                    uint16_t max_height);

/* The size that a camera streams in by default: the largest within 1280x720 that reaches 24 frames
 * per second; if none does, the smallest. */
struct v4l2_target v4l2_mode_default(const struct v4l2_modes *modes);

/* The mode for a target, in this order of weight:
 * 1. the requested format, if the device has it;
 * 2. the smallest size that covers the requested one; else the largest;
 * 3. the requested rate; if no format reaches it in this size, the fastest;
 * 4. raw up to 640x480 at 30 frames per second, above it MJPEG (docs/decisions/v4l2.md).
 * False: the device has no mode. */
bool v4l2_mode_choose(const struct v4l2_modes *modes, const struct v4l2_target *target,
                      struct v4l2_mode *ret_mode) __attribute__((warn_unused_result));

/* For a still: the largest size, MJPEG before raw. */
bool v4l2_mode_largest(const struct v4l2_modes *modes, struct v4l2_mode *ret_mode)
    __attribute__((warn_unused_result));

/* The owner's size and rate as a bound for viewers' wishes; 0 in either = no bound. */
struct v4l2_target v4l2_target_bound(const struct v4l2_target *owner, uint16_t fps, uint16_t width,
                                     uint16_t height);

/* The supported format of this code; RAW_NONE for MJPEG. False: unsupported. */
bool v4l2_fourcc_format(uint32_t fourcc, enum raw_format *ret_format);

/* "MJPEG", "YUYV", …: the four characters of the code if it has no name. */
enum { V4L2_FOURCC_NAME_MAX = 8 };
const char *v4l2_fourcc_name(uint32_t fourcc, char out[V4L2_FOURCC_NAME_MAX]);
