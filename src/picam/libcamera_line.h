/* The line to one running helper: the process, its socket, and the orders that it has yet to carry
 * out. Counted, since a picture that is still looked at gives its buffer back through it. Any
 * thread sends; one thread hears. */
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

/* Ends the helper: hangs up, waits, kills what stays. Nothing is sent any more. Blocks for
 * grace_ms at most, and no longer once hurry_fd (-1: none) can be read; returns what waitpid calls
 * the status. */
int libcamera_line_close(struct libcamera_line *line, int grace_ms, int hurry_fd);

/* Sends an order without waiting: what the socket does not take goes on its way later, in order.
 * False, and nothing is owed: the helper is gone, or has left too many orders lying. */
bool libcamera_line_send(struct libcamera_line *line, enum helper_kind kind, const void *body,
                         size_t len_bytes);

/* --- The hearing thread. --- */

int libcamera_line_fd(const struct libcamera_line *line);

/* The next message; blocks unless there is one. The descriptors that came with it are the caller's:
 * ret_message says how many. -ENOTCONN: the helper is gone; -EBADMSG: it talks nonsense. */
int libcamera_line_hear(struct libcamera_line *line, struct libcamera_message *ret_message,
                        int ret_fds[HELPER_BUFFERS_MAX]) __attribute__((warn_unused_result));

/* Sends what had to wait, as far as the socket takes it now; is_behind: something still waits. */
void libcamera_line_flush(struct libcamera_line *line);
bool libcamera_line_is_behind(struct libcamera_line *line);

/* True while an order is not carried out. */
bool libcamera_line_owes(struct libcamera_line *line);
