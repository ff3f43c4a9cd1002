/* A local camera that was found: everything known about it before it has streamed. Plain data; made
 * by the monitor's thread (v4l2/v4l2_monitor.c), then passed to the source. */
#pragma once
#include "v4l2/v4l2_device.h"
#include "v4l2/v4l2_identity.h"
#include "v4l2/v4l2_knob.h"
#include "v4l2/v4l2_mode.h"

enum { V4L2_NODE_MAX = 32 };

struct v4l2_found {
    char node[V4L2_NODE_MAX]; /* "/dev/video0", at present */
    struct v4l2_identity identity;
    struct v4l2_device device;
    struct v4l2_modes modes; /* at least one */
    struct v4l2_knobs knobs;
};

/* True for the names in /dev of V4L2 nodes: "video" and a number. */
bool v4l2_is_node_name(const char *name);

/* Examines a node; blocks on its driver. If patience ends before all controls were read, only those
 * described so far are in the result, some without value. The caller frees *ret_found with
 * mem_free. -ENOTSUP: not a camera, or without a supported format; -EACCES: no permission; else a
 * negative errno. */
int v4l2_found_create(const char *node_name, const struct v4l2_patience *patience,
                      uint16_t max_width, uint16_t max_height, struct v4l2_found **ret_found)
    __attribute__((warn_unused_result));
