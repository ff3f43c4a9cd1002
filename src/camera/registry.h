/* The registry: every camera that the server knows, by id; who watches them; what they need from
 * outside. Loop only. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"
#include "camera/camera.h"
#include "store/store.h"

struct registry_params {
    struct net *net;
    struct store *store; /* NULL: nothing is remembered (tests) */
    const struct clock *clock;
    struct demand_policy policy; /* zeroed = demand_policy_default */
    struct opener opener;
    struct jpeg_limits jpeg_limits; /* 0 = 4096 */
    unsigned max_cameras;           /* 0 = 64; a device beyond is refused */
    unsigned max_new_per_minute;    /* 0 = 10; unknown devices, all together */
    bool skip_dark;                 /* drop frames that are still dark after waking */
    int64_t max_dark_us;            /* but no longer than this after the start; 0 = 700 ms */
    int (*mean_luma)(const uint8_t *jpeg,
                     size_t len_bytes); /* 0 to 255, negative errno; NULL = nobody measures */
};

struct registry *registry_create(const struct registry_params *params)
    __attribute__((returns_nonnull));
void registry_destroy(struct registry *registry); /* takes NULL */
const struct registry_params *registry_params(const struct registry *registry);

struct camera *registry_find(struct registry *registry, const char *id);
struct list *
registry_cameras(struct registry *registry); /* of struct camera.node, in order of first sight */

/* The camera of this id, made and remembered if it is new. -ENOSPC: too many cameras; -EAGAIN: too
 * many new ones in the last minute; -EINVAL: no valid id. */
int registry_get_or_add(struct registry *registry, const char *id, struct camera **ret_camera)
    __attribute__((warn_unused_result));

/* Tells the log why a device is sent away, once a minute: whoever floods the server must not flood
 * its log. */
void registry_log_refusal(struct registry *registry, const char *id, const char *why);

/* From now on new cameras, names and settings are remembered there; borrowed, NULL to forget it
 * again. */
void registry_use_store(struct registry *registry, struct store *store);
struct store *registry_store(const struct registry *registry); /* NULL: nothing is remembered */

/* What the store remembers; called while it is opened, before registry_use_store. */
void registry_load_camera(struct registry *registry, const struct store_camera *row);
void registry_load_setting(struct registry *registry, const char *camera_id, const char *name,
                           const char *value_json);

/* Told of each camera that changed visibly, once a turn of the loop at most. */
struct registry_observer {
    struct list node;
    void (*changed)(void *ctx, struct camera *camera);
    void *ctx;
};
void registry_observe(struct registry *registry, struct registry_observer *observer);
void registry_unobserve(struct registry_observer *observer);
