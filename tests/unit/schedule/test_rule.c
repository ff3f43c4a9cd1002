#include "schedule/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct zone UTC;

static int64_t at(int year, unsigned month, unsigned day, int hour, int minute)
{
    return civil_to_days((struct civil_date){year, month, day}) * DAY_S + hour * HOUR_S +
           minute * MINUTE_S;
}

static struct rule by_cron(const char *text)
{
    struct rule rule = {.kind = RULE_CRON};
    assert_int_equal(cron_parse(text, &rule.cron, NULL), 0);
    return rule;
}

static void an_interval_counts_from_its_anchor(void **state)
{
    (void)state;
    const struct rule rule = {.kind = RULE_INTERVAL, .every_s = 600, .anchor_s = 1000};
    assert_int_equal(rule_next(&rule, &UTC, 0), 1000);
    assert_int_equal(rule_next(&rule, &UTC, 999), 1000);
    assert_int_equal(rule_next(&rule, &UTC, 1000), 1600);
    assert_int_equal(rule_next(&rule, &UTC, 1599), 1600);
    assert_int_equal(rule_next(&rule, &UTC, 1000 + 600 * 1000000 - 1), 1000 + 600 * 1000000);
}

static void times_of_weekdays(void **state)
{
    (void)state;
    const struct rule rule = {.kind = RULE_WEEKLY,
                              .weekdays = 1 << 1 | 1 << 5, /* Monday, Friday */
                              .n_times = 2,
                              .times = {8 * HOUR_S, 17 * HOUR_S + 30 * MINUTE_S}};
    static const int EXPECTED[][5] = {{2026, 11, 30, 8, 0},
                                      {2026, 11, 30, 17, 30},
                                      {2026, 12, 4, 8, 0},
                                      {2026, 12, 4, 17, 30},
                                      {2026, 12, 7, 8, 0}};
    int64_t after_s = at(2026, 11, 28, 12, 0);
    for (size_t i = 0; i < sizeof(EXPECTED) / sizeof(EXPECTED[0]); i++) {
        const int *e = EXPECTED[i];
        after_s = rule_next(&rule, &UTC, after_s);
        assert_int_equal(after_s, at(e[0], (unsigned)e[1], (unsigned)e[2], e[3], e[4]));
    }
    const struct rule none = {.kind = RULE_WEEKLY, .weekdays = 0, .n_times = 1};
    assert_true(rule_next(&none, &UTC, after_s) == RULE_NEVER);
}

static void cron_far_and_near(void **state)
{
    (void)state;
    struct rule rule = by_cron("0 0 29 2 *");
    assert_int_equal(rule_next(&rule, &UTC, at(2026, 1, 1, 0, 0)), at(2028, 2, 29, 0, 0));
    assert_int_equal(rule_next(&rule, &UTC, at(2096, 3, 1, 0, 0)), at(2104, 2, 29, 0, 0));
    rule = by_cron("30 2 30 2 *");
    assert_true(rule_next(&rule, &UTC, at(2026, 1, 1, 0, 0)) == RULE_NEVER);
    rule = by_cron("*/20 9-10 * * 1-5");
    static const int EXPECTED[][5] = {
        {2026, 11, 27, 10, 40}, {2026, 11, 30, 9, 0}, {2026, 11, 30, 9, 20}};
    int64_t after_s = at(2026, 11, 27, 10, 20);
    for (size_t i = 0; i < sizeof(EXPECTED) / sizeof(EXPECTED[0]); i++) {
        const int *e = EXPECTED[i];
        after_s = rule_next(&rule, &UTC, after_s);
        assert_int_equal(after_s, at(e[0], (unsigned)e[1], (unsigned)e[2], e[3], e[4]));
    }
    rule = by_cron("* * * * *");
    assert_int_equal(rule_next(&rule, &UTC, 60), 120);
    assert_int_equal(rule_next(&rule, &UTC, 61), 120);
    rule = by_cron("59 * 31 12 *");
    assert_int_equal(rule_next(&rule, &UTC, at(2026, 12, 31, 23, 59)), at(2027, 12, 31, 0, 59));
    rule = by_cron("0 * 30 2 *");
    assert_true(rule_next(&rule, &UTC, at(2026, 1, 1, 0, 0)) == RULE_NEVER);
}

/* Every minute that a naive reading of the five fields matches, and no other. */
static void cron_agrees_with_its_definition(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"7,37 */5 * * *", "0 12 1-7 * 1", "15 3 */9 2,3 *",
                                        "59 23 * * 0", "*/7 * 28-31 * *"};
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        const struct rule rule = by_cron(TEXTS[i]);
        int64_t next_s = rule_next(&rule, &UTC, at(2028, 2, 1, 0, 0) - 1);
        for (int64_t t = at(2028, 2, 1, 0, 0); t < at(2028, 4, 10, 0, 0); t += MINUTE_S) {
            const int64_t day = civil_day_of(t), minute = (t - day * DAY_S) / MINUTE_S;
            if (!cron_matches_day(&rule.cron, day) || !(rule.cron.hours >> minute / 60 & 1) ||
                !(rule.cron.minutes >> minute % 60 & 1))
                continue;
            assert_int_equal(next_s, t);
            next_s = rule_next(&rule, &UTC, t);
        }
        assert_true(next_s >= at(2028, 4, 10, 0, 0));
    }
}

static void the_sun_with_an_offset(void **state)
{
    (void)state;
    const struct sun_place berlin = {52.52, 13.405};
    struct rule rule = {.kind = RULE_SUN, .weekdays = 0x7f, .event = SUN_RISE, .place = berlin};
    struct zone zone;
    int64_t rise_s, today_s;
    assert_int_equal(zone_load("Europe/Berlin", &zone), 0);
    const int64_t day = civil_to_days((struct civil_date){2026, 6, 21});
    assert_true(sun_event_utc(SUN_RISE, berlin, day, &rise_s));
    today_s = rule_next(&rule, &zone, day * DAY_S - 4 * HOUR_S);
    assert_int_equal(today_s, rise_s);
    rule.offset_s = -11 * HOUR_S; /* the evening before */
    assert_int_equal(rule_next(&rule, &zone, rise_s - 12 * HOUR_S), rise_s - 11 * HOUR_S);
    rule.offset_s = 30 * MINUTE_S;
    assert_int_equal(rule_next(&rule, &zone, rise_s), rise_s + 30 * MINUTE_S);
    rule.weekdays = 1 << 1; /* the 21st is a Sunday */
    assert_in_range(rule_next(&rule, &zone, rise_s) - rise_s, DAY_S, DAY_S + 2 * HOUR_S);
    zone_finish(&zone);
}

static void no_sun_for_months(void **state)
{
    (void)state;
    const struct rule rule = {.kind = RULE_SUN,
                              .weekdays = 0x7f,
                              .event = SUN_RISE,
                              .place = {78.22, 15.65}}; /* Longyearbyen */
    const int64_t next_s = rule_next(&rule, &UTC, at(2026, 11, 1, 0, 0));
    assert_in_range(next_s, at(2027, 2, 10, 0, 0), at(2027, 2, 20, 0, 0));
    const struct rule never = {.kind = RULE_SUN, .weekdays = 0x7f, .place = {90, 0}};
    assert_true(rule_next(&never, &UTC, 0) == RULE_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interval_counts_from_its_anchor),
        cmocka_unit_test(times_of_weekdays),
        cmocka_unit_test(cron_far_and_near),
        cmocka_unit_test(cron_agrees_with_its_definition),
        cmocka_unit_test(the_sun_with_an_offset),
        cmocka_unit_test(no_sun_for_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
