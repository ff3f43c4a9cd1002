/* The Range header (RFC 9110 section 14.2). Pure. */
#pragma once
#include <stdint.h>

enum file_range {
    FILE_RANGE_WHOLE, /* no range, several ranges, or not in bytes */
    FILE_RANGE_PART,
    FILE_RANGE_IMPOSSIBLE, /* it starts beyond the end */
};

/* FILE_RANGE_PART: [*ret_from, *ret_until) of the file; else these stay unchanged. */
enum file_range file_range_parse(const char *header, uint64_t file_bytes, uint64_t *ret_from,
                                 uint64_t *ret_until);
