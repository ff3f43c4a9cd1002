#include "camera/registry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "camera/internal.h"
#include "camera/refusals.h"

struct registry {
    struct camera_home home;
    unsigned max_cameras, max_new_per_minute;
    bool adopt_ask, ask_for_devices;
    struct list cameras, observers;
    unsigned count;    /* cameras that count among max_cameras */
    unsigned n_unseen; /* the others: see struct camera.is_unseen */
    struct refusals refusals;
    struct net_wake *tell; /* notifies the observers, once per turn of the loop */
    int64_t minute_us;     /* when the minute began in which new devices are counted */
    unsigned new_in_minute;
};

static void tell(void *ctx)
{
    struct registry *registry = ctx;
    list_for_each (camera, &registry->cameras, struct camera, node) {
        const unsigned what = camera->changed;
        if (!what)
            continue;
        camera->changed = 0;
        list_for_each (observer, &registry->observers, struct registry_observer, node)
            observer->changed(observer->ctx, camera, what);
    }
}

void registry_tell_reported(struct registry *registry, struct camera *camera,
                            const struct control_values *values)
{
    json_t *object = NULL;
    list_for_each (observer, &registry->observers, struct registry_observer, node) {
        if (!observer->reported)
            continue;
        if (!object)
            object = control_json_values(&camera->controls, values);
        observer->reported(observer->ctx, camera, object);
    }
    json_decref(object);
}

void registry_tell_refused(struct registry *registry, struct camera *camera,
                           const struct control *control, const char *why)
{
    list_for_each (observer, &registry->observers, struct registry_observer, node)
        if (observer->refused)
            observer->refused(observer->ctx, camera, control->name, why);
}

static int64_t now(const struct registry *registry)
{
    return clock_now_us(registry->home.env.clock);
}

struct registry *registry_create(const struct registry_params *params)
{
    struct registry *registry = mem_new(struct registry);
    struct camera_env *env = &registry->home.env;
    *env = params->env;
    if (env->policy.start_timeout_us == 0)
        env->policy = demand_policy_default;
    env->jpeg_limits.max_width = env->jpeg_limits.max_width ? env->jpeg_limits.max_width : 4096;
    env->jpeg_limits.max_height = env->jpeg_limits.max_height ? env->jpeg_limits.max_height : 4096;
    env->max_dark_us = env->max_dark_us ? env->max_dark_us : 700 * US_PER_MS;
    registry->max_cameras = params->max_cameras ? params->max_cameras : 64;
    registry->max_new_per_minute = params->max_new_per_minute ? params->max_new_per_minute : 10;
    registry->adopt_ask = params->adopt_ask;
    list_init(&registry->cameras);
    list_init(&registry->observers);
    registry->tell = net_wake_create(env->net, tell, registry);
    registry->home.changed = net_wake_waker(registry->tell);
    registry->home.registry = registry;
    registry->minute_us = now(registry);
    return registry;
}

void registry_destroy(struct registry *registry)
{
    if (!registry)
        return;
    list_for_each (camera, &registry->cameras, struct camera, node)
        camera_destroy(camera);
    net_wake_destroy(registry->tell);
    mem_free(registry);
}

const struct camera_env *registry_env(const struct registry *registry)
{
    return &registry->home.env;
}

void registry_use_store(struct registry *registry, struct store *store)
{
    registry->home.env.store = store;
}

struct camera *registry_find(struct registry *registry, const char *id)
{
    list_for_each (camera, &registry->cameras, struct camera, node)
        if (strcmp(camera->id, id) == 0)
            return camera;
    return NULL;
}

struct camera *registry_next(struct registry *registry, const struct camera *camera)
{
    struct list *next = camera ? camera->node.next : registry->cameras.next;
    return next == &registry->cameras ? NULL : list_entry(next, struct camera, node);
}

static struct camera *add(struct registry *registry, const struct camera_identity *identity)
{
    struct camera *camera = camera_create(&registry->home, identity->id, identity->kind,
                                          mem_strdup_or_die(identity->address));
    camera->adopted = identity->adopted;
    if (identity->token)
        snprintf(camera->token, sizeof(camera->token), "%s", identity->token);
    if (identity->name && camera_is_name(identity->name))
        snprintf(camera->name, sizeof(camera->name), "%s", identity->name);
    list_append(&registry->cameras, &camera->node);
    camera->is_unseen = identity->is_unseen;
    registry->count += !camera->is_unseen;
    registry->n_unseen += camera->is_unseen;
    camera_changed(camera, CAMERA_CHANGE_NEW);
    return camera;
}

static void begin_minute(struct registry *registry)
{
    int64_t now_us = now(registry);
    if (now_us - registry->minute_us >= 60 * US_PER_S) {
        registry->minute_us = now_us;
        registry->new_in_minute = 0;
    }
}

/* Offline devices that were never adopted make room for new ones. */
static bool make_room(struct registry *registry)
{
    list_for_each (camera, &registry->cameras, struct camera, node) {
        if (camera->adopted || camera->source || camera->kind != CAMERA_PUSH || camera->is_unseen)
            continue;
        log_info("camera", camera->id, "removed: never adopted, and a new camera needs its place");
        registry_remove(registry, camera);
        return true;
    }
    return false;
}

/* Removes an unseen camera that is offline; it then no longer counts in the minute's limit. */
static bool forget_unseen(struct registry *registry)
{
    list_for_each (camera, &registry->cameras, struct camera, node) {
        if (!camera->is_unseen || camera->source)
            continue;
        if (registry->new_in_minute > 0)
            registry->new_in_minute--;
        registry_remove(registry, camera);
        return true;
    }
    return false;
}

/* An unknown device. It does not count among max_cameras until it has sent a usable picture or the
 * owner has changed something, so made-up ids cannot take the room of real cameras. When there are
 * too many, the oldest that is offline is removed. */
static int admit_unseen(struct registry *registry)
{
    begin_minute(registry);
    if (registry->new_in_minute >= registry->max_new_per_minute && !forget_unseen(registry))
        return -EAGAIN;
    if (registry->n_unseen >= registry->max_cameras && !forget_unseen(registry))
        return -ENOSPC;
    registry->new_in_minute++;
    return 0;
}

/* 0, or why there is no room for one more. */
static int admit(struct registry *registry, const struct camera_identity *identity)
{
    if (identity->is_unseen)
        return admit_unseen(registry);
    return registry->count < registry->max_cameras || make_room(registry) ? 0 : -ENOSPC;
}

bool registry_seen(struct registry *registry, struct camera *camera)
{
    if (!camera->is_unseen)
        return true;
    if (registry->count >= registry->max_cameras && !make_room(registry))
        return false;
    camera->is_unseen = false;
    registry->n_unseen--;
    registry->count++;
    camera_store(camera, true);
    return true;
}

void registry_log_refusal(struct registry *registry, const char *id, const char *why)
{
    refusals_tell(&registry->refusals, now(registry), id, "a device is refused", why);
}

void registry_log_trouble(struct registry *registry, const char *id, const char *why)
{
    refusals_tell(&registry->refusals, now(registry), id, "its device breaks the rules", why);
}

static bool is_same(const struct camera *camera, const struct camera_identity *identity)
{
    const char *a = camera->address ? camera->address : "";
    const char *b = identity->address ? identity->address : "";
    return camera->kind == identity->kind && strcmp(a, b) == 0;
}

static int add_new(struct registry *registry, const struct camera_identity *identity,
                   struct camera **ret_camera)
{
    if (!text_is_id(identity->id) ||
        (identity->address && strlen(identity->address) > CAMERA_ADDRESS_MAX))
        return -EINVAL;
    struct camera_identity granted = *identity;
    granted.is_unseen = identity->kind == CAMERA_PUSH && !identity->adopted;
    granted.adopted =
        identity->adopted ||
        !(registry->adopt_ask || (registry->ask_for_devices && identity->kind == CAMERA_PUSH));
    int r = admit(registry, &granted);
    if (r < 0) {
        registry_log_refusal(registry, identity->id,
                             r == -ENOSPC ? "max_cameras is reached"
                                          : "too many new cameras this minute");
        return r;
    }
    *ret_camera = add(registry, &granted);
    if (camera_may_log(*ret_camera))
        log_info("camera", identity->id,
                 granted.adopted ? "new camera" : "new camera, waiting to be adopted");
    camera_remember(*ret_camera);
    return 0;
}

/* Checks the device's token. A stranger that presents one must not shut out the connected
 * device. */
static int claim(struct camera *camera, const char *token)
{
    if (camera->token[0])
        return token && strcmp(camera->token, token) == 0 ? 0 : -EKEYREJECTED;
    if (!token)
        return 0;
    /* Nor may it claim a camera that is known to work without a token; its token is ignored. */
    if (!camera->is_unseen)
        return 0;
    if (camera->source)
        return -EBUSY;
    snprintf(camera->token, sizeof(camera->token), "%s", token);
    if (camera_may_log(camera))
        log_info("camera", camera->id,
                 "its device presents a token; connections without it are refused from now on");
    return 0;
}

void registry_ask_for_devices(struct registry *registry, bool ask)
{
    registry->ask_for_devices = ask;
}

int registry_add(struct registry *registry, const struct camera_identity *identity,
                 struct camera **ret_camera)
{
    struct camera *camera = registry_find(registry, identity->id);
    if (!camera)
        return add_new(registry, identity, ret_camera);
    int r = is_same(camera, identity) ? claim(camera, identity->token) : -EEXIST;
    if (r < 0)
        return r;
    *ret_camera = camera;
    return 0;
}

int registry_get_or_add(struct registry *registry, const char *id, const char *token,
                        struct camera **ret_camera)
{
    return registry_add(registry,
                        &(struct camera_identity){.id = id, .kind = CAMERA_PUSH, .token = token},
                        ret_camera);
}

void registry_remove(struct registry *registry, struct camera *camera)
{
    if (camera_may_log(camera))
        log_info("camera", camera->id, "removed");
    camera_dismiss(camera);
    list_for_each (observer, &registry->observers, struct registry_observer, node)
        if (observer->removed)
            observer->removed(observer->ctx, camera);
    if (registry->home.env.store)
        store_remove_camera(registry->home.env.store, camera->id);
    registry->count -= !camera->is_unseen;
    registry->n_unseen -= camera->is_unseen;
    camera_destroy(camera);
}

void registry_load_camera(struct registry *registry, const struct store_camera *row)
{
    enum camera_kind kind;
    if (!text_is_id(row->id) || registry_find(registry, row->id) ||
        camera_kind_find(row->source, &kind) < 0)
        return;
    add(registry,
        &(struct camera_identity){.id = row->id,
                                  .name = row->name,
                                  .kind = kind,
                                  .address = row->address && *row->address ? row->address : NULL,
                                  .token = row->token,
                                  .adopted = row->adopted});
}

void registry_load_setting(struct registry *registry, const char *camera_id, const char *name,
                           const char *value_json)
{
    struct camera *camera = registry_find(registry, camera_id);
    json_t *value = json_loads(value_json, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (camera && value)
        json_object_set(camera->settings, name, value);
    json_decref(value);
}

void registry_load_last(struct registry *registry, const struct store_last *row)
{
    struct camera *camera = registry_find(registry, row->camera);
    if (camera)
        last_load(camera, row);
}

void registry_store_last(struct registry *registry)
{
    list_for_each (camera, &registry->cameras, struct camera, node)
        last_store_now(camera);
}

void registry_observe(struct registry *registry, struct registry_observer *observer)
{
    list_append(&registry->observers, &observer->node);
}

void registry_unobserve(struct registry_observer *observer)
{
    list_remove(&observer->node);
}
