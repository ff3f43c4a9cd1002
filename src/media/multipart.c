#include "media/multipart.h"

#include <stdio.h>
#include <string.h>

#define PART_TYPE "Content-Type: image/jpeg\r\n"
#define DELIMITER "--" MULTIPART_BOUNDARY "\r\n"
#define FAST_HEAD DELIMITER PART_TYPE "\r\n"

static size_t put(const char *s, char out[MULTIPART_HEAD_MAX_BYTES])
{
    size_t len_bytes = strlen(s);
    memcpy(out, s, len_bytes);
    return len_bytes;
}

size_t multipart_open(enum multipart_form form, char out[MULTIPART_HEAD_MAX_BYTES])
{
    return put(form == MULTIPART_FAST ? FAST_HEAD : DELIMITER, out);
}

size_t multipart_before(enum multipart_form form, size_t len_bytes,
                        char out[MULTIPART_HEAD_MAX_BYTES])
{
    if (form == MULTIPART_FAST)
        return 0;
    return (size_t)snprintf(out, MULTIPART_HEAD_MAX_BYTES, PART_TYPE "Content-Length: %zu\r\n\r\n",
                            len_bytes);
}

size_t multipart_after(enum multipart_form form, char out[MULTIPART_HEAD_MAX_BYTES])
{
    return put(form == MULTIPART_FAST ? "\r\n" FAST_HEAD : "\r\n" DELIMITER, out);
}
