/* The buffers of one configuration of a helper, mapped for reading. A lent picture returns to the
 * helper when its last reference is dropped, on any thread; the mapping exists until
 * then. */
#pragma once
#include "base/buf.h"
#include "picam/libcamera_line.h"

struct libcamera_memory;

/* Takes the descriptors (of the layout's buffers) even if it fails. -EACCES: memory that could
 * shrink while in use; -EBADMSG: it is smaller than the layout says. */
int libcamera_memory_create(struct libcamera_line *line, const struct helper_layout *layout,
                            const int takes_fds[HELPER_BUFFERS_MAX],
                            struct libcamera_memory **ret_memory)
    __attribute__((warn_unused_result));
void libcamera_memory_unref(struct libcamera_memory **memory); /* sets it to NULL; takes NULL */

/* The frame's picture: *ret_picture is valid while the returned buffer is. NULL: not in this
 * memory, or lent already. */
struct buf *libcamera_memory_lend(struct libcamera_memory *memory, const struct helper_frame *frame,
                                  struct raw_picture *ret_picture);

/* Calls use() with a still's single buffer mapped. Takes the descriptor. */
int libcamera_memory_use_still(const struct helper_still *still, int takes_fd,
                               int (*use)(void *ctx, const struct raw_picture *picture), void *ctx)
    __attribute__((warn_unused_result));
