/* Reads the parts of multipart/x-mixed-replace, as cameras send them. A push parser: bytes go in as
 * they come, parts come out, each with room in front of it. Any thread, one at a time.
 *
 * Format: RFC 2046 section 5.1, and what devices make of it: parts with and without Content-Length,
 * lines that end in LF alone, a boundary that was declared with its leading "--" or is sent without
 * it, delimiters that follow the bytes without a line's end, lengths that are wrong. A part with a
 * length is there as soon as its last byte is; one without when the next delimiter is. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    MULTIPART_BOUNDARY_MAX_BYTES = 70, /* RFC 2046 section 5.1.1 */
    MULTIPART_PART_HEAD_MAX_BYTES = 2048,
};

/* The boundary that a Content-Type declares, without leading "--", NUL-terminated. -EINVAL: it is
 * no multipart type; -EBADMSG: it names no boundary, or one that is too long. */
int multipart_boundary(const char *content_type, char out[MULTIPART_BOUNDARY_MAX_BYTES + 1])
    __attribute__((warn_unused_result));

struct multipart_reader {
    char boundary[MULTIPART_BOUNDARY_MAX_BYTES + 1];
    size_t room_bytes, max_bytes;
    enum { MULTIPART_BETWEEN, MULTIPART_HEAD, MULTIPART_COUNTED, MULTIPART_OPEN } state;
    struct buf *buf;       /* what was read and not handed out, behind the room; NULL = nothing */
    size_t len_bytes;      /* of it */
    size_t scanned_bytes;  /* of it hold no delimiter */
    size_t skipped_bytes;  /* since the last part */
    size_t expected_bytes; /* MULTIPART_COUNTED */
    char head[MULTIPART_PART_HEAD_MAX_BYTES];
    size_t head_bytes, line_at; /* where the head's last line begins */
};

/* room_bytes in front of each part; a part of more than max_bytes is an error, and so is as much
 * without a delimiter. */
void multipart_reader_init(struct multipart_reader *reader, const char *boundary, size_t room_bytes,
                           size_t max_bytes);
void multipart_reader_finish(struct multipart_reader *reader);

struct multipart_part {
    struct buf *buf; /* the caller's */
    size_t off, len_bytes;
};

/* Reads on and moves *bytes behind what it took. 1: a part; call again. 0: all taken, more is
 * wanted. -EBADMSG: this is no multipart; -EMSGSIZE: a part is too large; -ENOMEM. After an error
 * the reader can only be finished. */
int multipart_read(struct multipart_reader *reader, const uint8_t **bytes, size_t *len_bytes,
                   struct multipart_part *ret_part) __attribute__((warn_unused_result));
