/* The minutes of watching: collected on the loop, written and read on a pool of one thread, many at
 * a time. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "guard/post.h"

struct minutes_job {
    struct pool_work work;
    struct guard *guard;
    char folder[MAPS_PATH_MAX_BYTES / 2];
    char camera[CAMERA_ID_MAX + 1];
    int error;
    /* Of a write. */
    struct maps_record records[POST_MINUTES_MAX];
    unsigned n;
    /* Of a question. */
    struct maps_query query;
    struct maps_answer answer;
    void (*done)(void *ctx, int error, const struct maps_answer *answer);
    void *ctx;
};

static struct minutes_job *create(struct guard *guard, const char *camera,
                                  void (*run)(struct pool_work *work),
                                  void (*done)(struct pool_work *work))
{
    struct minutes_job *job = mem_new(struct minutes_job);
    job->guard = guard;
    job->work = (struct pool_work){.run = run, .done = done};
    snprintf(job->folder, sizeof(job->folder), "%s", guard->maps_folder);
    snprintf(job->camera, sizeof(job->camera), "%s", camera);
    return job;
}

static int submit(struct minutes_job *job)
{
    const int r = pool_submit(job->guard->maps_pool, &job->work);
    if (r < 0)
        mem_free(job);
    return r;
}

/* --- Writing. --- */

static void write_minutes(struct pool_work *work)
{
    struct minutes_job *job = list_entry(work, struct minutes_job, work);
    job->error = maps_append(job->folder, job->camera, job->records, job->n);
}

static void written(struct pool_work *work)
{
    struct minutes_job *job = list_entry(work, struct minutes_job, work);
    if (job->error && job->error != job->guard->maps_error)
        log_error("motion", job->camera, "cannot write minutes of watching: %s",
                  strerror(-job->error));
    job->guard->maps_error = job->error;
    mem_free(job);
}

static void flush(struct post *post)
{
    struct guard *guard = post->guard;
    if (post->n_minutes == 0)
        return;
    if (guard->maps_pool) {
        struct minutes_job *job = create(guard, post->camera, write_minutes, written);
        memcpy(job->records, post->minutes, sizeof(job->records));
        job->n = post->n_minutes;
        if (submit(job) < 0)
            log_warn("motion", post->camera, "the disk is slow: %u minutes of watching are lost",
                     post->n_minutes);
    }
    post->n_minutes = 0;
}

/* The minute that ends. */
static void add(struct post *post)
{
    post->minutes[post->n_minutes++] =
        (struct maps_record){post->minute, watcher_take_map(&post->watcher)};
    if (post->n_minutes == POST_MINUTES_MAX)
        flush(post);
}

void minutes_note(struct post *post)
{
    const int64_t wall_us = clock_wall_us(post->guard->params.clock);
    const uint32_t minute = wall_us > 0 ? (uint32_t)(wall_us / (60 * US_PER_S)) : 0;
    if (post->minute && minute != post->minute)
        add(post);
    post->minute = minute;
}

void minutes_end(struct post *post)
{
    if (post->minute)
        add(post);
    post->minute = 0;
    flush(post);
}

/* --- Asking. --- */

static void read_minutes(struct pool_work *work)
{
    struct minutes_job *job = list_entry(work, struct minutes_job, work);
    job->error = maps_ask(job->folder, job->camera, &job->query, &job->answer);
}

static void answered(struct pool_work *work)
{
    struct minutes_job *job = list_entry(work, struct minutes_job, work);
    job->done(job->ctx, job->error, &job->answer);
    mem_free(job);
}

int guard_ask(struct guard *guard, const char *camera, const struct maps_query *query,
              void (*done)(void *ctx, int error, const struct maps_answer *answer), void *ctx)
{
    if (!guard->maps_pool)
        return -ENODEV;
    list_for_each (post, &guard->posts, struct post, node)
        if (!post->is_forgotten && strcmp(post->camera, camera) == 0)
            flush(post); /* one thread: it is written before it is read */
    struct minutes_job *job = create(guard, camera, read_minutes, answered);
    job->query = *query;
    job->done = done;
    job->ctx = ctx;
    return submit(job);
}

/* --- A camera's end. --- */

static void forget_minutes(struct pool_work *work)
{
    struct minutes_job *job = list_entry(work, struct minutes_job, work);
    maps_forget(job->folder, job->camera);
}

static void forgotten(struct pool_work *work)
{
    mem_free(list_entry(work, struct minutes_job, work));
}

void minutes_forget(struct guard *guard, const char *camera)
{
    if (guard->maps_pool)
        (void)submit(create(guard, camera, forget_minutes, forgotten));
}

/* --- The pool. --- */

static void on_wake(void *ctx)
{
    struct guard *guard = ctx;
    if (guard->maps_pool)
        pool_reap(guard->maps_pool);
}

void guard_keep_maps(struct guard *guard, const char *data)
{
    char folder[MAPS_PATH_MAX_BYTES / 2];
    snprintf(folder, sizeof(folder), "%s/motion", data);
    guard->maps_folder = mem_strdup_or_die(folder);
    guard->maps_wake = net_wake_create(guard->params.net, on_wake, guard);
    if (pool_create(&(struct pool_params){.name = "maps",
                                          .threads = 1,
                                          .max_queued = 256,
                                          .waker = net_wake_waker(guard->maps_wake)},
                    &guard->maps_pool) < 0)
        log_error("guard", NULL, "cannot start the thread that writes minutes of watching");
}

void minutes_stop(struct guard *guard)
{
    struct pool *pool = guard->maps_pool;
    guard->maps_pool = NULL;
    pool_destroy(pool);
}

void minutes_finish(struct guard *guard)
{
    net_wake_destroy(guard->maps_wake);
    mem_free(guard->maps_folder);
}
