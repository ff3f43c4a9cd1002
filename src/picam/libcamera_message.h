/* What eyelid-libcamera says, read with suspicion: the helper runs drivers and other people's code,
 * and a message from it proves nothing. Pure functions over bytes. Format:
 * helper/libcamera/protocol.h. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "helper/libcamera/protocol.h"
#include "media/raw.h"

/* Only the member that kind names means something. */
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

/* n_fds: descriptors that came with it. Texts are well-formed, numbers within their limits, and
 * every plane lies within its buffer. -EBADMSG: it is none of ours. */
int libcamera_message_read(const void *bytes, size_t len_bytes, unsigned n_fds,
                           struct libcamera_message *ret_message)
    __attribute__((warn_unused_result));

/* How many descriptors came with a message that was read. */
unsigned libcamera_message_fds(const struct libcamera_message *message);

/* The picture at base, where pixels of a message that was read lie; no dma-buf. */
struct raw_picture libcamera_message_picture(const struct helper_pixels *pixels,
                                             const uint8_t *base);
