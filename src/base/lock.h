/* A mutex with a rank. A thread takes locks in rising rank only; debug builds assert it, so that a
 * lock order which could deadlock fails in the first test that takes it. Any thread. The ranks are
 * listed in ARCHITECTURE.md. */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum lock_rank {
    LOCK_RANK_EXIT = 5,    /* app: that the process's end is over */
    LOCK_RANK_HUB = 10,    /* stream/hub: a publisher pokes its watchers under it */
    LOCK_RANK_WORKER = 20, /* transcode: what the hub pokes and what the loop asks of the worker */
    LOCK_RANK_STORE = 30,  /* store: the writer's queue */
    LOCK_RANK_SOURCE = 40, /* camera: what a source's thread and the loop share */
    LOCK_RANK_LINE = 45,   /* camera: a helper's socket, whoever sends */
    LOCK_RANK_INBOX = 50,  /* base/inbox: what threads post to one another */
};

struct lock {
    pthread_mutex_t mutex;
    enum lock_rank rank;
};

void lock_init(struct lock *lock, enum lock_rank rank);
void lock_finish(struct lock *lock);
void lock_take(struct lock *lock);
void lock_drop(struct lock *lock);

/* A condition on the monotonic clock. */
struct lock_cond {
    pthread_cond_t cond;
};

void lock_cond_init(struct lock_cond *cond);
void lock_cond_finish(struct lock_cond *cond);
void lock_cond_signal(struct lock_cond *cond);

/* Waits, with the lock held, for a signal or until deadline_us (monotonic; CLOCK_NEVER_US waits for
 * ever). False when the deadline passed. Wakes spuriously: check the condition again. */
bool lock_cond_wait(struct lock_cond *cond, struct lock *lock, int64_t deadline_us);
