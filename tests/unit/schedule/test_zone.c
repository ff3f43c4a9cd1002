#include "schedule/zone.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "schedule/civil.h"

static const char *const NAMES[] = {
    "Europe/Berlin",    "Europe/London",     "America/New_York",    "America/Los_Angeles",
    "Australia/Sydney", "Asia/Kolkata",      "Australia/Lord_Howe", "America/St_Johns",
    "Pacific/Chatham",  "Africa/Cairo",      "America/Sao_Paulo",   "Asia/Tokyo",
    "Pacific/Apia",     "Africa/Casablanca", "America/Santiago",    "Asia/Kathmandu",
    "Antarctica/Troll", "Asia/Tehran",       "Europe/Dublin",       "Pacific/Kiritimati",
};

/* The C library reads the same files with different code. */
static void offsets_are_those_of_the_c_library(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        struct zone zone;
        assert_int_equal(zone_load(NAMES[i], &zone), 0);
        setenv("TZ", NAMES[i], 1);
        tzset();
        /* From 1960 to 2099, and each transition from both sides. */
        for (int64_t utc_s = INT64_C(-315619200); utc_s < INT64_C(4102444800); utc_s += 97 * 3601) {
            const time_t t = (time_t)utc_s;
            struct tm tm;
            localtime_r(&t, &tm);
            if (zone_offset(&zone, utc_s) != tm.tm_gmtoff)
                fail_msg("%s at %lld: %d, not %ld", NAMES[i], (long long)utc_s,
                         zone_offset(&zone, utc_s), tm.tm_gmtoff);
        }
        for (unsigned n = 0; n < zone.count; n++)
            for (int side = -1; side <= 0; side++) {
                const time_t t = (time_t)(zone.transitions[n].utc_s + side);
                struct tm tm;
                localtime_r(&t, &tm);
                assert_int_equal(zone_offset(&zone, t), tm.tm_gmtoff);
            }
        zone_finish(&zone);
    }
}

static int64_t at(int year, unsigned month, unsigned day, int hour, int minute)
{
    return civil_to_days((struct civil_date){year, month, day}) * DAY_S + hour * HOUR_S +
           minute * MINUTE_S;
}

static void gaps_and_overlaps(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int local[5], utc[5];
    } CASES[] = {
        /* a plain day; 02:30 that is left out; 02:30 that comes twice */
        {"Europe/Berlin", {2026, 7, 1, 12, 0}, {2026, 7, 1, 10, 0}},
        {"Europe/Berlin", {2026, 3, 29, 1, 59}, {2026, 3, 29, 0, 59}},
        {"Europe/Berlin", {2026, 3, 29, 2, 0}, {2026, 3, 29, 1, 0}},
        {"Europe/Berlin", {2026, 3, 29, 2, 30}, {2026, 3, 29, 1, 30}}, /* 03:30 */
        {"Europe/Berlin", {2026, 3, 29, 3, 0}, {2026, 3, 29, 1, 0}},
        {"Europe/Berlin", {2026, 10, 25, 2, 30}, {2026, 10, 25, 0, 30}},
        {"Europe/Berlin", {2026, 10, 25, 3, 0}, {2026, 10, 25, 2, 0}},
        {"America/New_York", {2026, 3, 8, 2, 30}, {2026, 3, 8, 7, 30}},
        {"America/New_York", {2026, 11, 1, 1, 30}, {2026, 11, 1, 5, 30}},
        {"Australia/Lord_Howe", {2026, 10, 4, 2, 15}, {2026, 10, 3, 15, 45}}, /* 02:45 */
        {"Australia/Lord_Howe", {2026, 4, 5, 1, 45}, {2026, 4, 4, 14, 45}},
        {"America/Santiago", {2026, 9, 6, 0, 30}, {2026, 9, 6, 4, 30}}, /* at midnight */
        {"Pacific/Apia", {2011, 12, 30, 12, 0}, {2011, 12, 30, 22, 0}}, /* a day left out */
        {"UTC", {2026, 3, 29, 2, 30}, {2026, 3, 29, 2, 30}},
        {"Europe/Berlin", {2080, 7, 1, 12, 0}, {2080, 7, 1, 10, 0}}, /* by the rules */
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct zone zone;
        const int *l = CASES[i].local, *u = CASES[i].utc;
        assert_int_equal(zone_load(CASES[i].name, &zone), 0);
        const int64_t utc_s =
            zone_to_utc(&zone, at(l[0], (unsigned)l[1], (unsigned)l[2], l[3], l[4]));
        if (utc_s != at(u[0], (unsigned)u[1], (unsigned)u[2], u[3], u[4]))
            fail_msg("case %zu, %s: off by %lld s", i, CASES[i].name,
                     (long long)(utc_s - at(u[0], (unsigned)u[1], (unsigned)u[2], u[3], u[4])));
        zone_finish(&zone);
    }
}

static void names_are_checked(void **state)
{
    (void)state;
    struct zone zone;
    assert_int_equal(zone_load("Mars/Olympus", &zone), -ENOENT);
    assert_int_equal(zone_load("../../etc/passwd", &zone), -EINVAL);
    assert_int_equal(zone_load("/etc/passwd", &zone), -EINVAL);
    assert_int_equal(zone_load("Europe/Ber lin", &zone), -EINVAL);
    assert_int_equal(zone_load("Europe", &zone), -EBADMSG); /* a folder */
    assert_int_equal(zone_load("", &zone), 0);
    zone_finish(&zone);
    char name[ZONE_NAME_MAX + 1];
    memset(name, 'a', ZONE_NAME_MAX);
    name[ZONE_NAME_MAX] = 0;
    assert_int_equal(zone_load(name, &zone), -EINVAL);
}

static void posix_rules(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int year;
        unsigned month, day;
        int hour;
        int32_t offset_s;
    } CASES[] = {
        {"UTC0", 2026, 7, 1, 0, 0},
        {"<+0545>-5:45", 2026, 7, 1, 0, 20700},
        {"EST5EDT,M3.2.0,M11.1.0", 2026, 3, 8, 6, -5 * HOUR_S},
        {"EST5EDT,M3.2.0,M11.1.0", 2026, 3, 8, 7, -4 * HOUR_S},
        {"EST5EDT,M3.2.0,M11.1.0", 2026, 11, 1, 5, -4 * HOUR_S},
        {"EST5EDT,M3.2.0,M11.1.0", 2026, 11, 1, 6, -5 * HOUR_S},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", 2026, 1, 1, 0, 11 * HOUR_S},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", 2026, 7, 1, 0, 10 * HOUR_S},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, 3, 29, 0, -2 * HOUR_S},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, 3, 29, 1, -1 * HOUR_S},
        {"XXX3YYY,J60,J300", 2028, 3, 1, 4, -3 * HOUR_S}, /* J60 is the 1st of March always */
        {"XXX3YYY,J60,J300", 2028, 3, 1, 5, -2 * HOUR_S},
        {"XXX3YYY,59,300", 2028, 2, 29, 5, -2 * HOUR_S},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct posix_tz tz;
        assert_int_equal(posix_tz_parse(CASES[i].text, &tz), 0);
        assert_int_equal(
            posix_tz_offset(&tz, at(CASES[i].year, CASES[i].month, CASES[i].day, CASES[i].hour, 0)),
            CASES[i].offset_s);
    }
    static const char *const WRONG[] = {
        "",
        "UT0",
        "UTC",
        "EST5EDT",
        "EST5EDT,M3.2.0",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J3",
        "EST5EDT,366,3",
        "EST5EDT,M3.2.0,M11.1.0x",
        "<+05-5",
        "EST99",
        "EST5EDT,M3.2.0/168,M11.1.0",
    };
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        struct posix_tz tz;
        if (posix_tz_parse(WRONG[i], &tz) != -EINVAL)
            fail_msg("\"%s\" was taken", WRONG[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_are_those_of_the_c_library),
        cmocka_unit_test(gaps_and_overlaps),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(posix_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
