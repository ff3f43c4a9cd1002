#include "service/service.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "service/internal.h"
#include "store/store.h"

/* --- Changes in the registry become events. --- */

struct service_camera *service_camera_of(struct service *service, const char *id)
{
    list_for_each (known, &service->cameras, struct service_camera, node)
        if (strcmp(known->id, id) == 0)
            return known;
    struct service_camera *known = mem_new(struct service_camera);
    snprintf(known->id, sizeof(known->id), "%s", id);
    list_init(&known->changes);
    list_init(&known->ended);
    list_append(&service->cameras, &known->node);
    return known;
}

static bool is_awake(const struct camera *camera)
{
    const enum demand_state state = camera_state(camera);
    return state == DEMAND_AWAKE || state == DEMAND_LINGERING;
}

static void on_changed(void *ctx, struct camera *camera, unsigned what)
{
    struct service *service = ctx;
    struct service_camera *known = service_camera_of(service, camera_id(camera));
    const bool awake = is_awake(camera), turned = awake != known->was_awake;
    known->was_awake = awake;
    const bool is_new = what & CAMERA_CHANGE_NEW;
    event_tell(&service->events,
               &(struct event){.type = is_new ? EVENT_CAMERA_ADDED : EVENT_CAMERA_CHANGED,
                               .camera = camera,
                               .changed = what});
    if (turned)
        event_tell(&service->events,
                   &(struct event){.type = awake ? EVENT_WOKE : EVENT_SLEPT, .camera = camera});
}

static void on_removed(void *ctx, struct camera *camera)
{
    struct service *service = ctx;
    struct service_camera *known = service_camera_of(service, camera_id(camera));
    event_tell(&service->events, &(struct event){.type = EVENT_CAMERA_REMOVED, .camera = camera});
    motion_forget(service, camera_id(camera));
    continuous_forget(service, camera_id(camera));
    shares_forget(service, camera_id(camera));
    settings_drop(known);
    list_remove(&known->node);
    mem_free(known);
}

static void on_reported(void *ctx, struct camera *camera, json_t *values)
{
    settings_reported(ctx, camera, values);
}

static void on_refused(void *ctx, struct camera *camera, const char *control, const char *why)
{
    settings_refused(ctx, camera, control, why);
}

static void on_wake(void *ctx)
{
    struct service *service = ctx;
    if (service->pool)
        pool_reap(service->pool);
    if (service->store)
        store_deliver(service->store);
    job_run_decided(service);
}

static void on_timer(void *ctx)
{
    settings_check(ctx);
}

struct service *service_create(const struct service_params *params)
{
    struct service *service = mem_new(struct service);
    service->quotas = json_object();
    service->params = *params;
    event_bus_init(&service->events);
    list_init(&service->recordings);
    list_init(&service->cameras);
    list_init(&service->jobs);
    list_init(&service->decided);
    schedules_init(service);
    films_init(service);
    continuous_init(service);
    service->schedules.timer = net_timer_create(params->net, schedule_on_timer, service);
    service->wake = net_wake_create(params->net, on_wake, service);
    list_init(&service->access_listeners);
    accounts_init(&service->accounts);
    shares_create(service);
    if (pool_create(&(struct pool_params){.name = "hash",
                                          .threads = 1,
                                          .max_queued = 12, /* above what strangers may fill */
                                          .waker = net_wake_waker(service->wake)},
                    &service->pool) < 0)
        log_error("service", NULL, "no thread to hash passwords: nobody can log in");
    service->timer = net_timer_create(params->net, on_timer, service);
    service->observer = (struct registry_observer){.changed = on_changed,
                                                   .removed = on_removed,
                                                   .reported = on_reported,
                                                   .refused = on_refused,
                                                   .ctx = service};
    registry_observe(params->registry, &service->observer);
    receivers_create(service);
    motion_create(service);
    return service;
}

void service_destroy(struct service *service)
{
    if (!service)
        return;
    job_run_decided(service);
    schedules_drop_all(service);
    films_drop_all(service);
    continuous_finish(service);
    net_timer_destroy(service->schedules.timer);
    accounts_finish(&service->accounts);
    shares_destroy(service);
    guard_destroy(service->guard);
    tell_destroy(service->tell);
    assert(list_empty(&service->jobs)); /* the store was closed, which decides each */
    registry_unobserve(&service->observer);
    list_for_each (known, &service->cameras, struct service_camera, node) {
        settings_drop(known);
        mem_free(known);
    }
    json_decref(service->layout);
    json_decref(service->quotas);
    net_timer_destroy(service->timer);
    net_wake_destroy(service->wake);
    mem_free(service);
}

void service_use_store(struct service *service, struct store *store)
{
    service->store = service->accounts.store = store;
    if (store)
        store_use_waker(store, net_wake_waker(service->wake));
    shares_begin(service);
    access_changed(service); /* the store has told of users */
}

void service_stop(struct service *service)
{
    schedules_stop(service);
    films_stop(service);
    pool_destroy(service->pool); /* its pending work is refused */
    service->pool = NULL;
    guard_stop(service->guard);
}

int service_connect(const struct permit *permit, const struct push_knock *knock,
                    struct http_request *request, struct ws_accept *ret_accept)
{
    assert(permit->action == ACTION_CONNECT);
    return push_upgrade(permit->service->params.registry, request, knock, ret_accept);
}

void service_log_refusal(struct service *service, const char *device, const char *why)
{
    registry_log_refusal(service->params.registry, device, why);
}

void service_use_archive(struct service *service, struct archive *archive)
{
    if (!archive)
        record_drop_all(service);
    service->archive = archive;
    guard_use_archive(service->guard, archive);
    quota_apply(service);
    if (archive)
        films_look(service);
}

struct archive *service_archive(const struct service *service)
{
    return service->archive;
}

struct event_bus *service_events(struct service *service)
{
    return &service->events;
}

/* --- Permits. --- */

static int no_such_camera(const char *camera, struct problem *ret_problem)
{
    return problem_set(ret_problem, PROBLEM_NO_SUCH_CAMERA, camera, "there is no camera \"%s\"",
                       camera);
}

static bool is_to_log_in(const struct service *service, const struct principal *principal)
{
    return principal->kind == PRINCIPAL_ANYONE && service->params.access != SERVICE_OPEN;
}

int service_permit(struct service *service, const struct principal *principal,
                   enum service_action action, const char *camera, struct permit *ret_permit,
                   struct problem *ret_problem)
{
    const struct action_rule *rule = action_rule(action);
    const bool is_about_one = rule->scope == ACCESS_CAMERA;
    if (!is_about_one)
        camera = NULL;
    if (principal->credential[0] && !service_is_current(service, principal))
        return problem_set(ret_problem, PROBLEM_NOT_LOGGED_IN, camera,
                           "the session or token has ended: log in again");
    if (principal->kind == PRINCIPAL_SHARE && !action_is_for(action, principal->kind))
        return problem_set(ret_problem, PROBLEM_NOT_ALLOWED, camera,
                           "a share link shows nothing else");
    if (!action_is_for(action, principal->kind))
        return problem_set(ret_problem,
                           is_to_log_in(service, principal) ? PROBLEM_NOT_LOGGED_IN
                                                            : PROBLEM_NOT_ALLOWED,
                           camera, "this needs a share link");
    if (!access_allows(principal, rule->needs, rule->scope, camera)) {
        if (is_about_one && principal->is_narrowed &&
            !access_allows(principal, ACCESS_VIEWER, ACCESS_CAMERA, camera))
            return no_such_camera(camera, ret_problem);
        if (is_to_log_in(service, principal))
            return problem_set(ret_problem, PROBLEM_NOT_LOGGED_IN, camera, "log in first");
        return problem_set(ret_problem, PROBLEM_NOT_ALLOWED, camera, "this needs the role %s%s%s",
                           access_role_name(rule->needs), is_about_one ? " on the camera" : "",
                           principal->kind == PRINCIPAL_ANYONE
                               ? "; there are no accounts here, and everyone has open_role"
                               : "");
    }
    struct camera *found = NULL;
    if (is_about_one) {
        found = registry_find(service->params.registry, camera);
        if (!found)
            return no_such_camera(camera, ret_problem);
        if (rule->needs_adopted && !camera_view(found).adopted)
            return problem_set(ret_problem, PROBLEM_NOT_ADOPTED, camera,
                               "this camera is new: adopt it first");
    }
    *ret_permit = (struct permit){service, principal, action, found};
    return 0;
}

/* --- Queries. --- */

struct camera *service_next(const struct permit *permit, const struct camera *camera)
{
    assert(permit->action == ACTION_LIST || permit->action == ACTION_METRICS);
    struct camera *next = registry_next(permit->service->params.registry, camera);
    while (next && !event_is_for(permit->principal, next))
        next = registry_next(permit->service->params.registry, next);
    return next;
}

struct lease *service_watch(const struct permit *permit, const struct lease_params *params)
{
    assert(permit->action == ACTION_WATCH);
    return camera_lease(permit->camera, params);
}

struct capture *service_still(const struct permit *permit, enum capture_kind kind,
                              int64_t timeout_us,
                              void (*done)(void *ctx, int error, struct packet *still), void *ctx)
{
    assert(permit->action == ACTION_STILL || permit->action == ACTION_KEEP ||
           (permit->action == ACTION_WATCH && kind == CAPTURE_FRAME));
    return capture_begin(permit->camera, kind, timeout_us, done, ctx);
}
