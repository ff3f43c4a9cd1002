#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "media/jpeg.h"
#include "media/jpeg_tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static const struct jpeg_limits LIMITS = {.max_width = 4096, .max_height = 4096};
    uint8_t *out = malloc(len_bytes + JPEG_TABLES_BYTES), *again = NULL;
    size_t out_bytes = jpeg_tables_copy(out, data, len_bytes);
    CHECK(out_bytes == len_bytes || out_bytes == len_bytes + JPEG_TABLES_BYTES);
    if (out_bytes == len_bytes)
        CHECK(memcmp(out, data, len_bytes) == 0);

    /* Once is enough. */
    again = malloc(out_bytes + JPEG_TABLES_BYTES);
    CHECK(jpeg_tables_copy(again, out, out_bytes) == out_bytes);

    /* A good picture stays one. */
    struct jpeg_info before, after;
    if (jpeg_inspect(data, len_bytes, &LIMITS, &before) == JPEG_OK) {
        CHECK(jpeg_inspect(out, out_bytes, &LIMITS, &after) == JPEG_OK);
        CHECK(before.width == after.width && before.height == after.height);
        CHECK(before.chroma == after.chroma);
        CHECK(before.needs_repair || after.len_bytes - before.len_bytes == out_bytes - len_bytes);
    }
    free(out);
    free(again);
    return 0;
}
