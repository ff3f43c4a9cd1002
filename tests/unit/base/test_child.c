/* A program of our own beside the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"

enum { FOR_EVER_MS = 3600 * 1000 };

static struct child start(const char *program, const char *argument)
{
    const char *const argv[] = {program, argument, NULL};
    struct child child;
    assert_int_equal(child_start(argv, STDERR_FILENO, STDERR_FILENO, &child), 0);
    return child;
}

static void test_its_end_is_waited_for(void **state)
{
    (void)state;
    struct child child = start("false", NULL);
    int status = child_finish(&child, FOR_EVER_MS, -1);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_int_equal(child.pid, 0);
    assert_int_equal(child_finish(&child, FOR_EVER_MS, -1), 0);
}

static void test_patience_ends(void **state)
{
    (void)state;
    struct child child = start("sleep", "3600");
    int status = child_finish(&child, 0, -1);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void test_patience_ends_in_a_hurry(void **state)
{
    (void)state;
    int hurry = eventfd(1, EFD_CLOEXEC);
    struct child child = start("sleep", "3600");
    int status = child_finish(&child, FOR_EVER_MS, hurry);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    close(hurry);
}

static void test_no_such_program(void **state)
{
    (void)state;
    struct child child;
    const char *const argv[] = {"/nowhere/program", NULL};
    assert_int_equal(child_start(argv, STDERR_FILENO, STDERR_FILENO, &child), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_its_end_is_waited_for),
        cmocka_unit_test(test_patience_ends),
        cmocka_unit_test(test_patience_ends_in_a_hurry),
        cmocka_unit_test(test_no_such_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
