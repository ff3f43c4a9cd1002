#include "schedule/rule.h"

/* "0 0 29 2 *" waits eight years at most (1896, 1904). */
enum { DAYS_AHEAD = 366 * 10, MINUTES_A_DAY = 1440 };

static int64_t next_interval(const struct rule *rule, int64_t after_s)
{
    if (after_s < rule->anchor_s)
        return rule->anchor_s;
    return rule->anchor_s + ((after_s - rule->anchor_s) / rule->every_s + 1) * rule->every_s;
}

static void keep_first(int64_t candidate_s, int64_t after_s, int64_t *first_s)
{
    if (candidate_s > after_s && candidate_s < *first_s)
        *first_s = candidate_s;
}

/* Each of these finds the first time after after_s within a local day. */

static void weekly_on_day(const struct rule *rule, const struct zone *zone, int64_t day,
                          int64_t after_s, int64_t *first_s)
{
    if (!(rule->weekdays >> civil_weekday(day) & 1))
        return;
    for (unsigned i = 0; i < rule->n_times; i++)
        keep_first(zone_to_utc(zone, day * DAY_S + rule->times[i]), after_s, first_s);
}

static void cron_on_day(const struct rule *rule, const struct zone *zone, int64_t day,
                        int64_t after_s, int64_t *first_s)
{
    const struct cron *cron = &rule->cron;
    if (!cron_matches_day(cron, day))
        return;
    for (unsigned minute = 0; minute < MINUTES_A_DAY; minute++) {
        if (!(cron->hours >> minute / 60 & 1) || !(cron->minutes >> minute % 60 & 1))
            continue;
        const int64_t utc_s = zone_to_utc(zone, day * DAY_S + minute * MINUTE_S);
        keep_first(utc_s, after_s, first_s);
        if (utc_s > after_s + DAY_S) /* a gap moves times by less */
            break;
    }
}

static void sun_on_day(const struct rule *rule, int64_t day, int64_t after_s, int64_t *first_s)
{
    int64_t utc_s;
    if (rule->weekdays >> civil_weekday(day) & 1 &&
        sun_event_utc(rule->event, rule->place, day, &utc_s))
        keep_first(utc_s + rule->offset_s, after_s, first_s);
}

static void on_day(const struct rule *rule, const struct zone *zone, int64_t day, int64_t after_s,
                   int64_t *first_s)
{
    if (rule->kind == RULE_WEEKLY)
        weekly_on_day(rule, zone, day, after_s, first_s);
    else if (rule->kind == RULE_CRON)
        cron_on_day(rule, zone, day, after_s, first_s);
    else
        sun_on_day(rule, day, after_s, first_s);
}

/* Every hour of its days: follows elapsed minutes through clock changes. The offsets of some zones
 * had odd seconds (until 1972), so the minute is that of local time.
 */
static int64_t next_hourly(const struct cron *cron, const struct zone *zone, int64_t after_s)
{
    const int64_t end_s = after_s + (int64_t)DAYS_AHEAD * DAY_S;
    for (int64_t utc_s = after_s + 1; utc_s < end_s;) {
        const int64_t local_s = utc_s + zone_offset(zone, utc_s);
        const int64_t day = civil_day_of(local_s), of_day_s = local_s - day * DAY_S;
        if (!cron_matches_day(cron, day)) { /* an hour at a time, since clocks may change */
            utc_s += HOUR_S - of_day_s % HOUR_S;
            continue;
        }
        if (of_day_s % MINUTE_S == 0 && cron->minutes >> (of_day_s / MINUTE_S % 60) & 1)
            return utc_s;
        utc_s += MINUTE_S - of_day_s % MINUTE_S;
    }
    return RULE_NEVER;
}

int64_t rule_next(const struct rule *rule, const struct zone *zone, int64_t after_s)
{
    if (rule->kind == RULE_INTERVAL)
        return next_interval(rule, after_s);
    if (rule->kind == RULE_CRON && cron_is_hourly(&rule->cron))
        return next_hourly(&rule->cron, zone, after_s);
    const int64_t today = civil_day_of(after_s + zone_offset(zone, after_s));
    int64_t first_s = RULE_NEVER;
    /* Times of adjacent days may come first: of yesterday's gap, or because of an offset. */
    for (int64_t day = today - 2; day <= today + DAYS_AHEAD; day++) {
        on_day(rule, zone, day, after_s, &first_s);
        if (first_s != RULE_NEVER && first_s < (day - 2) * DAY_S)
            break; /* no later day can come before */
    }
    return first_s;
}
