/* The connection to one running helper: the process, its socket, and the orders that it has yet to
 * carry out. Reference-counted, because pictures in use return their buffers through it. Any thread
 * sends; one thread receives. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "picam/libcamera_message.h"

struct libcamera_line;

/* Starts `helper --list` (camera_id NULL) or `helper --camera ID`; one reference. */
int libcamera_line_open(const char *helper, const char *camera_id, struct libcamera_line **ret_line)
    __attribute__((warn_unused_result));
struct libcamera_line *libcamera_line_ref(struct libcamera_line *line);
void libcamera_line_unref(struct libcamera_line **line); /* sets it to NULL; takes NULL */

/* Ends the helper: closes the socket, waits, then kills it. Nothing is sent any more. Blocks for
 * grace_ms at most, and not once hurry_fd (-1: none) is readable; returns waitpid's
 * status. */
int libcamera_line_close(struct libcamera_line *line, int grace_ms, int hurry_fd);

/* Sends an order without blocking; if the socket is full, it is sent later, in order. False: not
 * sent, because the helper is gone, or too many orders wait for it. */
bool libcamera_line_send(struct libcamera_line *line, enum helper_kind kind, const void *body,
                         size_t len_bytes);

/* --- The receiving thread. --- */

int libcamera_line_fd(const struct libcamera_line *line);

/* The next message; blocks until there is one. Its descriptors become the caller's: their number is
 * in ret_message. -ENOTCONN: the helper is gone; -EBADMSG: it sent something invalid. */
int libcamera_line_hear(struct libcamera_line *line, struct libcamera_message *ret_message,
                        int ret_fds[HELPER_BUFFERS_MAX]) __attribute__((warn_unused_result));

/* Sends waiting orders, as many as the socket takes; is_behind: some still wait. */
void libcamera_line_flush(struct libcamera_line *line);
bool libcamera_line_is_behind(struct libcamera_line *line);

/* True while an order is not completed. */
bool libcamera_line_owes(struct libcamera_line *line);
