/* Finds the pictures in what a network camera sends. A push parser: bytes go in as they come, JPEGs
 * come out, each in a buffer with room in front of it. Any thread, one at a time.
 *
 * It goes by what is there, not by what is declared: multipart/x-mixed-replace (RFC 2046 section
 * 5.1) as devices make it, with another boundary or none, lengths and types that are missing or
 * wrong, is read like JPEGs in a row or a single one. A picture begins with SOI and ends with the
 * EOI behind its scan, so it is there as soon as its last byte is; one without an EOI ends where
 * the next begins, or with the stream. Where an empty line, the end of a part's head, comes before
 * the first picture, only an SOI behind such a line begins another. What lies between is passed
 * over.
 *
 * Each byte is looked at once and copied once. What the pictures are worth is for the gatekeeper
 * (media/jpeg.h) to say. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* What is shorter is no picture: the quantization table alone has 67 bytes. */
enum { JPEG_STREAM_PICTURE_MIN_BYTES = 100 };

struct jpeg_stream {
    size_t room_bytes, max_bytes;
    enum {
        JPEG_STREAM_BETWEEN, /* pictures */
        JPEG_STREAM_DATA,    /* of a picture, up to an FF */
        JPEG_STREAM_MARKER,  /* behind an FF */
        JPEG_STREAM_LENGTH,  /* of a segment: two bytes */
        JPEG_STREAM_SEGMENT, /* its parameters */
    } state;
    struct buf *buf;      /* the picture so far, behind the room; NULL = nothing */
    size_t len_bytes;     /* of it */
    size_t last_bytes;    /* length of the picture before: the next one's first allocation */
    size_t skipped_bytes; /* since the last picture */
    uint64_t history;     /* the last eight bytes, the newest lowest */
    bool is_begun;        /* a picture was found */
    bool has_heads;       /* pictures come behind empty lines */
    bool in_scan;         /* behind a scan header */
    uint8_t marker;       /* of the segment */
    unsigned n_length;    /* bytes of its length that are there */
    size_t left_bytes;    /* of it */
};

/* room_bytes in front of each picture; one of more than max_bytes is an error, and so is as much
 * without a picture. */
void jpeg_stream_init(struct jpeg_stream *stream, size_t room_bytes, size_t max_bytes);
void jpeg_stream_finish(struct jpeg_stream *stream);

struct jpeg_stream_picture {
    struct buf *buf; /* the caller's */
    size_t off, len_bytes;
};

/* Reads on and moves *bytes behind what it took. 1: a picture; call again. 0: all taken, more is
 * wanted. -EBADMSG: there are no pictures in this; -EMSGSIZE: one is too large; -ENOMEM. After an
 * error the stream can only be finished. */
int jpeg_stream_read(struct jpeg_stream *stream, const uint8_t **bytes, size_t *len_bytes,
                     struct jpeg_stream_picture *ret_picture) __attribute__((warn_unused_result));

/* The bytes have ended. True: with a picture that has no EOI. */
bool jpeg_stream_end(struct jpeg_stream *stream, struct jpeg_stream_picture *ret_picture)
    __attribute__((warn_unused_result));
