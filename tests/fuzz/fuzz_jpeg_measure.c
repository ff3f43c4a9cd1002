#include "check.h"
#include "media/jpeg_measure.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    size_t whole, again;
    uint16_t width, height;
    if (jpeg_measure(data, len_bytes, &whole, &width, &height) < 0)
        return 0;
    CHECK(whole >= 4 && whole <= len_bytes && width > 0 && height > 0);
    CHECK(data[whole - 2] == 0xff && data[whole - 1] == 0xd9);
    /* It needs nothing beyond its end. */
    CHECK(jpeg_measure(data, whole, &again, &width, &height) == 0 && again == whole);
    return 0;
}
