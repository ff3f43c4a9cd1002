#include "service/shares.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "service/internal.h"

/* The longest wait for an expiry: the wall clock may be set meanwhile. */
static const int64_t SWEEP_MAX_US = 60 * US_PER_S;

static void arm(struct service *service, int64_t next_s)
{
    int64_t wait_us = (next_s - access_now_s(service)) * US_PER_S;
    if (wait_us > SWEEP_MAX_US)
        wait_us = SWEEP_MAX_US;
    net_timer_set(service->shares_timer,
                  next_s ? clock_now_us(service->params.clock) + wait_us : CLOCK_NEVER_US);
}

static void sweep(void *ctx)
{
    struct service *service = ctx;
    const unsigned before = service->shares.count;
    arm(service, shares_sweep(&service->shares, access_now_s(service)));
    if (service->shares.count != before)
        access_changed(service);
}

void shares_create(struct service *service)
{
    shares_init(&service->shares);
    service->shares_timer = net_timer_create(service->params.net, sweep, service);
}

void shares_destroy(struct service *service)
{
    net_timer_destroy(service->shares_timer);
    shares_finish(&service->shares);
}

void shares_begin(struct service *service)
{
    service->shares.store = service->store;
    if (service->store && service->shares.count)
        sweep(service);
}

void shares_forget(struct service *service, const char *camera)
{
    list_for_each (share, &service->shares.list, struct share, node)
        if (!share->item && strcmp(share->camera, camera) == 0)
            shares_remove(&service->shares, share);
}

void service_load_share(void *service, const struct store_share *row)
{
    shares_load(&((struct service *)service)->shares, row);
}

const struct shares *service_shares(const struct permit *permit)
{
    assert(permit->action == ACTION_SHARES);
    (void)shares_sweep(&permit->service->shares, access_now_s(permit->service));
    return &permit->service->shares;
}

/* Removes the share if storing it failed. */
static void finish_share(struct service_job *job)
{
    struct shares *shares = &job->service->shares;
    struct share *share = shares_find(shares, job->object);
    if (!job->error || !share)
        return;
    struct store *store = shares->store;
    shares->store = NULL;
    shares_remove(shares, share);
    shares->store = store;
}

int service_add_share(const struct permit *permit, const struct service_share *share,
                      char ret_secret[SECRET_CHARS + 1], char ret_id[SECRET_ID_CHARS + 1],
                      struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_SHARES);
    struct service *service = permit->service;
    const int64_t now_s = access_now_s(service);
    const struct camera *camera = registry_find(service->params.registry, share->camera);
    struct share *added;
    /* An item may be older than its camera's removal. */
    if (share->item ? !text_is_id(share->camera) : !camera)
        return problem_set(ret_problem, PROBLEM_NO_SUCH_CAMERA, NULL, "there is no camera \"%s\"",
                           share->camera);
    if (share->item < 0 || share->expires_in_s <= 0 || share->expires_in_s > SERVICE_SHARE_MAX_S)
        return problem_set(ret_problem, PROBLEM_INVALID, NULL,
                           "expires_s is 1 to %d seconds; item is an id of the archive",
                           SERVICE_SHARE_MAX_S);
    job_begin(service, NULL);
    if (shares_add(&service->shares, share->camera, share->item, now_s + share->expires_in_s, now_s,
                   ret_secret, &added) < 0) {
        job_cancel(service);
        return problem_set(ret_problem, PROBLEM_TOO_MANY, NULL, "there are %d share links already",
                           SHARES_MAX);
    }
    memcpy(ret_id, added->id, sizeof(added->id));
    (void)job_commit(service, added->id, waiter, finish_share);
    sweep(service);
    return 0;
}

int service_remove_share(const struct permit *permit, const char *id, struct service_waiter *waiter,
                         struct problem *ret_problem)
{
    assert(permit->action == ACTION_SHARES);
    struct service *service = permit->service;
    struct share *share = shares_find(&service->shares, id);
    if (!share)
        return problem_set(ret_problem, PROBLEM_NO_SUCH, NULL, "there is no share link \"%s\"", id);
    job_begin(service, NULL);
    shares_remove(&service->shares, share);
    (void)job_commit(service, id, waiter, NULL);
    access_changed(service);
    return 0;
}

static struct share *share_of(const struct permit *permit)
{
    assert(permit->action == ACTION_SHARED && permit->principal->kind == PRINCIPAL_SHARE);
    struct share *share = shares_find(&permit->service->shares, permit->principal->credential);
    assert(share); /* a permit is given for a current credential, and used at once */
    return share;
}

const struct share *service_shared(const struct permit *permit)
{
    return share_of(permit);
}

const struct camera *service_shared_camera(const struct permit *permit)
{
    return registry_find(permit->service->params.registry, share_of(permit)->camera);
}

const struct share *service_open_share(const struct permit *permit)
{
    struct share *share = share_of(permit);
    shares_used(&permit->service->shares, share, access_now_s(permit->service));
    return share;
}

int service_permit_shared(const struct permit *permit, struct permit *ret_permit,
                          struct problem *ret_problem)
{
    const struct share *share = share_of(permit);
    struct camera *camera = NULL;
    if (!share->item) {
        camera = registry_find(permit->service->params.registry, share->camera);
        if (!camera)
            return problem_set(ret_problem, PROBLEM_NO_SUCH_CAMERA, share->camera,
                               "the camera was removed");
        if (!camera_view(camera).adopted)
            return problem_set(ret_problem, PROBLEM_NOT_ADOPTED, share->camera,
                               "the camera is not adopted");
    }
    *ret_permit = (struct permit){permit->service, permit->principal,
                                  share->item ? ACTION_ARCHIVE : ACTION_WATCH, camera};
    return 0;
}
