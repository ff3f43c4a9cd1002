#include "schedule/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void known_dates(void **state)
{
    (void)state;
    static const struct {
        struct civil_date date;
        int64_t days;
        unsigned weekday;
    } CASES[] = {
        {{1970, 1, 1}, 0, 4},     {{1969, 12, 31}, -1, 3},    {{2000, 2, 29}, 11016, 2},
        {{2000, 3, 1}, 11017, 3}, {{2026, 11, 30}, 20787, 1}, {{1900, 1, 1}, -25567, 1},
        {{2100, 3, 1}, 47541, 1}, {{0, 3, 1}, -719468, 3},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_int_equal(civil_to_days(CASES[i].date), CASES[i].days);
        assert_int_equal(civil_weekday(CASES[i].days), CASES[i].weekday);
    }
}

/* Counted day by day over 800 years. */
static void every_day_is_the_one_after_the_day_before(void **state)
{
    (void)state;
    static const unsigned LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct civil_date date = {1600, 1, 1};
    int64_t days = civil_to_days(date);
    for (; date.year < 2400; days++) {
        const struct civil_date found = civil_from_days(days);
        assert_int_equal(found.year, date.year);
        assert_int_equal(found.month, date.month);
        assert_int_equal(found.day, date.day);
        assert_int_equal(civil_to_days(date), days);
        const unsigned length =
            LENGTHS[date.month - 1] + (date.month == 2 && civil_is_leap(date.year));
        if (++date.day > length) {
            date.day = 1;
            if (++date.month > 12) {
                date.month = 1;
                date.year++;
            }
        }
    }
}

static void times_belong_to_the_day_that_they_follow(void **state)
{
    (void)state;
    assert_int_equal(civil_day_of(0), 0);
    assert_int_equal(civil_day_of(DAY_S - 1), 0);
    assert_int_equal(civil_day_of(DAY_S), 1);
    assert_int_equal(civil_day_of(-1), -1);
    assert_int_equal(civil_day_of(-DAY_S), -1);
    assert_int_equal(civil_day_of(-DAY_S - 1), -2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_dates),
        cmocka_unit_test(every_day_is_the_one_after_the_day_before),
        cmocka_unit_test(times_belong_to_the_day_that_they_follow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
