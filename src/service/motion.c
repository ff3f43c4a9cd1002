/* The settings of all cameras are stored as one document, {"ID": settings, …}. */
#include "service/motion.h"

#include <assert.h>
#include <errno.h>

#include "base/alloc.h"
#include "base/log.h"
#include "service/internal.h"
#include "store/store.h"
#include "watch/settings_json.h"

static void on_motion(void *ctx, const struct guard_event *motion)
{
    struct service *service = ctx;
    struct camera *camera = registry_find(service->params.registry, motion->camera);
    if (camera) {
        event_tell(&service->events,
                   &(struct event){.type = EVENT_MOTION, .camera = camera, .motion = motion});
        receivers_motion(service, camera, motion);
    }
}

void motion_create(struct service *service)
{
    service->guard = guard_create(&(struct guard_params){.net = service->params.net,
                                                         .registry = service->params.registry,
                                                         .clock = service->params.clock,
                                                         .tell = on_motion,
                                                         .ctx = service});
}

static void add_settings(void *ctx, const char *camera, const struct watch_settings *settings)
{
    json_object_set_new(ctx, camera, watch_settings_to_json(settings));
}

static void store_all(const struct service *service)
{
    if (!service->store)
        return;
    json_t *all = json_object();
    guard_each(service->guard, add_settings, all);
    char *text = json_dumps(all, JSON_COMPACT);
    store_put_document(service->store, "motion", text);
    mem_free(text);
    json_decref(all);
}

void motion_forget(struct service *service, const char *camera)
{
    const bool is_known = guard_settings(service->guard, camera) != NULL;
    guard_forget(service->guard, camera);
    if (is_known)
        store_all(service);
}

/* The defaults if nothing was set. */
static struct watch_settings settings_of(const struct service *service, const struct camera *camera)
{
    const struct watch_settings *settings = guard_settings(service->guard, camera_id(camera));
    struct watch_settings defaults;
    watch_settings_init(&defaults);
    return settings ? *settings : defaults;
}

json_t *service_motion(const struct permit *permit)
{
    assert(permit->action == ACTION_SEE);
    const struct watch_settings settings = settings_of(permit->service, permit->camera);
    return watch_settings_to_json(&settings);
}

static void set(struct service *service, struct camera *camera,
                const struct watch_settings *settings)
{
    guard_set(service->guard, camera_id(camera), settings);
    event_tell(&service->events, &(struct event){.type = EVENT_MOTION_SETTINGS, .camera = camera});
}

/* before: settings by camera. */
static void undo_motion(struct service *service, const char *object, json_t *before)
{
    (void)object;
    const char *camera;
    json_t *settings;
    json_object_foreach(before, camera, settings)
    {
        struct watch_settings known;
        char wrong[WATCH_ERROR_MAX];
        struct camera *meant = registry_find(service->params.registry, camera);
        if (watch_settings_from_json(settings, &known, wrong) == 0 && meant)
            set(service, meant, &known);
    }
}

static void add_before(const struct service *service, const struct camera *camera, json_t *before)
{
    const struct watch_settings settings = settings_of(service, camera);
    json_object_set_new(before, camera_id(camera), watch_settings_to_json(&settings));
}

int service_motion_set(const struct permit *permit, const json_t *settings,
                       struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_ARM);
    struct service *service = permit->service;
    const char *id = camera_id(permit->camera);
    struct watch_settings wanted;
    char wrong[WATCH_ERROR_MAX];
    if (watch_settings_from_json(settings, &wanted, wrong) < 0)
        return problem_set(ret_problem, PROBLEM_INVALID, id, "%s", wrong);
    json_t *before = json_object();
    add_before(service, permit->camera, before);
    set(service, permit->camera, &wanted);
    job_begin(service, permit->camera);
    store_all(service);
    job_undo(job_commit(service, id, waiter, NULL), undo_motion, before);
    return 0;
}

int service_motion_merge(const struct permit *permit, json_t *settings,
                         struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_ARM);
    const struct watch_settings settings_now = settings_of(permit->service, permit->camera);
    json_t *merged = watch_settings_to_json(&settings_now);
    json_object_update(merged, settings);
    const int r = service_motion_set(permit, merged, waiter, ret_problem);
    json_decref(merged);
    return r;
}

static void arm(struct service *service, struct camera *camera, bool armed)
{
    struct watch_settings settings = settings_of(service, camera);
    settings.armed = armed;
    set(service, camera, &settings);
}

void service_motion_arm(const struct permit *permit, bool armed, struct service_waiter *waiter)
{
    assert(permit->action == ACTION_ARM || permit->action == ACTION_ARM_ALL);
    struct service *service = permit->service;
    json_t *before = json_object();
    registry_for_each (camera, service->params.registry) {
        const bool is_meant = permit->camera ? camera == permit->camera
                                             : access_allows(permit->principal, ACCESS_OPERATOR,
                                                             ACCESS_CAMERA, camera_id(camera));
        if (is_meant && camera_view(camera).adopted) {
            add_before(service, camera, before);
            arm(service, camera, armed);
        }
    }
    job_begin(service, permit->camera);
    store_all(service);
    job_undo(job_commit(service, permit->camera ? camera_id(permit->camera) : "", waiter, NULL),
             undo_motion, before);
}

int service_motion_ask(const struct permit *permit, const struct maps_query *query,
                       void (*done)(void *ctx, int error, const struct maps_answer *answer),
                       void *ctx, struct problem *ret_problem)
{
    assert(permit->action == ACTION_SEE);
    const char *id = camera_id(permit->camera);
    const int r = guard_ask(permit->service->guard, id, query, done, ctx);
    if (r == -ENODEV)
        return problem_set(ret_problem, PROBLEM_NOT_FOUND, id, "this server keeps no maps");
    return r < 0 ? problem_set(ret_problem, PROBLEM_BUSY, id, "the disk is busy; try again") : 0;
}

int service_motion_try(const struct permit *permit, json_t *settings, struct maps_query *query,
                       struct problem *ret_problem)
{
    assert(permit->action == ACTION_SEE);
    json_t *merged = service_motion(permit);
    struct watch_settings tried;
    char wrong[WATCH_ERROR_MAX];
    json_object_update(merged, settings);
    const int r = watch_settings_from_json(merged, &tried, wrong);
    json_decref(merged);
    if (r < 0)
        return problem_set(ret_problem, PROBLEM_INVALID, camera_id(permit->camera), "%s", wrong);
    query->area = maps_zones(tried.zones, tried.n_zones);
    query->min_fields = maps_min_fields(tried.min_area_percent);
    return 0;
}

void service_keep_motion(struct service *service, const char *data)
{
    guard_keep_maps(service->guard, data);
}

struct guard_view service_motion_view(const struct service *service, const char *camera)
{
    return guard_view(service->guard, camera);
}

void service_load_motion(struct service *service, const char *json)
{
    json_t *all = json_loads(json, JSON_REJECT_DUPLICATES, NULL), *settings;
    const char *camera;
    json_object_foreach(all, camera, settings)
    {
        struct watch_settings loaded;
        char wrong[WATCH_ERROR_MAX];
        if (watch_settings_from_json(settings, &loaded, wrong) == 0)
            guard_set(service->guard, camera, &loaded);
        else
            log_warn("motion", camera, "stored settings ignored: %s", wrong);
    }
    json_decref(all);
}
