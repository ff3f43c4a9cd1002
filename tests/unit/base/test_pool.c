/* The pool: order, bounds, cancelling, the end; then everything at once. What happens when is
 * decided by gates, not by time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/pool.h"

/* A work that waits at its gate. */
struct job {
    struct pool_work work;
    struct gate *gate;
    struct pool *pool;
    unsigned ran, done; /* ran: on the pool's thread, read after done */
    pthread_t thread;
    bool again;
};

struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool open;
    unsigned entered, woken;
};

static struct gate gate;

static void wake(void *ctx)
{
    (void)ctx;
    pthread_mutex_lock(&gate.mutex);
    gate.woken++;
    pthread_cond_broadcast(&gate.cond);
    pthread_mutex_unlock(&gate.mutex);
}

static void open_gate(bool open)
{
    pthread_mutex_lock(&gate.mutex);
    gate.open = open;
    pthread_cond_broadcast(&gate.cond);
    pthread_mutex_unlock(&gate.mutex);
}

static void await(const unsigned *count, unsigned at_least)
{
    pthread_mutex_lock(&gate.mutex);
    while (*count < at_least)
        pthread_cond_wait(&gate.cond, &gate.mutex);
    pthread_mutex_unlock(&gate.mutex);
}

static void run(struct pool_work *work)
{
    struct job *job = list_entry(work, struct job, work);
    pthread_mutex_lock(&gate.mutex);
    gate.entered++;
    pthread_cond_broadcast(&gate.cond);
    while (!gate.open)
        pthread_cond_wait(&gate.cond, &gate.mutex);
    pthread_mutex_unlock(&gate.mutex);
    job->thread = pthread_self();
    job->ran++;
}

static void done(struct pool_work *work)
{
    struct job *job = list_entry(work, struct job, work);
    job->done++;
    if (job->again && pool_submit(job->pool, work) == 0)
        job->again = false;
}

static struct job job_of(struct pool *pool)
{
    return (struct job){.work = {.run = run, .done = done}, .pool = pool};
}

static struct pool *begin(unsigned threads, unsigned max_queued, bool open)
{
    struct pool *pool;
    gate = (struct gate){.mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};
    gate.open = open;
    const struct pool_params params = {
        .name = "test", .threads = threads, .max_queued = max_queued, .waker = {.wake = wake}};
    assert_int_equal(pool_create(&params, &pool), 0);
    return pool;
}

static void test_runs_elsewhere_and_tells_here(void **state)
{
    (void)state;
    struct pool *pool = begin(1, 0, true);
    struct job job = job_of(pool);
    assert_int_equal(pool_submit(pool, &job.work), 0);
    await(&gate.woken, 1);
    assert_int_equal(job.done, 0); /* not before the owner asks */
    pool_reap(pool);
    assert_int_equal(job.ran, 1);
    assert_int_equal(job.done, 1);
    assert_false(pthread_equal(job.thread, pthread_self()));
    pool_reap(pool);
    assert_int_equal(job.done, 1);
    pool_destroy(pool);
    pool_destroy(NULL);
}

static void test_bounded_queue(void **state)
{
    (void)state;
    struct pool *pool = begin(1, 2, false);
    struct job jobs[4];
    for (unsigned i = 0; i < 4; i++)
        jobs[i] = job_of(pool);
    assert_int_equal(pool_submit(pool, &jobs[0].work), 0);
    await(&gate.entered, 1); /* it waits no more: it is at work */
    assert_int_equal(pool_submit(pool, &jobs[1].work), 0);
    assert_int_equal(pool_submit(pool, &jobs[2].work), 0);
    assert_int_equal(pool_submit(pool, &jobs[3].work), -EAGAIN);
    open_gate(true);
    await(&gate.woken, 3);
    pool_reap(pool);
    assert_int_equal(pool_submit(pool, &jobs[3].work), 0);
    pool_destroy(pool);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(jobs[i].ran, 1);
        assert_int_equal(jobs[i].done, 1);
    }
}

/* Accepted jobs are always completed. */
static void test_the_end_drains(void **state)
{
    (void)state;
    enum { JOBS = 20 };
    struct pool *pool = begin(3, 0, true);
    struct job jobs[JOBS];
    for (unsigned i = 0; i < JOBS; i++) {
        jobs[i] = job_of(pool);
        jobs[i].again = true; /* refused: the pool ends */
        assert_int_equal(pool_submit(pool, &jobs[i].work), 0);
    }
    pool_destroy(pool);
    for (unsigned i = 0; i < JOBS; i++) {
        assert_int_equal(jobs[i].ran, 1);
        assert_int_equal(jobs[i].done, 1);
        assert_true(jobs[i].again);
    }
}

static void test_done_may_submit_again(void **state)
{
    (void)state;
    struct pool *pool = begin(2, 0, true);
    struct job job = job_of(pool);
    job.again = true;
    assert_int_equal(pool_submit(pool, &job.work), 0);
    await(&gate.woken, 1);
    pool_reap(pool);
    await(&gate.woken, 2);
    pool_reap(pool);
    assert_int_equal(job.ran, 2);
    assert_int_equal(job.done, 2);
    pool_destroy(pool);
}

/* For the thread sanitizer: submitting and reaping while four threads work. */
static void test_many(void **state)
{
    (void)state;
    enum { JOBS = 2000 };
    static struct job jobs[JOBS];
    struct pool *pool = begin(4, 16, true);
    unsigned accepted = 0;
    for (unsigned i = 0; i < JOBS; i++) {
        jobs[i] = job_of(pool);
        while (pool_submit(pool, &jobs[i].work) == -EAGAIN)
            pool_reap(pool);
        accepted++;
    }
    pool_destroy(pool);
    unsigned ran = 0;
    for (unsigned i = 0; i < JOBS; i++) {
        assert_int_equal(jobs[i].ran, jobs[i].done);
        ran += jobs[i].ran;
    }
    assert_int_equal(ran, accepted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_elsewhere_and_tells_here),
        cmocka_unit_test(test_bounded_queue),
        cmocka_unit_test(test_the_end_drains),
        cmocka_unit_test(test_done_may_submit_again),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
