/* A V4L2 capture device as its driver describes it: what it is, what it can deliver. Blocks on the
 * driver (a UVC driver asks over USB): not for the loop. API: Linux kernel, "Video for Linux API".
 */
#pragma once
#include <stdbool.h>

#include "v4l2/v4l2_mode.h"

/* What a node is for; only the first is a camera. */
enum v4l2_role {
    V4L2_ROLE_CAMERA,
    V4L2_ROLE_METADATA, /* beside a camera */
    V4L2_ROLE_CODEC,    /* memory to memory: encoders, decoders, scalers */
    V4L2_ROLE_OUTPUT,
    V4L2_ROLE_PIPELINE, /* part of a media pipeline, such as a Raspberry Pi's: libcamera's */
    V4L2_ROLE_OTHER,    /* several planes, read() alone, radio … */
};
const char *v4l2_role_name(enum v4l2_role role); /* in words; immutable */

enum { V4L2_CARD_MAX = 33 };

struct v4l2_device {
    enum v4l2_role role;
    char card[V4L2_CARD_MAX], driver[17]; /* its name */
};

/* The role that a driver's name and capabilities (V4L2_CAP_…, of the node itself) indicate.
 * Pure. */
enum v4l2_role v4l2_role_of(const char *driver, uint32_t capabilities);

/* The name of a device: non-printable or non-ASCII characters become blanks, and a second half that
 * repeats the first ("HD Webcam: HD Web") is dropped. Pure. */
void v4l2_card_name(const char *card, char out[V4L2_CARD_MAX]);

/* Opens a node for reading and writing, without ever waiting for a frame. Negative errno. */
int v4l2_open(const char *path, int *ret_fd) __attribute__((warn_unused_result));
void v4l2_close(int *fd); /* -1: nothing to close; sets it to -1 */

/* An ioctl, retried on EINTR; 0 or a negative errno. */
int v4l2_ioctl(int fd, unsigned long request, void *argument) __attribute__((warn_unused_result));

/* -ENOTTY and the like: not a V4L2 device. */
int v4l2_device_read(int fd, struct v4l2_device *ret_device) __attribute__((warn_unused_result));

/* Every mode within the limits; a device that lists none leaves the list empty. */
void v4l2_modes_read(int fd, uint16_t max_width, uint16_t max_height, struct v4l2_modes *ret_modes);

/* True while another program (or another descriptor of this one) has the device's buffers. */
bool v4l2_is_busy(int fd);
