/* The registry: every camera that the server knows, by id; the observers of changes; and what the
 * cameras share. Loop only. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "camera/camera.h"

struct registry_params {
    struct camera_env env;       /* copied; its store can be set later: registry_use_store */
    unsigned max_cameras;        /* 0 = 64; further devices are refused */
    unsigned max_new_per_minute; /* 0 = 10; all unknown devices together */
    bool adopt_ask;              /* found cameras wait until the owner adopts them */
};

struct registry *registry_create(const struct registry_params *params)
    __attribute__((returns_nonnull));
void registry_destroy(struct registry *registry); /* takes NULL */
const struct camera_env *registry_env(const struct registry *registry);

struct camera *registry_find(struct registry *registry, const char *id);

/* The next camera, in the order of being added; NULL gives the first. Returns NULL at the end. */
struct camera *registry_next(struct registry *registry, const struct camera *camera);
/* The loop's body must not remove cameras. */
#define registry_for_each(camera, registry)                                                        \
    for (struct camera *camera = registry_next(registry, NULL); camera;                            \
         camera = registry_next(registry, camera))

struct camera_identity {
    const char *id;
    const char *name; /* of a new one; NULL = its id */
    enum camera_kind kind;
    const char *address; /* NULL: CAMERA_PUSH */
    bool adopted;        /* the owner has approved it */
    bool is_unseen;      /* set by the registry; see struct camera */
    const char *token;   /* hash of its device's token, CAMERA_TOKEN_CHARS; NULL = none */
};

/* The camera with this identity, added if it is new; if there is no room, it replaces the oldest
 * device that is offline and was never adopted. A device is stored, and counts among max_cameras,
 * once it has sent a usable frame or the owner has changed something. -ENOSPC: too many cameras;
 * -EAGAIN: too many new devices in the last minute; -EINVAL: invalid id; -EEXIST: a camera with
 * this id has another kind or address. A token presented before the camera counts becomes the
 * camera's; connections without it then get -EKEYREJECTED. -EBUSY: a device without a token is
 * connected. */
int registry_add(struct registry *registry, const struct camera_identity *identity,
                 struct camera **ret_camera) __attribute__((warn_unused_result));

/* The same for a device that pushes. */
int registry_get_or_add(struct registry *registry, const char *id, const char *token,
                        struct camera **ret_camera) __attribute__((warn_unused_result));

/* Removes the camera and everything stored about it, and ends its viewers. Its source is detached
 * and may reappear as a new camera. */
void registry_remove(struct registry *registry, struct camera *camera);

/* Logs why a device is refused, or which rule of the protocol it breaks; see camera/refusals.h.
 * why is static. */
void registry_log_refusal(struct registry *registry, const char *id, const char *why);
void registry_log_trouble(struct registry *registry, const char *id, const char *why);

/* Whether new devices that push wait until the owner adopts them, beside adopt_ask. */
void registry_ask_for_devices(struct registry *registry, bool ask);

/* From now on new cameras, names and settings are stored there; borrowed. NULL: nothing is
 * stored. */
void registry_use_store(struct registry *registry, struct store *store);

/* Adds what is stored; called while the store is opened, before registry_use_store. */
void registry_load_camera(struct registry *registry, const struct store_camera *row);
void registry_load_setting(struct registry *registry, const char *camera_id, const char *name,
                           const char *value_json);

/* Its poster, "offline since" and "resting until". */
void registry_load_last(struct registry *registry, const struct store_last *row);
/* The server ends: what was last seen of the cameras is stored. Before store_close. */
void registry_store_last(struct registry *registry);

/* Called for each camera that changed visibly, at most once per turn of the loop. */
struct registry_observer {
    struct list node;
    /* what: enum camera_change, or'ed. */
    void (*changed)(void *ctx, struct camera *camera, unsigned what);
    /* The camera is about to be removed, but is still registered: add a replacement in a later turn
     * of the loop. May be NULL. */
    void (*removed)(void *ctx, struct camera *camera);
    /* The device reports the values in force of these controls: an object of name → value. May be
     * NULL. */
    void (*reported)(void *ctx, struct camera *camera, json_t *values);
    /* The device refused the value for this control. May be NULL. */
    void (*refused)(void *ctx, struct camera *camera, const char *control, const char *why);
    void *ctx;
};
void registry_observe(struct registry *registry, struct registry_observer *observer);
void registry_unobserve(struct registry_observer *observer);
