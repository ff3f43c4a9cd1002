/* The helper's end of the socket: whole messages, with descriptors as the protocol defines. One
 * thread. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "helper/libcamera/protocol.h"

/* An order as received; only the member named by its kind is valid. */
struct wire_order {
    struct helper_head head;
    union {
        struct helper_start start;
        struct helper_release release;
        struct helper_set set;
        struct helper_capture capture;
    };
};

/* Blocks until the server takes it. The descriptors are borrowed. */
int wire_say(int socket, enum helper_kind kind, const void *body, size_t len_bytes, const int *fds,
             unsigned n_fds) __attribute__((warn_unused_result));

/* The next order. -ENOTCONN: the server is gone; -EPROTO: malformed. */
int wire_hear(int socket, struct wire_order *ret_order) __attribute__((warn_unused_result));
