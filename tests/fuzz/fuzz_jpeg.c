#include <string.h>

#include "check.h"
#include "media/jpeg.h"

static const struct jpeg_limits LIMITS = {.max_width = 4096, .max_height = 2160};

static void check_fine(const uint8_t *data, size_t len_bytes, const struct jpeg_info *info)
{
    CHECK(info->width >= 1 && info->width <= LIMITS.max_width);
    CHECK(info->height >= 1 && info->height <= LIMITS.max_height);
    CHECK(info->chroma <= JPEG_CHROMA_411);
    CHECK(info->len_bytes <= len_bytes && info->len_bytes > 4);
    CHECK(memcmp(data, "\xff\xd8", 2) == 0);
    CHECK(memcmp(data + info->len_bytes - 2, "\xff\xd9", 2) == 0);
    for (size_t i = info->len_bytes; i < len_bytes; i++)
        CHECK(data[i] == 0 || data[i] == 0xff);
    /* Without its padding it is the same picture; without its last byte it is none. */
    struct jpeg_info again;
    CHECK(jpeg_inspect(data, info->len_bytes, &LIMITS, &again) == JPEG_OK);
    CHECK(again.width == info->width && again.height == info->height);
    CHECK(again.chroma == info->chroma && again.len_bytes == info->len_bytes);
    CHECK(jpeg_inspect(data, info->len_bytes - 1, &LIMITS, &again) == JPEG_NO_EOI);
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
