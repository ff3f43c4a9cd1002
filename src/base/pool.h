/* A small bounded pool of threads, for what would stall the loop: disks, hashes, lists, films.
 *
 * One owner submits and is called back on its own thread (the loop's): pool_reap calls
 * done() of what is finished, and the waker says when that is due. Works begin in the order in
 * which they were submitted; with more than one thread they may end in a different order. */
#pragma once
#include <stdbool.h>

#include "base/list.h"
#include "base/waker.h"

struct pool;

/* Embedded in what the work needs. The pool borrows it from pool_submit until done() is called. */
struct pool_work {
    struct list node;                     /* the pool's */
    void (*run)(struct pool_work *work);  /* on a thread of the pool; may block */
    void (*done)(struct pool_work *work); /* on the owner's thread; may submit, and free the work */
};

struct pool_params {
    const char *name;    /* of its threads, up to 12 bytes; a number follows */
    unsigned threads;    /* 0 = 2 */
    unsigned max_queued; /* works that wait for a thread; 0 = 64 */
    struct waker waker;  /* called from any thread when pool_reap has something to do */
};

/* -EAGAIN: thread creation failed. */
int pool_create(const struct pool_params *params, struct pool **ret_pool)
    __attribute__((warn_unused_result));

/* Completes all waiting and running works, calls their done(), and ends the threads.
 * done() may not submit any more: pool_submit then returns -ESHUTDOWN. Takes NULL. */
void pool_destroy(struct pool *pool);

/* -EAGAIN: max_queued is reached; -ESHUTDOWN: the pool ends. The work is then untouched. */
int pool_submit(struct pool *pool, struct pool_work *work) __attribute__((warn_unused_result));

/* Calls done() of every work that is finished. */
void pool_reap(struct pool *pool);
