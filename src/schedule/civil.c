#include "schedule/civil.h"

/* Eras of 400 years that begin on March 1st, so that the leap day is the last day of its
 * year: H. Hinnant, "chrono-compatible low-level date algorithms". */
enum { ERA_DAYS = 146097, ERA_YEARS = 400, DAYS_0000_TO_1970 = 719468 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t civil_to_days(struct civil_date date)
{
    const int64_t year = date.year - (date.month <= 2);
    const int64_t era = floor_div(year, ERA_YEARS), year_of_era = year - era * ERA_YEARS;
    const int64_t month = (date.month + 9) % 12; /* from March */
    const int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - DAYS_0000_TO_1970;
}

struct civil_date civil_from_days(int64_t days)
{
    const int64_t shifted = days + DAYS_0000_TO_1970;
    const int64_t era = floor_div(shifted, ERA_DAYS), day_of_era = shifted - era * ERA_DAYS;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month = (5 * day_of_year + 2) / 153;
    const unsigned civil_month = (unsigned)(month < 10 ? month + 3 : month - 9);
    return (struct civil_date){.year = (int)(year_of_era + era * ERA_YEARS + (civil_month <= 2)),
                               .month = civil_month,
                               .day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1)};
}

unsigned civil_weekday(int64_t days)
{
    return (unsigned)(((days + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

int64_t civil_day_of(int64_t time_s)
{
    return floor_div(time_s, DAY_S);
}

bool civil_is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
