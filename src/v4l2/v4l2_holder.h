/* Who holds a device: for the message that tells the owner why a camera does not start. Any thread;
 * not for the loop, since it reads every process. Layout: proc(5). */
#pragma once
#include <stddef.h>

enum { V4L2_HOLDER_MAX = 48 };

/* "motion, pid 1234" for the first other process that has node open, as far as this user may see;
 * "" if none is found. proc: "/proc", except in tests; node: "/dev/video0". */
const char *v4l2_holder(const char *proc, const char *node, char out[V4L2_HOLDER_MAX]);
