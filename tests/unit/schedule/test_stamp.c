#include "schedule/stamp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"

static void instants_are_written_in_their_zone(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        int32_t offset_s;
        const char *text;
    } CASES[] = {
        {0, 0, "1970-01-01T00:00:00Z"},
        {INT64_C(1796110990012000), 0, "2026-12-01T07:43:10.012Z"},
        {INT64_C(1796110990000000), 3600, "2026-12-01T08:43:10+01:00"},
        {INT64_C(1796110990000000), -12600, "2026-12-01T04:13:10-03:30"},
        {INT64_C(1796110990000000), 86400 / 2, "2026-12-01T19:43:10+12:00"},
        {INT64_C(-1000), 0, "1969-12-31T23:59:59.999Z"},
        {INT64_C(1709164800000000), 0, "2024-02-29T00:00:00Z"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char text[STAMP_MAX_BYTES];
        int64_t us = 1;
        stamp_format(CASES[i].us, CASES[i].offset_s, text);
        assert_string_equal(text, CASES[i].text);
        assert_int_equal(stamp_parse(text, &us), 0);
        assert_true(us == CASES[i].us);
    }
}

/* Offsets of before there were zones have seconds, which RFC 3339 does not know. */
static void an_offset_counts_to_the_minute(void **state)
{
    (void)state;
    char text[STAMP_MAX_BYTES];
    int64_t us;
    stamp_format(60 * US_PER_S, 1050, text);
    assert_string_equal(text, "1970-01-01T00:18:00+00:17");
    assert_int_equal(stamp_parse(text, &us), 0);
    assert_true(us == 60 * US_PER_S);
}

static void invalid_instants_are_refused(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"",
                                        "2026-12-01",
                                        "2026-12-01T07:43:10",
                                        "2026-12-01 07:43:10Z",
                                        "2026-13-01T07:43:10Z",
                                        "2026-02-29T07:43:10Z",
                                        "2026-12-01T24:00:00Z",
                                        "2026-12-01T07:43:10z",
                                        "2026-12-01T07:43:10+1:00",
                                        "2026-12-01T07:43:10Z ",
                                        "2026-12-01T07:43:10+01:00Z"};
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        int64_t us;
        if (stamp_parse(TEXTS[i], &us) != -EINVAL)
            fail_msg("%s", TEXTS[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_are_written_in_their_zone),
        cmocka_unit_test(an_offset_counts_to_the_minute),
        cmocka_unit_test(invalid_instants_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
