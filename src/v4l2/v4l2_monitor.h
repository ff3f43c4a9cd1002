/* Finds local cameras, present and plugged in later, and removes unplugged ones. It watches /dev
 * itself, with and without a running udev; nothing is polled, except a node that failed: a few
 * times. Loop only. API: Linux, inotify(7). */
#pragma once
#include "camera/registry.h"

struct v4l2_monitor;

/* The first scan runs in its own thread; cameras come up as they are found. Negative errno: /dev
 * cannot be watched. */
int v4l2_monitor_create(struct registry *registry, struct v4l2_monitor **ret_monitor)
    __attribute__((warn_unused_result));

/* Ends all its sources and waits for their threads. Before the registry is destroyed;
 * takes NULL. */
void v4l2_monitor_destroy(struct v4l2_monitor *monitor);
