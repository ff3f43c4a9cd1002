/* The registry: every camera that the server knows, by id; who watches them; what they need from
 * outside. Loop only. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "camera/camera.h"

struct registry_params {
    struct camera_env env;       /* copied; its store can be set later: registry_use_store */
    unsigned max_cameras;        /* 0 = 64; a device beyond is refused */
    unsigned max_new_per_minute; /* 0 = 10; unknown devices, all together */
    bool adopt_ask;              /* a camera that is found waits until the owner adopts it */
};

struct registry *registry_create(const struct registry_params *params)
    __attribute__((returns_nonnull));
void registry_destroy(struct registry *registry); /* takes NULL */
const struct camera_env *registry_env(const struct registry *registry);

struct camera *registry_find(struct registry *registry, const char *id);

/* The camera after this one, in order of first sight; the first one after NULL; NULL: no more. */
struct camera *registry_next(struct registry *registry, const struct camera *camera);
/* No camera may be removed inside the loop. */
#define registry_for_each(camera, registry)                                                        \
    for (struct camera *camera = registry_next(registry, NULL); camera;                            \
         camera = registry_next(registry, camera))

struct camera_identity {
    const char *id;
    const char *name; /* of a new one; NULL = its id */
    enum camera_kind kind;
    const char *address; /* NULL for one that pushes */
    bool adopted;        /* the owner's word is there already */
    bool is_unseen;      /* the registry's own: see struct camera */
    const char *token;   /* the hash of what its device shows, CAMERA_TOKEN_CHARS; NULL = nothing */
};

/* The camera of this identity, made if it is new; where there is no room, in the place of the
 * oldest device that nobody adopted and that is away. A device is remembered, and counts among
 * max_cameras, once it has sent a usable frame or its owner has had a hand in it. -ENOSPC: too many
 * cameras; -EAGAIN: too many new devices in the last minute; -EINVAL: no valid id; -EEXIST: a
 * camera of this id has another kind or address. The token that its device presents before it
 * counts becomes the camera's; without it, -EKEYREJECTED from then on. -EBUSY: a device without one
 * is connected. */
int registry_add(struct registry *registry, const struct camera_identity *identity,
                 struct camera **ret_camera) __attribute__((warn_unused_result));

/* The same for a device that pushes. */
int registry_get_or_add(struct registry *registry, const char *id, const char *token,
                        struct camera **ret_camera) __attribute__((warn_unused_result));

/* Forgets the camera and all that was stored of it; its viewers are told. Its source is
 * detached, and may come again as a new camera. */
void registry_remove(struct registry *registry, struct camera *camera);

/* Logs why a device is refused, or which rule it breaks: once for each device and reason,
 * and how many more there were, once a minute. why is static. */
void registry_log_refusal(struct registry *registry, const char *id, const char *why);
void registry_log_trouble(struct registry *registry, const char *id, const char *why);

/* From now on new cameras, names and settings are remembered there; borrowed, NULL to forget it
 * again. */
void registry_use_store(struct registry *registry, struct store *store);

/* What the store remembers; called while it is opened, before registry_use_store. */
void registry_load_camera(struct registry *registry, const struct store_camera *row);
void registry_load_setting(struct registry *registry, const char *camera_id, const char *name,
                           const char *value_json);

/* Told of each camera that changed visibly, once a turn of the loop at most. */
struct registry_observer {
    struct list node;
    /* what: enum camera_change, or'ed. */
    void (*changed)(void *ctx, struct camera *camera, unsigned what);
    /* It is about to go, but is registered still: what is to take its place comes in a turn of the
     * loop of its own. NULL = no matter. */
    void (*removed)(void *ctx, struct camera *camera);
    /* The device says what is in force of these controls: an object of name → value. NULL = no
     * matter. */
    void (*reported)(void *ctx, struct camera *camera, json_t *values);
    /* The device does not take the value that this control was set to. NULL = no matter. */
    void (*refused)(void *ctx, struct camera *camera, const char *control, const char *why);
    void *ctx;
};
void registry_observe(struct registry *registry, struct registry_observer *observer);
void registry_unobserve(struct registry_observer *observer);
