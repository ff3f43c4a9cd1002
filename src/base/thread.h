/* A named thread, with every signal blocked: signals are handled by the loop. */
#pragma once
#include <pthread.h>

struct thread {
    pthread_t id;
};

/* name: up to 15 bytes, shown by top and gdb. -EAGAIN: thread creation failed. */
int thread_start(struct thread *thread, const char *name, void *(*run)(void *ctx), void *ctx)
    __attribute__((warn_unused_result));

/* The same for a thread that is never joined: run itself must signal its end. */
int thread_start_detached(const char *name, void *(*run)(void *ctx), void *ctx)
    __attribute__((warn_unused_result));

/* Waits until run has returned. */
void thread_join(struct thread *thread);
