/* Ten years of runs in twelve zones, by a clock that goes from run to run: none is lost, none comes
 * twice, and each is at the right time by the C library's reading of the same zone. */
#include "schedule/due.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static const char *const ZONES[] = {
    "Europe/Berlin",    "Europe/London",    "America/New_York",    "America/Los_Angeles",
    "America/Santiago", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Chatham",
    "America/St_Johns", "Africa/Cairo",     "Asia/Tokyo",          "Atlantic/Azores",
};
enum { N_ZONES = 12, FROM_YEAR = 2020, TO_YEAR = 2030 };

static const struct due_policy POLICY = {.missed = DUE_SKIP};

static int64_t year_start(int year)
{
    return civil_to_days((struct civil_date){year, 1, 1}) * DAY_S;
}

static struct tm local(int64_t utc_s)
{
    const time_t t = (time_t)utc_s;
    struct tm tm;
    localtime_r(&t, &tm);
    return tm;
}

/* What clocks show, as a number of seconds. */
static int64_t shown(int64_t utc_s)
{
    return utc_s + local(utc_s).tm_gmtoff;
}

/* The first moment, to the minute, at which clocks show local_s; -1: they never do. */
static int64_t first_shown(int64_t local_s)
{
    for (int64_t utc_s = local_s - 15 * HOUR_S; utc_s <= local_s + 13 * HOUR_S; utc_s += MINUTE_S)
        if (shown(utc_s) == local_s)
            return utc_s;
    return -1;
}

/* No change of clocks a day before or after: there is one such moment, and it needs no search. */
static bool is_plain(int64_t utc_s, int64_t local_s)
{
    const long offset_s = local(utc_s).tm_gmtoff;
    return local(utc_s - DAY_S).tm_gmtoff == offset_s &&
           local(utc_s + DAY_S).tm_gmtoff == offset_s && shown(utc_s) == local_s;
}

/* When clocks go forward over local_s, they show that much more from then on. */
static int64_t moved(int64_t local_s)
{
    for (int64_t utc_s = local_s - 15 * HOUR_S;; utc_s += MINUTE_S)
        if (shown(utc_s) > local_s)
            return utc_s + (local_s - shown(utc_s - MINUTE_S)) - MINUTE_S;
}

static void use(const char *name, struct zone *zone)
{
    setenv("TZ", name, 1);
    tzset();
    assert_int_equal(zone_load(name, zone), 0);
}

static void check_daily(const char *name, const struct rule *rule, int64_t of_day_s)
{
    struct zone zone;
    use(name, &zone);
    int64_t now_s = year_start(FROM_YEAR), last_s = now_s;
    int64_t day = civil_day_of(shown(now_s));
    if (shown(now_s) >= day * DAY_S + of_day_s)
        day++;
    unsigned changes = 0;
    while (now_s < year_start(TO_YEAR)) {
        struct due due;
        now_s = rule_next(rule, &zone, last_s);
        due_collect(rule, &zone, &POLICY, now_s, &last_s, &due);
        assert_int_equal(due.n_runs, 1);
        assert_int_equal(due.n_missed, 0);
        const int64_t local_s = day * DAY_S + of_day_s;
        if (is_plain(due.runs[0], local_s)) {
            day++;
            continue;
        }
        int64_t expected_s = first_shown(local_s);
        if (expected_s < 0) {
            expected_s = moved(local_s);
            changes++;
        }
        if (due.runs[0] != expected_s)
            fail_msg("%s: a run at %lld, not %lld", name, (long long)due.runs[0],
                     (long long)expected_s);
        day++;
    }
    zone_finish(&zone);
    if (of_day_s == 2 * HOUR_S + 30 * MINUTE_S && changes == 0)
        print_message("%s: no gap at 02:30\n", name);
}

static void daily_runs(void **state)
{
    (void)state;
    static const int64_t TIMES[] = {0, 15 * MINUTE_S, HOUR_S + 45 * MINUTE_S,
                                    2 * HOUR_S + 30 * MINUTE_S, 12 * HOUR_S};
    for (int i = 0; i < N_ZONES; i++)
        for (size_t t = 0; t < sizeof(TIMES) / sizeof(TIMES[0]); t++) {
            const struct rule rule = {
                .kind = RULE_WEEKLY, .weekdays = 0x7f, .n_times = 1, .times = {(int32_t)TIMES[t]}};
            check_daily(ZONES[i], &rule, TIMES[t]);
        }
}

static void cron_runs(void **state)
{
    (void)state;
    for (int i = 0; i < N_ZONES; i++) {
        struct rule rule = {.kind = RULE_CRON};
        assert_int_equal(cron_parse("30 2 * * *", &rule.cron, NULL), 0);
        check_daily(ZONES[i], &rule, 2 * HOUR_S + 30 * MINUTE_S);
    }
}

/* The elapsed time does not depend on the clocks. */
static void intervals_count_elapsed_time(void **state)
{
    (void)state;
    for (int i = 0; i < N_ZONES; i++) {
        struct zone zone;
        const struct rule rule = {
            .kind = RULE_INTERVAL, .every_s = 5 * HOUR_S, .anchor_s = year_start(FROM_YEAR)};
        use(ZONES[i], &zone);
        int64_t last_s = rule.anchor_s;
        while (last_s < year_start(TO_YEAR)) {
            const int64_t next_s = rule_next(&rule, &zone, last_s);
            assert_int_equal(next_s - last_s, 5 * HOUR_S);
            last_s = next_s;
        }
        zone_finish(&zone);
    }
}

/* "Every quarter of an hour" goes on through gap and overlap. */
static void hourly_cron_counts_elapsed_time(void **state)
{
    (void)state;
    for (int i = 0; i < N_ZONES; i++) {
        struct zone zone;
        struct rule rule = {.kind = RULE_CRON};
        use(ZONES[i], &zone);
        assert_int_equal(cron_parse("*/15 * * * *", &rule.cron, NULL), 0);
        int64_t last_s = year_start(2025);
        while (last_s < year_start(2027)) {
            const int64_t next_s = rule_next(&rule, &zone, last_s);
            assert_int_equal(next_s - last_s, 15 * MINUTE_S);
            last_s = next_s;
        }
        zone_finish(&zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(daily_runs),
        cmocka_unit_test(cron_runs),
        cmocka_unit_test(intervals_count_elapsed_time),
        cmocka_unit_test(hourly_cron_counts_elapsed_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
