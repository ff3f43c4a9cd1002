/* Five fields of cron ("30 2 * * 1-5") as bit masks. Pure; any thread.
 * Format: POSIX.1-2017, crontab, with steps, and names of months and weekdays, as in Debian's
 * crontab(5). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "schedule/civil.h"

struct cron {
    uint64_t minutes;             /* bit 0 to 59 */
    uint32_t hours, days, months; /* bit 0 to 23, 1 to 31, 1 to 12 */
    uint8_t weekdays;             /* bit 0 Sunday to 6 */
    bool any_day, any_weekday;    /* the field was "*": the other one decides alone */
};

/* -EINVAL: *ret_field (if not NULL) is the number of the invalid field, from 1; 0: there are not
 * five. */
int cron_parse(const char *text, struct cron *ret_cron, unsigned *ret_field)
    __attribute__((warn_unused_result));

/* True if it runs on this day. If both day and weekday are given, either may match. */
bool cron_matches_day(const struct cron *cron, int64_t day);

/* True when it runs in every hour of its days. */
bool cron_is_hourly(const struct cron *cron);
