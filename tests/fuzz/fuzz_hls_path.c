#include <string.h>

#include "api/hls_path.h"
#include "check.h"

/* Input: what stands behind /hls/ID/. What is taken is written again as it was. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char text[256], again[HLS_PATH_MAX];
    struct hls_path path;
    size_t n = len_bytes < sizeof(text) - 1 ? len_bytes : sizeof(text) - 1;
    if (n > 0)
        memcpy(text, data, n);
    text[n] = '\0';
    if (hls_path_parse(text, &path) < 0)
        return 0;
    hls_path_write(&path, again);
    CHECK(strcmp(text, again) == 0);
    return 0;
}
