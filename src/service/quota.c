#include "service/quota.h"

#include <assert.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/text.h"
#include "service/internal.h"

static const char EXPECTED[] =
    "quotas are {\"cameras\":{\"porch\":BYTES}}, at least 1000000 bytes each, or null for none";

/* Each camera has a number of bytes, or null. */
static bool are_quotas(json_t *cameras)
{
    const char *camera;
    json_t *bytes;
    json_object_foreach(cameras, camera, bytes)
    {
        const bool is_number =
            json_is_integer(bytes) && json_integer_value(bytes) >= QUOTA_MIN_BYTES;
        if (!text_is_id(camera) || (!is_number && !json_is_null(bytes)))
            return false;
    }
    return json_is_object(cameras);
}

/* A new object without what ends. */
static json_t *merged(json_t *before, json_t *changes)
{
    json_t *all = json_copy(before), *bytes;
    const char *camera;
    json_object_foreach(changes, camera, bytes)
    {
        if (json_is_null(bytes))
            json_object_del(all, camera);
        else
            json_object_set(all, camera, bytes);
    }
    return all;
}

void quota_apply(const struct service *service)
{
    struct archive_quota *quotas = mem_new_array(struct archive_quota, ARCHIVE_CAMERAS_MAX);
    unsigned n = 0;
    const char *camera;
    json_t *bytes;
    json_object_foreach(service->quotas, camera, bytes)
    {
        if (n == ARCHIVE_CAMERAS_MAX)
            break;
        snprintf(quotas[n].camera, sizeof(quotas[n].camera), "%s", camera);
        quotas[n++].bytes = (uint64_t)json_integer_value(bytes);
    }
    if (service->archive)
        archive_limit_cameras(service->archive, quotas, n);
    mem_free(quotas);
}

/* Takes the object. */
static void use(struct service *service, json_t *takes_quotas)
{
    json_decref(service->quotas);
    service->quotas = takes_quotas;
}

static void undo(struct service *service, const char *object, json_t *before)
{
    (void)object;
    use(service, json_incref(before));
}

/* Only what is stored removes anything: the last change in the queue decides. */
static void finish(struct service_job *job)
{
    struct list *const later[] = {&job->service->decided, &job->service->jobs};
    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
        list_for_each (other, later[i], struct service_job, node)
            if (other->finish == finish)
                return;
    quota_apply(job->service);
}

json_t *service_quotas(const struct permit *permit)
{
    assert(permit->action == ACTION_QUOTAS);
    return json_pack("{s:O}", "cameras", permit->service->quotas);
}

int service_change_quotas(const struct permit *permit, json_t *json, struct service_waiter *waiter,
                          struct problem *ret_problem)
{
    assert(permit->action == ACTION_QUOTAS);
    struct service *service = permit->service;
    json_t *changes = json_object_get(json, "cameras");
    if (json_object_size(json) != 1 || !are_quotas(changes))
        return problem_set(ret_problem, PROBLEM_INVALID, NULL, "%s", EXPECTED);
    json_t *before = json_incref(service->quotas), *after = merged(before, changes);
    if (json_object_size(after) > ARCHIVE_CAMERAS_MAX) {
        json_decref(after);
        json_decref(before);
        return problem_set(ret_problem, PROBLEM_INVALID, NULL, "at most %d cameras have quotas",
                           ARCHIVE_CAMERAS_MAX);
    }
    use(service, after);
    job_begin(service, NULL);
    if (service->store) {
        char *text = json_dumps(after, JSON_COMPACT);
        store_put_document(service->store, "quotas", text);
        mem_free(text);
    }
    job_undo(job_commit(service, "", waiter, finish), undo, before);
    return 0;
}

void service_load_quotas(struct service *service, const char *text)
{
    json_t *quotas = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (are_quotas(quotas))
        use(service, quotas);
    else
        json_decref(quotas);
}

uint64_t service_quota(const struct service *service, const char *camera)
{
    return (uint64_t)json_integer_value(json_object_get(service->quotas, camera));
}
