#include "schedule/posix_tz.h"

#include <ctype.h>
#include <errno.h>

#include "schedule/civil.h"

/* Each reader moves *p past what it read, or returns false. */
static bool read_number(const char **p, int max, int *ret)
{
    int value = 0;
    if (!isdigit((unsigned char)**p))
        return false;
    while (isdigit((unsigned char)**p) && value <= max)
        value = value * 10 + (*(*p)++ - '0');
    *ret = value;
    return value <= max;
}

static bool read_name(const char **p)
{
    const char *from = *p;
    const bool quoted = *from == '<';
    if (quoted) {
        while (**p && **p != '>')
            ++*p;
        return *(*p)++ == '>';
    }
    while (isalpha((unsigned char)**p))
        ++*p;
    return *p - from >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(const char **p, int max_hours, int32_t *ret_s)
{
    const bool negative = **p == '-';
    int part[3] = {0};
    if (**p == '-' || **p == '+')
        ++*p;
    if (!read_number(p, max_hours, &part[0]))
        return false;
    for (int i = 1; i < 3 && **p == ':'; i++) {
        ++*p;
        if (!read_number(p, 59, &part[i]))
            return false;
    }
    const int32_t seconds = part[0] * HOUR_S + part[1] * MINUTE_S + part[2];
    *ret_s = negative ? -seconds : seconds;
    return true;
}

static bool read_day(const char **p, struct posix_tz_rule *rule)
{
    if (**p == 'M') {
        rule->kind = TZ_RULE_MONTH;
        ++*p;
        return read_number(p, 12, &rule->month) && rule->month >= 1 && *(*p)++ == '.' &&
               read_number(p, 5, &rule->week) && rule->week >= 1 && *(*p)++ == '.' &&
               read_number(p, 6, &rule->day);
    }
    rule->kind = **p == 'J' ? TZ_RULE_JULIAN : TZ_RULE_DAY;
    if (rule->kind == TZ_RULE_JULIAN)
        ++*p;
    return read_number(p, 365, &rule->day) && (rule->kind == TZ_RULE_DAY || rule->day >= 1);
}

static bool read_rule(const char **p, struct posix_tz_rule *rule)
{
    *rule = (struct posix_tz_rule){.time_s = 2 * HOUR_S};
    if (*(*p)++ != ',' || !read_day(p, rule))
        return false;
    if (**p != '/')
        return true;
    ++*p;
    return read_time(p, 167, &rule->time_s);
}

int posix_tz_parse(const char *text, struct posix_tz *ret_tz)
{
    struct posix_tz tz = {0};
    const char *p = text;
    int32_t west_s;
    if (!read_name(&p) || !read_time(&p, 24, &west_s))
        return -EINVAL;
    tz.standard_s = -west_s;
    if (*p) {
        tz.has_daylight = true;
        tz.daylight_s = tz.standard_s + HOUR_S;
        if (!read_name(&p))
            return -EINVAL;
        if (*p && *p != ',') {
            if (!read_time(&p, 24, &west_s))
                return -EINVAL;
            tz.daylight_s = -west_s;
        }
        if (!read_rule(&p, &tz.start) || !read_rule(&p, &tz.end) || *p)
            return -EINVAL;
    }
    *ret_tz = tz;
    return 0;
}

static int64_t day_in_month(int year, const struct posix_tz_rule *rule)
{
    const int64_t first =
        civil_to_days((struct civil_date){.year = year, .month = (unsigned)rule->month, .day = 1});
    const bool december = rule->month == 12;
    const int64_t next = civil_to_days((struct civil_date){
        .year = year + december, .month = december ? 1 : (unsigned)rule->month + 1, .day = 1});
    int64_t day = first + ((unsigned)rule->day + 7 - civil_weekday(first)) % 7;
    day += 7 * (rule->week - 1);
    while (day >= next) /* the fifth is the last */
        day -= 7;
    return day;
}

/* When the rule applies in a year, as local time. */
static int64_t rule_time(int year, const struct posix_tz_rule *rule)
{
    int64_t day = civil_to_days((struct civil_date){.year = year, .month = 1, .day = 1});
    switch (rule->kind) {
    case TZ_RULE_MONTH:
        day = day_in_month(year, rule);
        break;
    case TZ_RULE_JULIAN: /* the 29th of February is never counted */
        day += rule->day - 1 + (civil_is_leap(year) && rule->day >= 60);
        break;
    case TZ_RULE_DAY:
        day += rule->day;
        break;
    }
    return day * DAY_S + rule->time_s;
}

int32_t posix_tz_offset(const struct posix_tz *tz, int64_t utc_s)
{
    if (!tz->has_daylight)
        return tz->standard_s;
    const int year = civil_from_days(civil_day_of(utc_s + tz->standard_s)).year;
    const int64_t start = rule_time(year, &tz->start) - tz->standard_s;
    const int64_t end = rule_time(year, &tz->end) - tz->daylight_s;
    const bool daylight = start < end ? utc_s >= start && utc_s < end  /* northern summer */
                                      : utc_s >= start || utc_s < end; /* southern */
    return daylight ? tz->daylight_s : tz->standard_s;
}
