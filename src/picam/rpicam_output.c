#include "picam/rpicam_output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "picam/rpicam_text.h"

enum {
    ROOM_BYTES = 256 * 1024,    /* initial capacity */
    FRAME_MAX_BYTES = 32 << 20, /* the largest JPEG, of a still */
};

int rpicam_output_read(struct rpicam_output *output, int fd)
{
    if (output->len_bytes == output->room_bytes) {
        size_t room = output->room_bytes ? 2 * output->room_bytes : ROOM_BYTES;
        if (room > FRAME_MAX_BYTES)
            return -EFBIG;
        uint8_t *bytes = mem_try_realloc(output->bytes, room);
        if (!bytes)
            return -ENOMEM;
        output->bytes = bytes;
        output->room_bytes = room;
    }
    ssize_t n = read(fd, output->bytes + output->len_bytes, output->room_bytes - output->len_bytes);
    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    output->len_bytes += (size_t)n;
    return n > 0 ? 0 : -ENODATA;
}

/* True if a JPEG may end in the new bytes: only then is all of it parsed again. */
static bool may_end(struct rpicam_output *output)
{
    static const uint8_t EOI[] = {0xff, 0xd9};
    const size_t from = output->seen_bytes > 0 ? output->seen_bytes - 1 : 0;
    output->seen_bytes = output->len_bytes;
    return output->len_bytes > from &&
           memmem(output->bytes + from, output->len_bytes - from, EOI, sizeof(EOI));
}

static void forget(struct rpicam_output *output, size_t n_bytes)
{
    output->seen_bytes = 0;
    output->len_bytes -= n_bytes;
    memmove(output->bytes, output->bytes + n_bytes, output->len_bytes);
}

bool rpicam_output_next(struct rpicam_output *output, struct camera_frame *ret_frame)
{
    size_t off, end;
    struct buf *buf = NULL;
    if (!may_end(output))
        return false;
    int r = rpicam_text_jpeg(output->bytes, output->len_bytes, &off, &end);
    if (r < 0) {
        forget(output, off);
        output->seen_bytes = output->len_bytes;
        return false;
    }
    const size_t len_bytes = end - off;
    r = buf_create(CAMERA_FRAME_ROOM + len_bytes, &buf);
    if (r == 0)
        memcpy(buf->data + CAMERA_FRAME_ROOM, output->bytes + off, len_bytes);
    forget(output, end);
    if (r < 0)
        return rpicam_output_next(output, ret_frame); /* out of memory: skip this one */
    *ret_frame = (struct camera_frame){.takes_buf = buf,
                                       .unit_off = CAMERA_FRAME_ROOM,
                                       .end_off = (uint32_t)(CAMERA_FRAME_ROOM + len_bytes)};
    ret_frame->arrival_us = ret_frame->capture_us = clock_now_us(&clock_system);
    return true;
}

void rpicam_output_finish(struct rpicam_output *output)
{
    mem_free(output->bytes);
    *output = (struct rpicam_output){0};
}
