#include "service/problem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_type_has_its_own_name_and_a_status(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PROBLEM_TYPES; i++) {
        assert_true(strlen(problem_name(i)) > 0);
        assert_true(strlen(problem_title(i)) > 0);
        assert_in_range(problem_status(i), 400, 599);
        struct problem problem;
        assert_true(problem_set(&problem, i, NULL, "x") < 0);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(problem_name(i), problem_name(k));
    }
}

static void details_are_cut_and_never_inside_a_character(void **state)
{
    char detail[1024];
    struct problem problem;
    (void)state;
    for (size_t i = 0; i + 2 < sizeof(detail); i += 2)
        memcpy(detail + i, "\xc3\xa9", 3);
    assert_int_equal(problem_set(&problem, PROBLEM_INVALID, "porch", "x%s", detail), -EINVAL);
    assert_string_equal(problem.camera, "porch");
    assert_int_equal(problem.type, PROBLEM_INVALID);
    const size_t len = strlen(problem.detail);
    assert_in_range(len, 500, PROBLEM_DETAIL_MAX_BYTES - 1);
    assert_int_equal(len % 2, 1); /* one letter, and whole characters of two bytes */
}

static void a_failed_write_reports_its_cause(void **state)
{
    struct problem problem;
    (void)state;
    (void)problem_not_stored(&problem, "porch", -ENOSPC);
    assert_int_equal(problem.type, PROBLEM_DISK_FULL);
    assert_int_equal(problem_status(problem.type), 507);
    (void)problem_not_stored(&problem, "porch", -EIO);
    assert_int_equal(problem.type, PROBLEM_NOT_STORED);
    assert_int_equal(problem_status(problem.type), 500);
    assert_non_null(strstr(problem.detail, strerror(EIO)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_its_own_name_and_a_status),
        cmocka_unit_test(details_are_cut_and_never_inside_a_character),
        cmocka_unit_test(a_failed_write_reports_its_cause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
