/* The buffers of one configuration of a helper, mapped for reading. A picture lent out of them goes
 * back to the helper when the last reference to it is dropped, by whatever thread; the mapping
 * stays until then. */
#pragma once
#include "base/buf.h"
#include "picam/libcamera_line.h"

struct libcamera_memory;

/* Takes the descriptors (of the layout's buffers), also when it fails. -EACCES: memory that could
 * shrink under our feet; -EBADMSG: it is smaller than the layout says. */
int libcamera_memory_create(struct libcamera_line *line, const struct helper_layout *layout,
                            const int takes_fds[HELPER_BUFFERS_MAX],
                            struct libcamera_memory **ret_memory)
    __attribute__((warn_unused_result));
void libcamera_memory_unref(struct libcamera_memory **memory); /* sets it to NULL; takes NULL */

/* The frame's picture: *ret_picture is valid while the returned buffer is. NULL: not of this
 * memory, or not the helper's to give: it is lent already. */
struct buf *libcamera_memory_lend(struct libcamera_memory *memory, const struct helper_frame *frame,
                                  struct raw_picture *ret_picture);

/* A still's one buffer: calls use() while it is mapped. Takes the descriptor. */
int libcamera_memory_use_still(const struct helper_still *still, int takes_fd,
                               int (*use)(void *ctx, const struct raw_picture *picture), void *ctx)
    __attribute__((warn_unused_result));
