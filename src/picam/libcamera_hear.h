/* Handles a helper's messages: frames, stills, controls, errors. On the
 * source's thread. */
#pragma once
#include "picam/libcamera_driver.h"
#include "picam/libcamera_message.h"

/* Takes the descriptors that came with the message. Negative: the helper must be ended; -EIO: it
 * reported that it ends. */
int libcamera_hear(struct libcamera_driver *driver, const struct libcamera_message *message,
                   const int takes_fds[HELPER_BUFFERS_MAX]) __attribute__((warn_unused_result));
