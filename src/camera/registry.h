/* The registry: every camera that the server knows, by id; who watches them; what they need from
 * outside. Loop only. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"
#include "camera/camera.h"
#include "net/outbound.h"
#include "store/store.h"

struct registry_params {
    struct net *net;
    struct store *store; /* NULL: nothing is remembered (tests) */
    const struct clock *clock;
    struct demand_policy policy; /* zeroed = demand_policy_default */
    struct opener opener;
    struct jpeg_limits jpeg_limits;  /* 0 = 4096 */
    unsigned max_cameras;            /* 0 = 64; a device beyond is refused */
    unsigned max_new_per_minute;     /* 0 = 10; unknown devices, all together */
    struct outbound_policy outbound; /* which addresses network cameras may have; borrowed */
    bool adopt_ask;                  /* a camera that is found waits for the owner's word */
    bool skip_dark;                  /* drop frames that are still dark after waking */
    int64_t max_dark_us;             /* but no longer than this after the start; 0 = 700 ms */
    int (*mean_luma)(const uint8_t *jpeg,
                     size_t len_bytes); /* 0 to 255, negative errno; NULL = nobody measures */
    /* A JPEG of a raw picture, room bytes left free in front, for sources: any thread. quality: 1
     * to 100. Negative errno. */
    int (*make_jpeg)(const struct raw_picture *raw, unsigned quality, size_t room,
                     struct buf **ret_buf, size_t *ret_end_off);
};

struct registry *registry_create(const struct registry_params *params)
    __attribute__((returns_nonnull));
void registry_destroy(struct registry *registry); /* takes NULL */
const struct registry_params *registry_params(const struct registry *registry);

struct camera *registry_find(struct registry *registry, const char *id);
struct list *
registry_cameras(struct registry *registry); /* of struct camera.node, in order of first sight */

struct camera_identity {
    const char *id;
    const char *name; /* of a new one; NULL = its id */
    enum camera_kind kind;
    const char *address; /* NULL for one that pushes */
    bool adopted;        /* the owner's word is there already */
    const char *token;   /* the hash of what its device shows, CAMERA_TOKEN_CHARS; NULL = nothing */
};

/* The camera of this identity, made and remembered if it is new; where there is no room, in the
 * place of the oldest device that nobody adopted and that is away. -ENOSPC: too many cameras;
 * -EAGAIN: too many new devices in the last minute; -EINVAL: no valid id; -EEXIST: a camera of this
 * id has another kind or address. The first token that its device shows becomes the camera's;
 * without it, -EKEYREJECTED from then on. -EBUSY: a device without one is connected. */
int registry_add(struct registry *registry, const struct camera_identity *identity,
                 struct camera **ret_camera) __attribute__((warn_unused_result));

/* The same for a device that pushes. */
int registry_get_or_add(struct registry *registry, const char *id, const char *token,
                        struct camera **ret_camera) __attribute__((warn_unused_result));

/* Forgets the camera and all that was remembered of it; whoever looks is told. Its source is
 * detached, and may come again as a new camera. */
void registry_remove(struct registry *registry, struct camera *camera);

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
    /* It is about to go, but is registered still: what is to take its place comes in a turn of the
     * loop of its own. NULL = no matter. */
    void (*removed)(void *ctx, struct camera *camera);
    void *ctx;
};
void registry_observe(struct registry *registry, struct registry_observer *observer);
void registry_unobserve(struct registry_observer *observer);
