/* All receivers are stored as one document. */
#include "service/receivers.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "service/internal.h"
#include "store/store.h"

void receivers_create(struct service *service)
{
    const struct camera_env *env = registry_env(service->params.registry);
    service->tell = tell_create(&(struct tell_params){
        .net = service->params.net, .clock = service->params.clock, .policy = env->outbound});
}

void receivers_motion(struct service *service, const struct camera *camera,
                      const struct guard_event *motion)
{
    struct notice notice = {
        .has_ended = motion->phase == GUARD_ENDED,
        .number = motion->number,
        .start_us = motion->start_us,
        .end_us = motion->end_us,
        .box = {motion->box.x, motion->box.y, motion->box.width, motion->box.height},
        .area_percent = motion->area_percent,
        .score = motion->score,
        .photo = motion->photo,
        .clip = motion->clip,
        .picture = motion->picture};
    if (notice.picture)
        packet_ref(notice.picture);
    snprintf(notice.camera, sizeof(notice.camera), "%s", camera_id(camera));
    snprintf(notice.name, sizeof(notice.name), "%s", camera_view(camera).name);
    tell_notice(service->tell, &notice);
}

static json_t *state_of(const struct tell_view *view)
{
    return json_pack("{s:I, s:I, s:I, s:i, s:o}", "sent", (json_int_t)view->sent, "failed",
                     (json_int_t)view->failed, "dropped", (json_int_t)view->dropped, "queued",
                     (int)view->queued, "error",
                     view->error[0] ? json_string(view->error) : json_null());
}

json_t *service_receivers(const struct permit *permit)
{
    assert(permit->action == ACTION_RECEIVERS);
    json_t *list = json_array();
    struct tell_view view;
    for (unsigned i = 0; tell_view(permit->service->tell, i, &view); i++) {
        json_t *json = receiver_to_json(view.receiver, false);
        json_object_set_new(json, "has_secret", json_boolean(view.receiver->secret[0]));
        json_object_set_new(json, "state", state_of(&view));
        json_array_append_new(list, json);
    }
    return json_pack("{s:o}", "receivers", list);
}

/* A receiver that is written without a secret keeps its current one, but never sends it to another
 * address. */
static void keep_secret(const struct service *service, struct receiver *receiver)
{
    struct tell_view view;
    for (unsigned i = 0; tell_view(service->tell, i, &view); i++)
        if (strcmp(view.receiver->id, receiver->id) == 0 && view.receiver->kind == receiver->kind &&
            strcmp(view.receiver->url, receiver->url) == 0)
            memcpy(receiver->secret, view.receiver->secret, sizeof(receiver->secret));
}

static bool is_twice(const struct receiver *receivers, unsigned n)
{
    for (unsigned i = 0; i + 1 < n; i++)
        if (strcmp(receivers[i].id, receivers[n - 1].id) == 0)
            return true;
    return false;
}

/* Their number, or -EINVAL and error. */
static int read_all(const struct service *service, const json_t *json,
                    struct receiver receivers[RECEIVERS_MAX], char error[RECEIVER_ERROR_MAX])
{
    const json_t *list = json_object_get(json, "receivers");
    const size_t n = json_array_size(list);
    if (!json_is_array(list) || n > RECEIVERS_MAX) {
        snprintf(error, RECEIVER_ERROR_MAX, "receivers: expected a list of up to %d",
                 RECEIVERS_MAX);
        return -1;
    }
    for (unsigned i = 0; i < n; i++) {
        bool has_secret;
        if (receiver_from_json(json_array_get(list, i), &receivers[i], &has_secret, error) < 0)
            return -1;
        if (!has_secret)
            keep_secret(service, &receivers[i]);
        if (is_twice(receivers, i + 1)) {
            snprintf(error, RECEIVER_ERROR_MAX, "id: there are two of \"%s\"", receivers[i].id);
            return -1;
        }
    }
    return (int)n;
}

static void store_all(const struct service *service, const struct receiver *receivers, unsigned n)
{
    if (!service->store)
        return;
    json_t *list = json_array();
    for (unsigned i = 0; i < n; i++)
        json_array_append_new(list, receiver_to_json(&receivers[i], true));
    json_t *all = json_pack("{s:o}", "receivers", list);
    char *text = json_dumps(all, JSON_COMPACT);
    store_put_document(service->store, "receivers", text);
    mem_free(text);
    json_decref(all);
}

/* With their secrets. */
static json_t *known_json(const struct service *service)
{
    json_t *list = json_array();
    struct tell_view view;
    for (unsigned i = 0; tell_view(service->tell, i, &view); i++)
        json_array_append_new(list, receiver_to_json(view.receiver, true));
    return json_pack("{s:o}", "receivers", list);
}

static void put_back(struct service *service, const char *object, json_t *before)
{
    struct receiver *receivers = mem_new_array(struct receiver, RECEIVERS_MAX);
    char error[RECEIVER_ERROR_MAX];
    (void)object;
    const int n = read_all(service, before, receivers, error);
    if (n >= 0)
        tell_set(service->tell, receivers, (unsigned)n);
    mem_free(receivers);
}

int service_receivers_set(const struct permit *permit, const json_t *json,
                          struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_RECEIVERS);
    struct service *service = permit->service;
    struct receiver *receivers = mem_new_array(struct receiver, RECEIVERS_MAX);
    char error[RECEIVER_ERROR_MAX];
    const int n = read_all(service, json, receivers, error);
    if (n >= 0) {
        json_t *before = known_json(service);
        tell_set(service->tell, receivers, (unsigned)n);
        job_begin(service, NULL);
        store_all(service, receivers, (unsigned)n);
        job_undo(job_commit(service, "", waiter, NULL), put_back, before);
    }
    mem_free(receivers);
    return n >= 0 ? 0 : problem_set(ret_problem, PROBLEM_INVALID, NULL, "%s", error);
}

bool service_receiver_view(const struct permit *permit, unsigned index, struct tell_view *ret_view)
{
    return tell_view(permit->service->tell, index, ret_view);
}

void service_load_receivers(struct service *service, const char *text)
{
    struct receiver *receivers = mem_new_array(struct receiver, RECEIVERS_MAX);
    char error[RECEIVER_ERROR_MAX];
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const int n = read_all(service, json, receivers, error);
    if (n >= 0)
        tell_set(service->tell, receivers, (unsigned)n);
    else
        log_warn("tell", NULL, "stored receivers ignored: %s", error);
    json_decref(json);
    mem_free(receivers);
}
