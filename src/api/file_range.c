#include "api/file_range.h"

#include <string.h>

/* A number of 1 to 19 digits; else NULL. */
static const char *read_number(const char *p, uint64_t *ret_value)
{
    uint64_t value = 0;
    unsigned n = 0;
    for (; *p >= '0' && *p <= '9'; p++, n++)
        value = n < 19 ? value * 10 + (uint64_t)(*p - '0') : value;
    *ret_value = value;
    return n > 0 && n <= 19 ? p : NULL;
}

enum file_range file_range_parse(const char *header, uint64_t file_bytes, uint64_t *ret_from,
                                 uint64_t *ret_until)
{
    static const char UNIT[] = "bytes=";
    uint64_t first = 0, last = UINT64_MAX;
    if (strncmp(header, UNIT, sizeof(UNIT) - 1) != 0)
        return FILE_RANGE_WHOLE;
    const char *p = header + sizeof(UNIT) - 1;
    const char *dash = *p == '-' ? p : read_number(p, &first);
    if (!dash || *dash != '-')
        return FILE_RANGE_WHOLE;
    const char *end = dash[1] ? read_number(dash + 1, &last) : dash + 1;
    if (!end || *end || (dash == p && !dash[1]))
        return FILE_RANGE_WHOLE;
    if (dash == p) { /* a suffix: the last bytes */
        if (last == 0 || file_bytes == 0)
            return FILE_RANGE_IMPOSSIBLE;
        *ret_from = last < file_bytes ? file_bytes - last : 0;
        *ret_until = file_bytes;
        return FILE_RANGE_PART;
    }
    if (last < first)
        return FILE_RANGE_WHOLE;
    if (first >= file_bytes)
        return FILE_RANGE_IMPOSSIBLE;
    *ret_from = first;
    *ret_until = last < file_bytes - 1 ? last + 1 : file_bytes;
    return FILE_RANGE_PART;
}
