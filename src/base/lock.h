/* A mutex with a rank. A thread takes locks in rising rank only; debug builds assert it, so that a
 * lock order that could deadlock fails in the first test that uses it. Any thread. ARCHITECTURE.md
 * lists the ranks. */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum lock_rank {
    LOCK_RANK_EXIT = 5,    /* app: the exit bound's state */
    LOCK_RANK_HUB = 10,    /* stream/hub: a publisher pokes its readers under it */
    LOCK_RANK_WORKER = 20, /* transcode: between the hub, the loop and the worker */
    LOCK_RANK_STORE = 30,  /* store: the writer's queue */
    LOCK_RANK_POOL = 35,   /* base/pool: its queue */
    LOCK_RANK_SOURCE = 40, /* camera: shared by a source's thread and the loop */
    LOCK_RANK_LINE = 45,   /* camera: a helper's socket, for sending */
    LOCK_RANK_INBOX = 50,  /* base/inbox: messages between threads */
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

/* Waits, with the lock held, for a signal or until deadline_us (monotonic; CLOCK_NEVER_US waits
 * forever). False once the deadline has passed. Wake-ups may be spurious: check the condition
 * again. */
bool lock_cond_wait(struct lock_cond *cond, struct lock *lock, int64_t deadline_us);
