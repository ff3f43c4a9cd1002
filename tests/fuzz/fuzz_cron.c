#include <string.h>

#include "check.h"
#include "schedule/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static const struct zone UTC;
    struct rule rule = {.kind = RULE_CRON};
    unsigned field = 99;
    char *text = malloc(len_bytes + 1);
    memcpy(text, data, len_bytes);
    text[len_bytes] = 0;
    if (cron_parse(text, &rule.cron, &field) < 0) {
        CHECK(field <= 5);
    } else {
        CHECK(rule.cron.minutes && rule.cron.hours && rule.cron.days && rule.cron.months &&
              rule.cron.weekdays);
        const int64_t next_s = rule_next(&rule, &UTC, 1800000000);
        CHECK(next_s > 1800000000 && (next_s == RULE_NEVER || next_s % MINUTE_S == 0));
    }
    free(text);
    return 0;
}
