/* The reader of recordings that were cut off: boxes, heads and fragments of a file that anybody may
 * have copied into the archive. */
#include "base/alloc.h"
#include "check.h"
#include "media/mp4_file.h"

static void read_moofs(const uint8_t *data, size_t len_bytes, struct mp4_index *index)
{
    for (size_t at = 0; at < len_bytes;) {
        uint64_t size, data_bytes = 0;
        uint32_t type;
        size_t head = mp4_box_read(data + at, len_bytes - at, &size, &type);
        if (head == 0 || size > len_bytes - at)
            break;
        CHECK(size >= head && (head == 8 || head == 16));
        if (type == MP4_TYPE('m', 'o', 'o', 'f') && size <= MP4_MOOF_MAX_BYTES &&
            mp4_moof_read(data + at, (size_t)size, at, index, &data_bytes) == 0)
            CHECK(index->n_parts > 0 && index->parts[index->n_parts - 1].data_at > at);
        at += (size_t)size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct mp4_index index = {0};
    uint8_t *moov = NULL;
    size_t moov_bytes = 0;
    uint16_t width, height;
    read_moofs(data, len_bytes, &index);
    mp4_head_size(data, len_bytes, &width, &height);
    if (mp4_moov_create(data, len_bytes, &index, &moov, &moov_bytes) == 0) {
        uint64_t size;
        uint32_t type;
        CHECK(mp4_box_read(moov, moov_bytes, &size, &type) == 8 && size == moov_bytes);
        CHECK(type == MP4_TYPE('m', 'o', 'o', 'v'));
        mem_free(moov);
    }
    mp4_index_finish(&index);
    return 0;
}
