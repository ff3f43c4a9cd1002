/* When something is due: at intervals, at times on weekdays, by cron, or by the sun. Pure; any
 * thread.
 *
 * Times of day are local. One skipped when clocks go forward is due at the moved time; one that
 * occurs twice is due once, at the first. Rules for every hour (an interval, cron with "*" for the
 * hour) follow elapsed time instead, and run through both. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "schedule/cron.h"
#include "schedule/sun.h"
#include "schedule/zone.h"

#define RULE_NEVER INT64_MAX

enum { RULE_TIMES_MAX = 48, RULE_INTERVAL_MIN_S = 1, RULE_OFFSET_MAX_S = 12 * HOUR_S };

enum rule_kind { RULE_INTERVAL, RULE_WEEKLY, RULE_CRON, RULE_SUN };

struct rule {
    enum rule_kind kind;
    int64_t every_s, anchor_s;     /* interval: starting at the anchor (UTC) */
    uint8_t weekdays;              /* weekly, sun: bit 0 Sunday to 6 */
    unsigned n_times;              /* weekly */
    int32_t times[RULE_TIMES_MAX]; /* seconds since midnight, rising */
    struct cron cron;
    enum sun_event event;
    struct sun_place place;
    int32_t offset_s; /* sun: after the event, negative before it */
};

/* The first time (UTC) after after_s when it is due, or RULE_NEVER: not within ten years. */
int64_t rule_next(const struct rule *rule, const struct zone *zone, int64_t after_s);
