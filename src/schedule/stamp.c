#include "schedule/stamp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "schedule/civil.h"

void stamp_format(int64_t utc_us, int32_t offset_s, char out[STAMP_MAX_BYTES])
{
    const int32_t minutes = offset_s / MINUTE_S;
    int64_t us = utc_us % US_PER_S;
    us += us < 0 ? US_PER_S : 0;
    const int64_t local_s = (utc_us - us) / US_PER_S + minutes * MINUTE_S;
    const int64_t day = civil_day_of(local_s);
    const struct civil_date date = civil_from_days(day);
    const int second = (int)(local_s - day * DAY_S);
    struct text text = text_over(out, STAMP_MAX_BYTES);
    text_add(&text, "%04d-%02u-%02uT%02d:%02d:%02d", date.year, date.month, date.day,
             second / HOUR_S, second / MINUTE_S % 60, second % MINUTE_S);
    if (us / US_PER_MS > 0)
        text_add(&text, ".%03d", (int)(us / US_PER_MS));
    if (minutes == 0)
        text_add(&text, "Z");
    else
        text_add(&text, "%c%02d:%02d", minutes < 0 ? '-' : '+',
                 (minutes < 0 ? -minutes : minutes) / 60, (minutes < 0 ? -minutes : minutes) % 60);
}

/* In the shape, 0 matches any digit, other characters themselves. */
static bool has_shape(const char *text, const char *shape)
{
    for (; *shape; shape++, text++)
        if (*shape == '0' ? *text < '0' || *text > '9' : *text != *shape)
            return false;
    return true;
}

static int two(const char *digits)
{
    return (digits[0] - '0') * 10 + (digits[1] - '0');
}

static int days_of(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return DAYS[month - 1] + (month == 2 && civil_is_leap(year));
}

int stamp_parse(const char *text, int64_t *ret_utc_us)
{
    if (!has_shape(text, "0000-00-00T00:00:00"))
        return -EINVAL;
    const int year = two(text) * 100 + two(text + 2), month = two(text + 5), day = two(text + 8);
    const int hour = two(text + 11), minute = two(text + 14), second = two(text + 17);
    if (month < 1 || month > 12 || day < 1 || day > days_of(year, month) || hour > 23 ||
        minute > 59 || second > 59)
        return -EINVAL;
    const char *p = text + 19;
    int64_t us = 0;
    if (*p == '.') {
        int64_t unit = US_PER_S / 10;
        for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
            us += (*p - '0') * unit;
    }
    int offset_s = 0;
    if ((*p == '+' || *p == '-') && has_shape(p + 1, "00:00")) {
        offset_s = (two(p + 1) * HOUR_S + two(p + 4) * MINUTE_S) * (*p == '-' ? -1 : 1);
        p += 6;
    } else if (*p++ != 'Z') {
        return -EINVAL;
    }
    if (*p)
        return -EINVAL;
    const int64_t days = civil_to_days((struct civil_date){year, (unsigned)month, (unsigned)day});
    const int64_t utc_s = days * DAY_S + hour * HOUR_S + minute * MINUTE_S + second - offset_s;
    *ret_utc_us = utc_s * US_PER_S + us;
    return 0;
}
