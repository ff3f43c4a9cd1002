/* A thread with a name, and with every signal blocked: signals are the loop's. The thread that
 * started it joins it. */
#pragma once
#include <pthread.h>

struct thread {
    pthread_t id;
};

/* name: up to 15 bytes, shown by top and gdb. -EAGAIN: no thread to be had. */
int thread_start(struct thread *thread, const char *name, void *(*run)(void *ctx), void *ctx)
    __attribute__((warn_unused_result));

/* Waits until run has returned. */
void thread_join(struct thread *thread);
