#include "schedule/cron.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct cron parsed(const char *text)
{
    struct cron cron;
    unsigned field = 99;
    if (cron_parse(text, &cron, &field) < 0)
        fail_msg("\"%s\" was refused at field %u", text, field);
    return cron;
}

static void fields_become_masks(void **state)
{
    (void)state;
    assert_int_equal(parsed("* * * * *").minutes, (UINT64_C(1) << 60) - 1);
    assert_int_equal(parsed("0 * * * *").minutes, 1);
    assert_int_equal(parsed("*/15 * * * *").minutes, 1 | 1 << 15 | 1 << 30 | UINT64_C(1) << 45);
    assert_int_equal(parsed("5/20 * * * *").minutes, 1 << 5 | 1 << 25 | UINT64_C(1) << 45);
    assert_int_equal(parsed("1-3,7,50-59/4 * * * *").minutes,
                     2 | 4 | 8 | 128 | UINT64_C(1) << 50 | UINT64_C(1) << 54 | UINT64_C(1) << 58);
    assert_int_equal(parsed("0 0-23 * * *").hours, 0xffffff);
    assert_int_equal(parsed("0 0 31 * *").days, UINT32_C(1) << 31);
    assert_int_equal(parsed("0 0 * 1,12 *").months, 1 << 1 | 1 << 12);
    assert_int_equal(parsed("0 0 * jan-Mar *").months, 1 << 1 | 1 << 2 | 1 << 3);
    assert_int_equal(parsed("0 0 * * 1-5").weekdays, 0x3e);
    assert_int_equal(parsed("0 0 * * mon,FRI").weekdays, 0x22);
    assert_int_equal(parsed("0 0 * * 7").weekdays, 1);
    assert_int_equal(parsed("0 0 * * 5-7").weekdays, 0x61);
    assert_int_equal(parsed(" \t30  2 *  * * ").hours, 1 << 2);
}

static void errors_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned field;
    } CASES[] = {
        {"", 0},
        {"* * * *", 0},
        {"* * * * * *", 0},
        {"60 * * * *", 1},
        {"* 24 * * *", 2},
        {"* * 0 * *", 3},
        {"* * 32 * *", 3},
        {"* * * 13 * ", 4},
        {"* * * 0 *", 4},
        {"* * * * 8", 5},
        {"5-3 * * * *", 1},
        {"*/0 * * * *", 1},
        {"a * * * *", 1},
        {"1, * * * *", 1},
        {"1- * * * *", 1},
        {"-1 * * * *", 1},
        {"** * * * *", 1},
        {"1;2 * * * *", 1},
        {"*/ * * * *", 1},
        {"99999999999 * * * *", 1},
        {"* * * mond *", 4},
        {"@daily", 1},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct cron cron;
        unsigned field = 99;
        if (cron_parse(CASES[i].text, &cron, &field) != -EINVAL || field != CASES[i].field)
            fail_msg("\"%s\": field %u", CASES[i].text, field);
    }
}

static bool matches(const char *text, int year, unsigned month, unsigned day)
{
    const struct cron cron = parsed(text);
    return cron_matches_day(&cron, civil_to_days((struct civil_date){year, month, day}));
}

/* POSIX: where both are given, a day that matches either will do. */
static void days_and_weekdays(void **state)
{
    (void)state;
    assert_true(matches("0 0 13 * *", 2026, 11, 13));
    assert_false(matches("0 0 13 * *", 2026, 11, 14));
    assert_true(matches("0 0 * * 5", 2026, 11, 13));
    assert_true(matches("0 0 13 * 5", 2026, 11, 13));
    assert_true(matches("0 0 13 * 5", 2026, 10, 13)); /* a Tuesday */
    assert_true(matches("0 0 13 * 5", 2026, 11, 20)); /* a Friday */
    assert_false(matches("0 0 13 * 5", 2026, 11, 19));
    assert_true(matches("0 0 */2 * 5", 2026, 11, 13)); /* a star with a step: both */
    assert_false(matches("0 0 */2 * 5", 2026, 11, 20));
    assert_true(matches("0 0 29 2 *", 2028, 2, 29));
    assert_false(matches("0 0 29 2 *", 2028, 3, 29));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_become_masks),
        cmocka_unit_test(errors_are_named),
        cmocka_unit_test(days_and_weekdays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
