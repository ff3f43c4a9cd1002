/* Units of any size: whole packets, counters without a gap, and the payload that went in. */
#include "media/mpegts.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { HEAD = 4, PES_HEAD = 14 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct mpegts mpegts = {.video_counter = (uint8_t)len_bytes};
    const struct mpegts_unit unit = {
        .annexb = data, .len_bytes = len_bytes, .pts = len_bytes * 3003, .key = len_bytes % 2};
    uint8_t *out = malloc(mpegts_unit_max_bytes(len_bytes)), *payload = malloc(len_bytes + 200);
    if (!out || !payload)
        abort();
    const size_t n = mpegts_write_unit(&mpegts, &unit, out);
    size_t got = 0;
    CHECK(n <= mpegts_unit_max_bytes(len_bytes) && n % MPEGTS_PACKET_BYTES == 0);
    for (size_t i = 0; i < n; i += MPEGTS_PACKET_BYTES) {
        const uint8_t *p = out + i;
        CHECK(p[0] == 0x47);
        CHECK((p[3] & 15) == ((len_bytes + i / MPEGTS_PACKET_BYTES) & 15));
        const size_t field = p[3] & 0x20 ? p[HEAD] + 1u : 0;
        CHECK(HEAD + field < MPEGTS_PACKET_BYTES);
        const size_t part = MPEGTS_PACKET_BYTES - HEAD - field;
        CHECK(got + part <= len_bytes + PES_HEAD);
        memcpy(payload + got, p + HEAD + field, part);
        got += part;
    }
    CHECK(got == len_bytes + PES_HEAD);
    CHECK(len_bytes == 0 || memcmp(payload + PES_HEAD, data, len_bytes) == 0);
    free(out);
    free(payload);
    return 0;
}
