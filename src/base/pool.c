#include "base/pool.h"

#include <errno.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/thread.h"

enum { DEFAULT_THREADS = 2, DEFAULT_MAX_QUEUED = 64 };

struct pool {
    struct waker waker;     /* immutable */
    unsigned max_queued;    /* immutable */
    struct thread *threads; /* n_threads of them; the owner's */
    unsigned n_threads;

    struct lock lock;
    struct lock_cond cond;        /* something is queued, or ends */
    struct list queued, finished; /* of struct pool_work.node; this and below: guarded by lock */
    unsigned n_queued;
    bool ends;
};

static struct pool_work *first_of(struct list *head)
{
    struct pool_work *work = list_entry(head->next, struct pool_work, node);
    list_remove(&work->node);
    return work;
}

/* NULL: the pool ends, and nothing is left. */
static struct pool_work *wait_for_work(struct pool *pool)
{
    struct pool_work *work = NULL;
    lock_take(&pool->lock);
    while (list_empty(&pool->queued) && !pool->ends)
        lock_cond_wait(&pool->cond, &pool->lock, CLOCK_NEVER_US);
    if (!list_empty(&pool->queued)) {
        work = first_of(&pool->queued);
        pool->n_queued--;
    }
    if (!list_empty(&pool->queued) || pool->ends)
        lock_cond_signal(&pool->cond); /* for the next thread */
    lock_drop(&pool->lock);
    return work;
}

static void *run(void *ctx)
{
    struct pool *pool = ctx;
    for (struct pool_work *work; (work = wait_for_work(pool));) {
        work->run(work);
        lock_take(&pool->lock);
        list_append(&pool->finished, &work->node);
        lock_drop(&pool->lock);
        waker_wake(&pool->waker);
    }
    return NULL;
}

int pool_create(const struct pool_params *params, struct pool **ret_pool)
{
    const unsigned wanted = params->threads ? params->threads : DEFAULT_THREADS;
    struct pool *pool = mem_new(struct pool);
    pool->waker = params->waker;
    pool->max_queued = params->max_queued ? params->max_queued : DEFAULT_MAX_QUEUED;
    pool->threads = mem_new_array(struct thread, wanted);
    lock_init(&pool->lock, LOCK_RANK_POOL);
    lock_cond_init(&pool->cond);
    list_init(&pool->queued);
    list_init(&pool->finished);
    int r = 0;
    while (r == 0 && pool->n_threads < wanted) {
        char name[32];
        snprintf(name, sizeof(name), "%.12s-%u", params->name, pool->n_threads);
        r = thread_start(&pool->threads[pool->n_threads], name, run, pool);
        pool->n_threads += r == 0;
    }
    if (r < 0)
        goto fail;
    *ret_pool = pool;
    return 0;
fail:
    pool_destroy(pool);
    return r;
}

void pool_destroy(struct pool *pool)
{
    if (!pool)
        return;
    lock_take(&pool->lock);
    pool->ends = true;
    lock_cond_signal(&pool->cond);
    lock_drop(&pool->lock);
    for (unsigned i = 0; i < pool->n_threads; i++)
        thread_join(&pool->threads[i]);
    pool_reap(pool);
    lock_cond_finish(&pool->cond);
    lock_finish(&pool->lock);
    mem_free(pool->threads);
    mem_free(pool);
}

int pool_submit(struct pool *pool, struct pool_work *work)
{
    lock_take(&pool->lock);
    int r = pool->ends ? -ESHUTDOWN : pool->n_queued >= pool->max_queued ? -EAGAIN : 0;
    if (r == 0) {
        list_append(&pool->queued, &work->node);
        pool->n_queued++;
        lock_cond_signal(&pool->cond);
    }
    lock_drop(&pool->lock);
    return r;
}

void pool_reap(struct pool *pool)
{
    for (;;) {
        struct pool_work *work = NULL;
        lock_take(&pool->lock);
        if (!list_empty(&pool->finished))
            work = first_of(&pool->finished);
        lock_drop(&pool->lock);
        if (!work)
            return;
        work->done(work);
    }
}
