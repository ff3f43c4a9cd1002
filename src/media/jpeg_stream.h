/* Finds the pictures in a network camera's response. A push parser: bytes go in as they arrive,
 * JPEGs come out, each in a buffer with room in front of it. Any thread, one at a time.
 *
 * It uses the actual content and ignores declarations: multipart/x-mixed-replace (RFC 2046 section
 * 5.1) as devices produce it, with wrong or missing boundaries, lengths and types, is read like a
 * series of JPEGs or a single one. A picture begins with SOI and ends with the EOI after its scan,
 * so it is complete with its last byte; one without an EOI ends where the next one begins, or with
 * the stream. If an empty line, the end of a part's head, precedes the first picture, only an SOI
 * after such a line begins another one. Everything in between is skipped.
 *
 * Each byte is examined once and copied once. Whether a picture is valid is checked later, by the
 * gatekeeper (media/jpeg.h).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Anything shorter is not a picture: the quantization table alone has 67 bytes. */
enum { JPEG_STREAM_PICTURE_MIN_BYTES = 100 };

struct jpeg_stream {
    size_t room_bytes, max_bytes;
    enum {
        JPEG_STREAM_BETWEEN, /* pictures */
        JPEG_STREAM_DATA,    /* of a picture, up to an FF */
        JPEG_STREAM_MARKER,  /* after an FF */
        JPEG_STREAM_LENGTH,  /* of a segment: two bytes */
        JPEG_STREAM_SEGMENT, /* its parameters */
    } state;
    struct buf *buf;      /* the picture so far, after the room; NULL = none */
    size_t len_bytes;     /* of it */
    size_t last_bytes;    /* length of the previous picture: the next one's first allocation */
    size_t skipped_bytes; /* since the last picture */
    uint64_t history;     /* the last eight bytes, the newest in the lowest bits */
    bool is_begun;        /* a picture was found */
    bool has_heads;       /* pictures follow empty lines */
    bool in_scan;         /* after a scan header */
    uint8_t marker;       /* of the segment */
    unsigned n_length;    /* bytes of its length read so far */
    size_t left_bytes;    /* of it */
};

/* Leaves room_bytes in front of each picture. A picture of more than max_bytes is an error, and so
 * are that many bytes without a picture. */
void jpeg_stream_init(struct jpeg_stream *stream, size_t room_bytes, size_t max_bytes);
void jpeg_stream_finish(struct jpeg_stream *stream);

struct jpeg_stream_picture {
    struct buf *buf; /* becomes the caller's */
    size_t off, len_bytes;
};

/* Consumes bytes and advances *bytes. 1: a picture; call again. 0: all consumed, more is needed.
 * -EBADMSG: no pictures in this; -EMSGSIZE: a picture is too large; -ENOMEM. After an error the
 * stream can only be finished. */
int jpeg_stream_read(struct jpeg_stream *stream, const uint8_t **bytes, size_t *len_bytes,
                     struct jpeg_stream_picture *ret_picture) __attribute__((warn_unused_result));

/* The input has ended. True: with a picture that has no EOI. */
bool jpeg_stream_end(struct jpeg_stream *stream, struct jpeg_stream_picture *ret_picture)
    __attribute__((warn_unused_result));
