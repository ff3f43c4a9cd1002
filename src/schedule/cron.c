#include "schedule/cron.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

struct field {
    unsigned min, max;
    const char *names; /* three letters each, starting at min */
};

static const struct field FIELDS[5] = {
    {0, 59, ""},
    {0, 23, ""},
    {1, 31, ""},
    {1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
    {0, 7, "sunmontuewedthufrisat"}, /* 7 is Sunday, too */
};

static bool read_number(const char **p, unsigned *ret)
{
    unsigned value = 0;
    if (!isdigit((unsigned char)**p))
        return false;
    for (; isdigit((unsigned char)**p) && value < 1000; ++*p)
        value = value * 10 + (unsigned)(**p - '0');
    *ret = value;
    return true;
}

static bool read_value(const char **p, const struct field *field, unsigned *ret)
{
    const size_t len = strlen(field->names);
    for (size_t i = 0; i < len; i += 3)
        if (strncasecmp(*p, field->names + i, 3) == 0) {
            *p += 3;
            *ret = field->min + (unsigned)(i / 3);
            return true;
        }
    return read_number(p, ret) && *ret >= field->min && *ret <= field->max;
}

/* "*", a value or a range, each with or without a step. */
static bool read_item(const char **p, const struct field *field, uint64_t *mask)
{
    unsigned from = field->min, to = field->max, step = 1;
    if (**p == '*') {
        ++*p;
    } else {
        if (!read_value(p, field, &from))
            return false;
        to = from;
        if (**p == '-') {
            ++*p;
            if (!read_value(p, field, &to) || to < from)
                return false;
        } else if (**p == '/') {
            to = field->max;
        }
    }
    if (**p == '/') {
        ++*p;
        if (!read_number(p, &step) || step == 0)
            return false;
    }
    for (unsigned value = from; value <= to; value += step)
        *mask |= UINT64_C(1) << value;
    return true;
}

static bool read_field(const char **p, const struct field *field, uint64_t *ret_mask)
{
    uint64_t mask = 0;
    do {
        if (!read_item(p, field, &mask))
            return false;
    } while (**p == ',' && *++*p);
    *ret_mask = mask;
    return **p == 0 || **p == ' ' || **p == '\t';
}

int cron_parse(const char *text, struct cron *ret_cron, unsigned *ret_field)
{
    uint64_t masks[5];
    bool star[5];
    unsigned wrong = 0;
    const char *p = text;
    for (unsigned i = 0; i < 5; i++) {
        p += strspn(p, " \t");
        star[i] = *p == '*';
        if (*p == 0)
            goto fail;
        wrong = i + 1;
        if (!read_field(&p, &FIELDS[i], &masks[i]))
            goto fail;
        wrong = 0;
    }
    p += strspn(p, " \t");
    if (*p)
        goto fail;
    *ret_cron = (struct cron){.minutes = masks[0],
                              .hours = (uint32_t)masks[1],
                              .days = (uint32_t)masks[2],
                              .months = (uint32_t)masks[3],
                              .weekdays = (uint8_t)((masks[4] | masks[4] >> 7) & 0x7f),
                              .any_day = star[2],
                              .any_weekday = star[4]};
    return 0;
fail:
    if (ret_field)
        *ret_field = wrong;
    return -EINVAL;
}

bool cron_matches_day(const struct cron *cron, int64_t day)
{
    const struct civil_date date = civil_from_days(day);
    const bool by_day = cron->days >> date.day & 1;
    const bool by_weekday = cron->weekdays >> civil_weekday(day) & 1;
    if (!(cron->months >> date.month & 1))
        return false;
    if (cron->any_day || cron->any_weekday)
        return by_day && by_weekday;
    return by_day || by_weekday;
}

bool cron_is_hourly(const struct cron *cron)
{
    return cron->hours == 0xffffff;
}
