#include "base/thread.h"

#include <errno.h>
#include <signal.h>

int thread_start(struct thread *thread, const char *name, void *(*run)(void *ctx), void *ctx)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* the new thread inherits the mask */
    int error = pthread_create(&thread->id, NULL, run, ctx);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (error)
        return -EAGAIN;
    pthread_setname_np(thread->id, name); /* a name that is too long is not set; harmless */
    return 0;
}

int thread_start_detached(const char *name, void *(*run)(void *ctx), void *ctx)
{
    struct thread thread;
    int r = thread_start(&thread, name, run, ctx);
    if (r == 0)
        pthread_detach(thread.id);
    return r;
}

void thread_join(struct thread *thread)
{
    pthread_join(thread->id, NULL);
}
