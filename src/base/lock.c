#include "base/lock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

#ifndef NDEBUG
/* The ranks held by this thread, lowest first. Locks may be dropped in any order. */
enum { MAX_HELD = 8 };
static _Thread_local enum lock_rank held[MAX_HELD];
static _Thread_local unsigned n_held;

static void held_push(enum lock_rank rank)
{
    assert(n_held < MAX_HELD);
    assert(n_held == 0 || held[n_held - 1] < rank);
    held[n_held++] = rank;
}

static void held_pop(enum lock_rank rank)
{
    unsigned i = n_held;
    while (i > 0 && held[i - 1] != rank)
        i--;
    assert(i > 0);
    for (; i < n_held; i++)
        held[i - 1] = held[i];
    n_held--;
}
#else
static void held_push(enum lock_rank rank)
{
    (void)rank;
}

static void held_pop(enum lock_rank rank)
{
    (void)rank;
}
#endif

/* These calls fail only if they are misused. */
static void must(int error)
{
    if (error)
        abort();
}

void lock_init(struct lock *lock, enum lock_rank rank)
{
    must(pthread_mutex_init(&lock->mutex, NULL));
    lock->rank = rank;
}

void lock_finish(struct lock *lock)
{
    must(pthread_mutex_destroy(&lock->mutex));
}

void lock_take(struct lock *lock)
{
    held_push(lock->rank);
    must(pthread_mutex_lock(&lock->mutex));
}

void lock_drop(struct lock *lock)
{
    held_pop(lock->rank); /* first: the next thread to lock it may free it */
    must(pthread_mutex_unlock(&lock->mutex));
}

void lock_cond_init(struct lock_cond *cond)
{
    pthread_condattr_t attr;
    must(pthread_condattr_init(&attr));
    must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
    must(pthread_cond_init(&cond->cond, &attr));
    must(pthread_condattr_destroy(&attr));
}

void lock_cond_finish(struct lock_cond *cond)
{
    must(pthread_cond_destroy(&cond->cond));
}

void lock_cond_signal(struct lock_cond *cond)
{
    must(pthread_cond_signal(&cond->cond));
}

bool lock_cond_wait(struct lock_cond *cond, struct lock *lock, int64_t deadline_us)
{
    if (deadline_us == CLOCK_NEVER_US) {
        must(pthread_cond_wait(&cond->cond, &lock->mutex));
        return true;
    }
    if (deadline_us < 0) /* long past; timespec has no negative nanoseconds */
        deadline_us = 0;
    struct timespec until = {.tv_sec = deadline_us / US_PER_S,
                             .tv_nsec = deadline_us % US_PER_S * 1000};
    int error = pthread_cond_timedwait(&cond->cond, &lock->mutex, &until);
    if (error != ETIMEDOUT)
        must(error);
    return error == 0;
}
