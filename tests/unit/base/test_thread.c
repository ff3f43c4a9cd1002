#include "base/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>

struct seen {
    char name[16];
    sigset_t mask;
};

static void *look(void *ctx)
{
    struct seen *seen = ctx;
    pthread_sigmask(SIG_SETMASK, NULL, &seen->mask);
    return NULL;
}

static void test_signals(void **state)
{
    (void)state;
    struct thread thread;
    struct seen seen;
    sigset_t before, after;
    sigemptyset(&before);
    sigaddset(&before, SIGUSR2);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    assert_int_equal(thread_start(&thread, "looker", look, &seen), 0);
    thread_join(&thread);
    static const int blocked[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGALRM, SIGCHLD, SIGPIPE};
    for (size_t i = 0; i < sizeof(blocked) / sizeof(blocked[0]); i++)
        assert_true(sigismember(&seen.mask, blocked[i]));
    /* The caller's mask is unchanged. */
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    assert_true(sigismember(&after, SIGUSR2));
    assert_false(sigismember(&after, SIGTERM));
}

static void *nothing(void *ctx)
{
    return ctx;
}

static void test_long_name(void **state)
{
    (void)state;
    struct thread thread;
    assert_int_equal(thread_start(&thread, "a name of more than 15 bytes", nothing, NULL), 0);
    thread_join(&thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_long_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
