/* Reads a file of consecutive JPEGs, of any length, piece by piece. One thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { MJPEG_FILE_FRAME_MAX_BYTES = 32 << 20 };

struct mjpeg_file {
    FILE *file;
    uint8_t *bytes;
    size_t capacity_bytes, start, end; /* unread bytes: [start, end) */
    bool at_end;
    unsigned skipped; /* places where a JPEG was expected and not found */
};

/* Negative errno of fopen. */
int mjpeg_file_open(struct mjpeg_file *mjpeg, const char *path) __attribute__((warn_unused_result));
void mjpeg_file_close(struct mjpeg_file *mjpeg);

/* The next complete JPEG, borrowed until the next call. Other bytes, and JPEGs larger than
 * MJPEG_FILE_FRAME_MAX_BYTES, are skipped up to the next start of one. 0: it is in *ret_jpeg;
 * -ENODATA: end of file; -EIO, -ENOMEM. */
int mjpeg_file_next(struct mjpeg_file *mjpeg, const uint8_t **ret_jpeg, size_t *ret_len_bytes)
    __attribute__((warn_unused_result));
