#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_zeroed(void **state)
{
    (void)state;
    struct thing {
        int numbers[16];
    } zero = {0};
    struct thing *things = mem_new_array(struct thing, 3);
    for (int i = 0; i < 3; i++)
        assert_memory_equal(&things[i], &zero, sizeof(zero));
    mem_free(things);
    mem_free(NULL);
}

static void test_strdup(void **state)
{
    (void)state;
    char original[] = "porch";
    char *copy = mem_strdup_or_die(original);
    original[0] = 'x';
    assert_string_equal(copy, "porch");
    mem_free(copy);
    assert_null(mem_strdup_or_die(NULL));
}

static void test_grow(void **state)
{
    (void)state;
    char *p = mem_try_realloc(NULL, 4);
    assert_non_null(p);
    memcpy(p, "abc", 4);
    p = mem_try_realloc(p, 4000);
    assert_non_null(p);
    assert_string_equal(p, "abc");
    mem_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeroed),
        cmocka_unit_test(test_strdup),
        cmocka_unit_test(test_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
