/* A named thread, with every signal blocked: signals are handled by the loop. The thread that
 * started it joins it. */
#pragma once
#include <pthread.h>

struct thread {
    pthread_t id;
};

/* name: up to 15 bytes, shown by top and gdb. -EAGAIN: thread creation failed. */
int thread_start(struct thread *thread, const char *name, void *(*run)(void *ctx), void *ctx)
    __attribute__((warn_unused_result));

/* Waits until run has returned. */
void thread_join(struct thread *thread);
