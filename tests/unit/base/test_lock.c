#include "base/lock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { N_LOCKS = 3 };
static const enum lock_rank RANKS[N_LOCKS] = {LOCK_RANK_HUB, LOCK_RANK_WORKER, LOCK_RANK_STORE};

/* Runs a script on fresh locks in a child: 'a' to 'c' takes a lock, 'A' to 'C' drops it. Returns
 * the signal that ended the child, 0 when it lived. */
static int run(const char *script)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct lock locks[N_LOCKS];
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        for (int i = 0; i < N_LOCKS; i++)
            lock_init(&locks[i], RANKS[i]);
        for (const char *p = script; *p; p++) {
            if (*p >= 'a')
                lock_take(&locks[*p - 'a']);
            else
                lock_drop(&locks[*p - 'A']);
        }
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void test_ranks(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int signal;
    } rows[] = {
        {"", 0},           {"aAaA", 0},      {"abcCBA", 0},
        {"abcABC", 0}, /* dropped in any order */
        {"acC", 0},    /* ranks may be left out */
        {"abAcBC", 0},     {"ba", SIGABRT},  {"ca", SIGABRT},
        {"cb", SIGABRT},   {"acb", SIGABRT}, {"abBcb", SIGABRT},
        {"aa", SIGABRT}, /* itself: would wait for ever */
        {"abBa", SIGABRT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (run(rows[i].script) != rows[i].signal)
            fail_msg("\"%s\" does not end with %d", rows[i].script, rows[i].signal);
}

/* What one thread holds is nothing to another one. */
static void *take_low(void *ctx)
{
    lock_take(ctx);
    lock_drop(ctx);
    return NULL;
}

static void test_ranks_are_per_thread(void **state)
{
    (void)state;
    struct lock low, high;
    lock_init(&low, LOCK_RANK_HUB);
    lock_init(&high, LOCK_RANK_STORE);
    lock_take(&high);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_low, &low), 0);
    pthread_join(thread, NULL);
    lock_drop(&high);
    lock_finish(&low);
    lock_finish(&high);
}

struct shared {
    struct lock lock;
    struct lock_cond cond;
    int turn, sum;
};

enum { N_TURNS = 500 };

static void *answer(void *ctx)
{
    struct shared *s = ctx;
    lock_take(&s->lock);
    for (int i = 0; i < N_TURNS; i++) {
        while (s->turn != 1)
            (void)lock_cond_wait(&s->cond, &s->lock, CLOCK_NEVER_US);
        s->sum++;
        s->turn = 0;
        lock_cond_signal(&s->cond);
    }
    lock_drop(&s->lock);
    return NULL;
}

static void test_turns(void **state)
{
    (void)state;
    struct shared s = {0};
    lock_init(&s.lock, LOCK_RANK_WORKER);
    lock_cond_init(&s.cond);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, answer, &s), 0);
    lock_take(&s.lock);
    for (int i = 0; i < N_TURNS; i++) {
        s.turn = 1;
        lock_cond_signal(&s.cond);
        while (s.turn != 0)
            (void)lock_cond_wait(&s.cond, &s.lock, CLOCK_NEVER_US);
    }
    assert_int_equal(s.sum, N_TURNS);
    lock_drop(&s.lock);
    pthread_join(thread, NULL);
    lock_cond_finish(&s.cond);
    lock_finish(&s.lock);
}

/* Two users; the last one frees it, while the other one may still be in lock_drop. */
struct counted {
    struct lock lock;
    int users; /* guarded by lock */
};

static void *leave(void *ctx)
{
    struct counted *counted = ctx;
    lock_take(&counted->lock);
    bool is_last = --counted->users == 0;
    lock_drop(&counted->lock);
    if (is_last) {
        lock_finish(&counted->lock);
        free(counted);
    }
    return NULL;
}

static void test_the_last_user_frees_it(void **state)
{
    (void)state;
    for (int i = 0; i < N_TURNS; i++) {
        struct counted *counted = malloc(sizeof(*counted));
        assert_non_null(counted);
        lock_init(&counted->lock, LOCK_RANK_WORKER);
        counted->users = 2;
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, leave, counted), 0);
        leave(counted);
        pthread_join(thread, NULL);
    }
}

static void test_deadlines(void **state)
{
    (void)state;
    struct lock lock;
    struct lock_cond cond;
    lock_init(&lock, LOCK_RANK_WORKER);
    lock_cond_init(&cond);
    lock_take(&lock);
    /* Deadlines of the past, before the clock's start too. */
    assert_false(lock_cond_wait(&cond, &lock, 0));
    assert_false(lock_cond_wait(&cond, &lock, -1));
    assert_false(lock_cond_wait(&cond, &lock, INT64_MIN));
    /* Not before its time, on the monotonic clock. */
    int64_t deadline_us = clock_now_us(&clock_system) + 20 * US_PER_MS;
    while (lock_cond_wait(&cond, &lock, deadline_us)) {
    }
    assert_true(clock_now_us(&clock_system) >= deadline_us);
    lock_drop(&lock);
    lock_cond_finish(&cond);
    lock_finish(&lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef NDEBUG
        cmocka_unit_test(test_ranks),
#endif
        cmocka_unit_test(test_ranks_are_per_thread),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_the_last_user_frees_it),
        cmocka_unit_test(test_deadlines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
