/* Finds the local cameras, those that are there and those that are plugged in later, and takes away
 * those that are pulled out. It watches /dev itself, with and without a running udev; nothing is
 * polled, but for a node that failed: a few times. Loop only. API: Linux, inotify(7). */
#pragma once
#include "camera/registry.h"

struct v4l2_monitor;

/* The first look around goes on in its own thread; cameras come up as they are found. Negative
 * errno: /dev cannot be watched. */
int v4l2_monitor_create(struct registry *registry, struct v4l2_monitor **ret_monitor)
    __attribute__((warn_unused_result));

/* Takes every camera of it down and waits for their threads. Before the registry goes; takes NULL.
 */
void v4l2_monitor_destroy(struct v4l2_monitor *monitor);
