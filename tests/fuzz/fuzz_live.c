#include <string.h>

#include "check.h"
#include "media/live.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct live_head head = {.stream = 7};
    if (live_head_read(data, len_bytes, &head) != 0) {
        CHECK(head.stream == 7);
        return 0;
    }
    CHECK(len_bytes >= LIVE_HEAD_BYTES);
    CHECK(head.kind >= LIVE_INIT && head.kind <= LIVE_STILL);
    /* What was read writes the same bytes; the two reserved ones become 0. */
    uint8_t expected[LIVE_HEAD_BYTES], out[LIVE_HEAD_BYTES];
    memcpy(expected, data, sizeof(expected));
    expected[14] = expected[15] = 0;
    live_head_write(&head, out);
    CHECK(memcmp(out, expected, sizeof(out)) == 0);
    return 0;
}
