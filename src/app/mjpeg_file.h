/* Reads a file of JPEGs one after another, of any length, piece by piece. One thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { MJPEG_FILE_FRAME_MAX_BYTES = 32 << 20 };

struct mjpeg_file {
    FILE *file;
    uint8_t *bytes;
    size_t capacity_bytes, start, end; /* what is read and not yet taken: [start, end) */
    bool at_end;
    unsigned skipped; /* places where no JPEG was where one should be */
};

/* Negative errno as fopen has it. */
int mjpeg_file_open(struct mjpeg_file *mjpeg, const char *path) __attribute__((warn_unused_result));
void mjpeg_file_close(struct mjpeg_file *mjpeg);

/* The next whole JPEG, borrowed until the next call. What is none is skipped up to the next start
 * of one, and so is one of more than MJPEG_FILE_FRAME_MAX_BYTES. 0: it is in *ret_jpeg; -ENODATA:
 * the file is at its end; -EIO, -ENOMEM. */
int mjpeg_file_next(struct mjpeg_file *mjpeg, const uint8_t **ret_jpeg, size_t *ret_len_bytes)
    __attribute__((warn_unused_result));
