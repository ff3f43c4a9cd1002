#include <string.h>

#include "check.h"
#include "media/jpeg.h"
#include "media/jpeg_tables.h"

static const struct jpeg_limits LIMITS = {.max_width = 4096, .max_height = 2160};

static void check_whole(const uint8_t *data, const struct jpeg_info *info)
{
    struct jpeg_info again;
    CHECK(memcmp(data, "\xff\xd8", 2) == 0);
    CHECK(memcmp(data + info->len_bytes - 2, "\xff\xd9", 2) == 0);
    CHECK(jpeg_inspect(data, info->len_bytes, &LIMITS, &again) == JPEG_OK);
    CHECK(!again.needs_repair && again.len_bytes == info->len_bytes);
    CHECK(again.width == info->width && again.height == info->height);
    CHECK(again.chroma == info->chroma);
}

/* A picture that passes is whole, or is once it is repaired. */
static void check_fine(const uint8_t *data, size_t len_bytes, const struct jpeg_info *info)
{
    CHECK(info->width >= 1 && info->width <= LIMITS.max_width);
    CHECK(info->height >= 1 && info->height <= LIMITS.max_height);
    CHECK(info->chroma <= JPEG_CHROMA_OTHER && info->len_bytes > 4);
    CHECK(info->len_bytes <= len_bytes + JPEG_SCANS_MAX * JPEG_TABLES_BYTES + 2);
    if (!info->needs_repair) {
        CHECK(info->len_bytes <= len_bytes);
        check_whole(data, info);
        return;
    }
    uint8_t *repaired = malloc(info->len_bytes);
    CHECK(repaired);
    jpeg_repair(data, len_bytes, info, repaired);
    check_whole(repaired, info);
    free(repaired);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct jpeg_info info = {.width = 7, .height = 8, .len_bytes = 9};
    enum jpeg_fault fault = jpeg_inspect(data, len_bytes, &LIMITS, &info);
    CHECK(strlen(jpeg_fault_name(fault)) > 0);
    if (fault == JPEG_OK)
        check_fine(data, len_bytes, &info);
    else
        CHECK(info.width == 7 && info.height == 8 && info.len_bytes == 9);
    return 0;
}
