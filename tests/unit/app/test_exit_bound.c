/* Each end is a child's. */
#include "app/exit_bound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { CODE = 7, KEPT_CODE = 8 };

/* The code with which a child ends that hangs, or does not. */
static int end(bool hangs)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct exit_bound bound;
        int64_t now_us = clock_now_us(&clock_system);
        if (exit_bound_begin(&bound, hangs ? now_us : CLOCK_NEVER_US, CODE) < 0)
            _exit(1);
        while (hangs)
            pause();
        exit_bound_end(&bound);
        _exit(KEPT_CODE);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_a_program_that_hangs_is_killed(void **state)
{
    (void)state;
    assert_int_equal(end(true), CODE);
}

static void test_a_program_that_ends_is_not_killed(void **state)
{
    (void)state;
    assert_int_equal(end(false), KEPT_CODE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_program_that_hangs_is_killed),
        cmocka_unit_test(test_a_program_that_ends_is_not_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
