/* Input: records of 25 bytes, an operation and three times. For all claims of a device, a frame is
 * at most 10 s old and never of the future. */
#include <string.h>

#include "base/clock.h"
#include "check.h"
#include "push/clockmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct clockmap map = {0};
    for (; len_bytes >= 25; data += 25, len_bytes -= 25) {
        int64_t t[3];
        memcpy(t, data + 1, sizeof(t));
        /* Our own clock is sane: within some hundred years of its beginning. */
        int64_t ours_us = t[1] & (((int64_t)1 << 53) - 1);
        if (data[0] & 1) {
            /* asked: as the device sends it back, so anything that its reader lets through */
            clockmap_add(&map, t[0] & INT64_MAX, ours_us, t[2]);
        } else {
            int64_t us = clockmap_to_server(&map, t[2], ours_us);
            CHECK(us <= ours_us && us >= ours_us - 10 * US_PER_S);
        }
    }
    return 0;
}
