#include "api/file_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_ranges_of_a_thousand_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum file_range wanted;
        uint64_t from, until;
    } ROWS[] = {
        {"", FILE_RANGE_WHOLE, 0, 0},
        {"bytes=0-", FILE_RANGE_PART, 0, 1000},
        {"bytes=0-0", FILE_RANGE_PART, 0, 1},
        {"bytes=10-19", FILE_RANGE_PART, 10, 20},
        {"bytes=999-", FILE_RANGE_PART, 999, 1000},
        {"bytes=10-5000", FILE_RANGE_PART, 10, 1000},
        {"bytes=10-9999999999999999999", FILE_RANGE_PART, 10, 1000},
        {"bytes=-1", FILE_RANGE_PART, 999, 1000},
        {"bytes=-5000", FILE_RANGE_PART, 0, 1000},
        {"bytes=1000-", FILE_RANGE_IMPOSSIBLE, 0, 0},
        {"bytes=-0", FILE_RANGE_IMPOSSIBLE, 0, 0},
        {"bytes=20-10", FILE_RANGE_WHOLE, 0, 0},
        {"bytes=0-1,5-6", FILE_RANGE_WHOLE, 0, 0},
        {"bytes=-", FILE_RANGE_WHOLE, 0, 0},
        {"bytes=", FILE_RANGE_WHOLE, 0, 0},
        {"bytes=a-b", FILE_RANGE_WHOLE, 0, 0},
        {"bytes=5", FILE_RANGE_WHOLE, 0, 0},
        {"bytes=99999999999999999999-", FILE_RANGE_WHOLE, 0, 0},
        {"items=0-5", FILE_RANGE_WHOLE, 0, 0},
    };
    for (unsigned i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
        uint64_t from = 7, until = 7;
        if (file_range_parse(ROWS[i].header, 1000, &from, &until) != ROWS[i].wanted)
            fail_msg("%s", ROWS[i].header);
        assert_int_equal(from, ROWS[i].wanted == FILE_RANGE_PART ? ROWS[i].from : 7);
        assert_int_equal(until, ROWS[i].wanted == FILE_RANGE_PART ? ROWS[i].until : 7);
    }
}

static void test_an_empty_file(void **state)
{
    (void)state;
    uint64_t from, until;
    assert_int_equal(file_range_parse("bytes=0-", 0, &from, &until), FILE_RANGE_IMPOSSIBLE);
    assert_int_equal(file_range_parse("bytes=-5", 0, &from, &until), FILE_RANGE_IMPOSSIBLE);
    assert_int_equal(file_range_parse("", 0, &from, &until), FILE_RANGE_WHOLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_of_a_thousand_bytes),
        cmocka_unit_test(test_an_empty_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
