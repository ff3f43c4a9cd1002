#include <string.h>

#include "check.h"
#include "schedule/schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static const struct zone UTC;
    struct schedule schedule, again;
    char error[SCHEDULE_ERROR_MAX] = "";
    json_t *json = json_loadb((const char *)data, len_bytes, JSON_REJECT_DUPLICATES, NULL);
    if (!json)
        return 0;
    if (schedule_from_json(json, 1800000000, &schedule, error) < 0) {
        CHECK(*error && strlen(error) < sizeof(error));
    } else {
        json_t *back = schedule_to_json(&schedule);
        CHECK(schedule_from_json(back, 0, &again, error) == 0);
        CHECK(rule_next(&schedule.rule, &UTC, 1800000000) ==
              rule_next(&again.rule, &UTC, 1800000000));
        json_decref(back);
    }
    json_decref(json);
    return 0;
}
