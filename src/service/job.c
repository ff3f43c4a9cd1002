/* Commands that wait for the store: an answer that promises something lasting is sent after the
 * commit. */
#include <string.h>

#include "base/alloc.h"
#include "service/internal.h"
#include "store/store.h"

void service_forget(struct service_waiter *waiter)
{
    if (waiter->job)
        waiter->job->waiter = NULL;
    waiter->job = NULL;
}

/* The waiter is called from the loop, never from inside the command. */
static void decide(struct service_job *job, int error)
{
    struct waker waker = net_wake_waker(job->service->wake);
    job->error = error;
    list_remove(&job->node);
    list_append(&job->service->decided, &job->node);
    waker_wake(&waker);
}

static void committed(void *ctx, int error)
{
    decide(ctx, error);
}

void job_begin(struct service *service, struct camera *camera)
{
    if (!service->store)
        return;
    store_begin(service->store);
    /* An earlier write of its row or settings may have failed. The store skips rows that are
     * unchanged. */
    if (camera)
        camera_store(camera, service_camera_of(service, camera_id(camera))->is_unsaved);
}

void job_cancel(struct service *service)
{
    if (service->store)
        store_commit(service->store, NULL, NULL);
}

struct service_job *job_create(struct service *service, struct service_waiter *waiter)
{
    struct service_job *job = mem_new(struct service_job);
    job->service = service;
    job->waiter = waiter;
    list_append(&service->jobs, &job->node);
    waiter->job = job;
    return job;
}

void job_store(struct service_job *job)
{
    if (job->service->store)
        store_commit(job->service->store, committed, job);
    else
        decide(job, 0);
}

void job_refuse(struct service_job *job)
{
    job->is_refused = true;
    decide(job, 0);
}

struct service_job *job_commit(struct service *service, const char *object,
                               struct service_waiter *waiter,
                               void (*finish)(struct service_job *job))
{
    struct service_job *job = job_create(service, waiter);
    job->finish = finish;
    memcpy(job->object, object, strlen(object) + 1);
    job_store(job);
    return job;
}

void job_undo(struct service_job *job,
              void (*undo)(struct service *service, const char *object, json_t *before),
              json_t *takes_before)
{
    job->undo = undo;
    job->before = takes_before;
}

/* A later change of the same object stays in force until its own write has ended. */
static void put_back(struct service_job *job)
{
    struct list *const later[] = {&job->service->decided, &job->service->jobs};
    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
        list_for_each (other, later[i], struct service_job, node)
            if (other->undo == job->undo && strcmp(other->object, job->object) == 0) {
                json_decref(other->before);
                other->before = json_incref(job->before);
                return;
            }
    job->undo(job->service, job->object, job->before);
}

static void tell(struct service_job *job)
{
    struct service_waiter *waiter = job->waiter;
    if (!waiter)
        return;
    waiter->job = NULL;
    if (job->error)
        (void)problem_not_stored(&job->problem, NULL, job->error);
    waiter->done(waiter, job->object, job->error || job->is_refused ? &job->problem : NULL);
}

void job_run_decided(struct service *service)
{
    /* done() may begin another command, so take the first one each time. */
    while (!list_empty(&service->decided)) {
        struct service_job *job = list_entry(service->decided.next, struct service_job, node);
        list_remove(&job->node);
        if (!job->is_refused && registry_find(service->params.registry, job->object))
            service_camera_of(service, job->object)->is_unsaved = job->error != 0;
        if (job->undo && job->error)
            put_back(job);
        json_decref(job->before);
        if (job->finish)
            job->finish(job);
        tell(job);
        if (job->change)
            settings_stored(service, job->object, job->change, job->error);
        mem_free(job);
    }
}
