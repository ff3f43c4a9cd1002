#include "base/waker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void count(void *ctx)
{
    ++*(int *)ctx;
}

static void test_wake(void **state)
{
    (void)state;
    int n = 0;
    const struct waker waker = {.wake = count, .ctx = &n}, nobody = {0};
    waker_wake(&waker);
    waker_wake(&waker);
    waker_wake(&nobody);
    assert_int_equal(n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_wake)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
