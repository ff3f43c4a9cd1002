/* The addresses of HLS media below /hls/ID/: the session and what of it. Pure. Only for src/api. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { HLS_SESSION_ID_LEN = 8, HLS_PATH_MAX = 64 };

enum hls_path_kind { HLS_PATH_INIT, HLS_PATH_SEGMENT, HLS_PATH_PART };

struct hls_path {
    char session[HLS_SESSION_ID_LEN + 1]; /* lower-case hexadecimal */
    enum hls_path_kind kind;
    uint64_t number; /* media sequence number: of the segment, of the part's segment, or of the
                        first segment that the init segment is for */
    unsigned part;   /* index in its segment, from 0; else 0 */
};

/* "0123abcd/init-7.mp4", "0123abcd/seg-7.m4s", "0123abcd/part-7.2.m4s"; -EINVAL for anything else,
 * and for numbers not written as by hls_path_write. */
int hls_path_parse(const char *text, struct hls_path *ret_path) __attribute__((warn_unused_result));

void hls_path_write(const struct hls_path *path, char out[HLS_PATH_MAX]);
