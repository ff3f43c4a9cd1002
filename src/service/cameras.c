/* Commands that add, adopt, rename and remove cameras. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "access/token.h"
#include "base/text.h"
#include "pull/mjpeg.h"
#include "service/internal.h"
#include "store/store.h"

static int bad_name(const char *camera, struct problem *ret_problem)
{
    return problem_set(ret_problem, PROBLEM_INVALID, camera,
                       "a name is 1 to 64 characters, one of them visible");
}

/* Removes the camera if storing it failed, so that it can be added again. */
static void finish_add(struct service_job *job)
{
    struct registry *registry = job->service->params.registry;
    struct camera *camera = registry_find(registry, job->object);
    if (job->error && camera)
        registry_remove(registry, camera);
}

int service_add(const struct permit *permit, const struct service_network_camera *camera,
                struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_ADD);
    struct service *service = permit->service;
    struct registry *registry = service->params.registry;
    const struct camera_identity identity = {
        .id = camera->id, .name = camera->name, .address = camera->url, .adopted = true};
    struct camera *added = NULL;
    char wrong[MJPEG_SENTENCE_MAX_BYTES];
    if (camera->name && !camera_is_name(camera->name))
        return bad_name(NULL, ret_problem);
    if (registry_find(registry, camera->id))
        return problem_set(ret_problem, PROBLEM_EXISTS, NULL, "a camera has this id already");
    job_begin(service, NULL);
    const int error = mjpeg_add(registry, &identity, &added, wrong);
    if (error) {
        job_cancel(service);
        const enum problem_type type = error == -EEXIST   ? PROBLEM_EXISTS
                                       : error == -ENOSPC ? PROBLEM_TOO_MANY
                                                          : PROBLEM_INVALID;
        return problem_set(ret_problem, type, NULL, "%s", wrong);
    }
    (void)job_commit(service, camera->id, waiter, finish_add);
    return 0;
}

/* Renames the camera, and adopts it if asked to. */
static int change(const struct permit *permit, const char *name, bool adopt,
                  struct service_waiter *waiter, struct problem *ret_problem)
{
    const char *id = camera_id(permit->camera);
    job_begin(permit->service, permit->camera);
    if (name && camera_rename(permit->camera, name) < 0) {
        job_cancel(permit->service);
        return bad_name(id, ret_problem);
    }
    if (adopt)
        camera_adopt(permit->camera);
    (void)job_commit(permit->service, id, waiter, NULL);
    return 0;
}

int service_adopt(const struct permit *permit, const char *name, struct service_waiter *waiter,
                  struct problem *ret_problem)
{
    assert(permit->action == ACTION_ADOPT);
    return change(permit, name, true, waiter, ret_problem);
}

int service_replace_token(const struct permit *permit, char ret_token[TOKEN_MADE_CHARS + 1],
                          struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_REVOKE);
    const char *id = camera_id(permit->camera);
    char hash[TOKEN_HASH_CHARS + 1];
    token_create(ret_token, hash);
    job_begin(permit->service, permit->camera);
    if (camera_use_token(permit->camera, hash) < 0) {
        job_cancel(permit->service);
        return problem_set(ret_problem, PROBLEM_UNSUPPORTED, id,
                           "only devices that connect to the server have a token");
    }
    (void)job_commit(permit->service, id, waiter, NULL);
    return 0;
}

int service_rename(const struct permit *permit, const char *name, struct service_waiter *waiter,
                   struct problem *ret_problem)
{
    assert(permit->action == ACTION_RENAME);
    return change(permit, name, false, waiter, ret_problem);
}

/* The row is removed first: a camera still on disk would be back after a restart. registry_remove
 * removes what was written about it in between. */
static void finish_remove(struct service_job *job)
{
    struct registry *registry = job->service->params.registry;
    struct camera *camera = registry_find(registry, job->object);
    if (!job->error && camera)
        registry_remove(registry, camera);
}

int service_remove(const struct permit *permit, struct service_waiter *waiter,
                   struct problem *ret_problem)
{
    (void)ret_problem;
    assert(permit->action == ACTION_REMOVE);
    struct service *service = permit->service;
    const char *id = camera_id(permit->camera);
    job_begin(service, NULL);
    if (service->store)
        store_remove_camera(service->store, id);
    (void)job_commit(service, id, waiter, finish_remove);
    return 0;
}
