/* The Range header (RFC 9110 section 14.2). Pure. */
#pragma once
#include <stdint.h>

enum file_range {
    FILE_RANGE_WHOLE, /* none is asked for, or more than one, or something else than bytes */
    FILE_RANGE_PART,
    FILE_RANGE_IMPOSSIBLE, /* it begins behind the end */
};

/* Of a file of so many bytes: [*ret_from, *ret_until) with FILE_RANGE_PART, else untouched. */
enum file_range file_range_parse(const char *header, uint64_t file_bytes, uint64_t *ret_from,
                                 uint64_t *ret_until);
