#include "app/exit_bound.h"

#include <unistd.h>

#include "base/log.h"

static void *run(void *ctx)
{
    struct exit_bound *bound = ctx;
    bool has_time = true;
    lock_take(&bound->lock);
    while (!bound->is_over && has_time)
        has_time = lock_cond_wait(&bound->cond, &bound->lock, bound->deadline_us);
    bool is_over = bound->is_over;
    lock_drop(&bound->lock);
    if (is_over)
        return NULL;
    log_warn("app", NULL, "stopped without waiting for a camera that does not answer");
    _exit(bound->code);
}

static void finish(struct exit_bound *bound)
{
    lock_cond_finish(&bound->cond);
    lock_finish(&bound->lock);
}

int exit_bound_begin(struct exit_bound *bound, int64_t deadline_us, int code)
{
    *bound = (struct exit_bound){.deadline_us = deadline_us, .code = code};
    lock_init(&bound->lock, LOCK_RANK_EXIT);
    lock_cond_init(&bound->cond);
    int r = thread_start(&bound->thread, "exit bound", run, bound);
    if (r < 0)
        finish(bound);
    return r;
}

void exit_bound_end(struct exit_bound *bound)
{
    lock_take(&bound->lock);
    bound->is_over = true;
    lock_cond_signal(&bound->cond);
    lock_drop(&bound->lock);
    thread_join(&bound->thread);
    finish(bound);
}
