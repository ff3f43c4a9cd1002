/* What decodes is never longer than its text, and nothing outside the text is touched. */
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "push/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char *text = mem_try_alloc(len_bytes ? len_bytes : 1);
    size_t decoded = 0;
    if (!text)
        return 0;
    memcpy(text, data, len_bytes);
    if (base64_decode_in_place(text, len_bytes, &decoded) == 0)
        CHECK(decoded <= len_bytes / 4 * 3 + 2);
    mem_free(text);
    return 0;
}
