/* What a camera's battery had in each hour of the last week. In memory only, like the awake hours.
 *
 * Belongs here: the bounded list. Not here: the present value (camera.h). Loop only.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

enum { BATTERY_HOURS = 7 * 24 };

struct battery_history {
    struct {
        int32_t hour; /* since the epoch, UTC */
        int8_t percent;
    } reports[BATTERY_HOURS]; /* a ring, oldest at `first`; hours without a report are left out */
    unsigned first, count;
};

/* Notes a report at this time of the wall clock; the last one of an hour stays. If the clock was
 * set back, reports that now lie in the future are dropped. */
void battery_note(struct battery_history *history, int64_t wall_us, int percent);

/* [{"at":"2026-11-20T13:00:00Z","percent":81}, …], oldest first, `at` the start of the hour; not
 * older than a week before wall_us. A new reference. */
json_t *battery_describe(const struct battery_history *history, int64_t wall_us);
