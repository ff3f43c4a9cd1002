/* The first two bytes choose where the bytes are cut; however they are cut, the same parts come
 * out. */
#include <string.h>

#include "check.h"
#include "media/multipart_read.h"

enum { ROOM = 8, PLENTY = 1 << 24, LITTLE = 64 };

/* A sum over all parts and their lengths, and the error at the end. */
static uint64_t read_all(const uint8_t *data, size_t len_bytes, size_t step, size_t max_bytes)
{
    struct multipart_reader reader;
    uint64_t sum = 14695981039346656037u; /* FNV-1a */
    int r = 0;
    multipart_reader_init(&reader, "frame", ROOM, max_bytes);
    for (size_t at = 0; at < len_bytes && r >= 0; at += step) {
        const uint8_t *bytes = data + at;
        size_t left = len_bytes - at < step ? len_bytes - at : step;
        struct multipart_part part;
        while ((r = multipart_read(&reader, &bytes, &left, &part)) > 0) {
            CHECK(part.len_bytes > 0 && part.len_bytes <= max_bytes);
            CHECK(part.off == ROOM && part.off + part.len_bytes <= part.buf->len_bytes);
            for (size_t i = 0; i < part.len_bytes; i++)
                sum = (sum ^ part.buf->data[part.off + i]) * 1099511628211u;
            sum = (sum ^ part.len_bytes) * 1099511628211u;
            buf_unref(&part.buf);
        }
        CHECK(r < 0 || left == 0);
        CHECK(bytes + left == data + (len_bytes - at < step ? len_bytes : at + step));
    }
    multipart_reader_finish(&reader);
    return sum ^ (uint64_t)(uint32_t)-r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char boundary[MULTIPART_BOUNDARY_MAX_BYTES + 1], type[128] = "multipart/";
    if (len_bytes < 2)
        return 0;
    size_t step = 1 + data[0] + (size_t)(data[1] & 15) * 256;
    data += 2;
    len_bytes -= 2;
    CHECK(read_all(data, len_bytes, step, PLENTY) == read_all(data, len_bytes, 1, PLENTY));
    read_all(data, len_bytes, step, LITTLE);

    size_t room = sizeof(type) - 11, taken = len_bytes < room ? len_bytes : room;
    memcpy(type + 10, data, taken);
    type[10 + taken] = '\0';
    if (multipart_boundary(type, boundary) == 0)
        CHECK(boundary[0] && boundary[0] != '-');
    return 0;
}
