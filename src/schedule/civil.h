/* Dates of the proleptic Gregorian calendar, without time zones. Pure; any thread. Days are counted
 * from 1970-01-01. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { DAY_S = 86400, HOUR_S = 3600, MINUTE_S = 60 };

struct civil_date {
    int year;
    unsigned month, day; /* from 1 */
};

int64_t civil_to_days(struct civil_date date);
struct civil_date civil_from_days(int64_t days);

/* 0 Sunday to 6 Saturday. */
unsigned civil_weekday(int64_t days);

/* The day of a time (seconds since 1970-01-01 00:00, local or UTC). */
int64_t civil_day_of(int64_t time_s);

bool civil_is_leap(int year);
