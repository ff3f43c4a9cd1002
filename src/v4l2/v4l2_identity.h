/* The identity of a capture device, independent of its node's number: read from sysfs, which has it
 * with and without a running udev. Any thread. Layout: Linux kernel, "sysfs-bus-usb" and "Linux
 * Media class video4linux". */
#pragma once
#include "camera/source.h"

struct v4l2_identity {
    char id[CAMERA_ID_MAX + 1];       /* "usb-046d-0825-1a2b3c" */
    char address[CAMERA_ADDRESS_MAX]; /* "usb:046d:0825:1A2B3C4D" */
    /* The same by the port it is plugged into, for the second of two cameras that claim one serial
     * number. */
    char place_id[CAMERA_ID_MAX + 1];
    char place_address[CAMERA_ADDRESS_MAX];
};

/* sys: "/sys", except in tests; node: "video0". Negative errno if sysfs has no such node. */
int v4l2_identity_read(const char *sys, const char *node, struct v4l2_identity *ret_identity)
    __attribute__((warn_unused_result));
