#include "check.h"
#include "schedule/civil.h"
#include "schedule/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static const int64_t TIMES[] = {INT64_C(-3000000000), 0, 1800000000, INT64_C(9000000000)};
    struct zone zone;
    if (zone_parse(data, len_bytes, &zone) < 0)
        return 0;
    for (size_t i = 0; i < sizeof(TIMES) / sizeof(TIMES[0]); i++) {
        const int32_t offset_s = zone_offset(&zone, TIMES[i]);
        CHECK(offset_s >= -26 * HOUR_S && offset_s <= 26 * HOUR_S);
        const int64_t utc_s = zone_to_utc(&zone, TIMES[i]);
        CHECK(utc_s >= TIMES[i] - 26 * HOUR_S && utc_s <= TIMES[i] + 26 * HOUR_S);
    }
    zone_finish(&zone);
    return 0;
}
