/* Rules of a time zone in the form of the environment variable TZ ("CET-1CEST,M3.5.0,M10.5.0/3"),
 * which end a time zone's file and apply after its table. Pure; any thread.
 * Format: POSIX.1-2017, 8.3, with the hours of RFC 8536, 3.3.1 (-167 to 167). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct posix_tz_rule {
    enum { TZ_RULE_MONTH, TZ_RULE_JULIAN, TZ_RULE_DAY } kind; /* M, J, plain */
    int month, week, day;
    int32_t time_s; /* of local time */
};

struct posix_tz {
    int32_t standard_s; /* east of Greenwich */
    bool has_daylight;
    int32_t daylight_s;
    struct posix_tz_rule start, end; /* of daylight saving time */
};

/* -EINVAL. */
int posix_tz_parse(const char *text, struct posix_tz *ret_tz) __attribute__((warn_unused_result));

/* How far local time is ahead of UTC, seconds. */
int32_t posix_tz_offset(const struct posix_tz *tz, int64_t utc_s);
