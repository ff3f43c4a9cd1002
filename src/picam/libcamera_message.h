/* Messages from eyelid-libcamera. They are not trusted, because the helper runs drivers and
 * third-party code. Pure functions over bytes. Format:
 * helper/libcamera/protocol.h. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "helper/libcamera/protocol.h"
#include "media/raw.h"

/* Only the member for kind is valid. */
struct libcamera_message {
    enum helper_kind kind;
    union {
        struct helper_camera camera;
        struct helper_listed listed;
        struct helper_control control;
        struct helper_ready ready;
        struct helper_layout layout;
        struct helper_frame frame;
        struct helper_still still;
        struct helper_done done;
        struct helper_trouble trouble;
    };
};

/* n_fds: descriptors that came with it. On success texts are well-formed, numbers within their
 * limits, and every plane is within its buffer. -EBADMSG: invalid. */
int libcamera_message_read(const void *bytes, size_t len_bytes, unsigned n_fds,
                           struct libcamera_message *ret_message)
    __attribute__((warn_unused_result));

/* The number of descriptors that came with the message. */
unsigned libcamera_message_fds(const struct libcamera_message *message);

/* The picture at base, described by the pixels of a valid message; without dma-buf. */
struct raw_picture libcamera_message_picture(const struct helper_pixels *pixels,
                                             const uint8_t *base);
