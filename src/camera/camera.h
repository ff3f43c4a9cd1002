/* A camera as its consumers see it: who it is, how it is, and leases on its pictures.
 * Loop only. Sources feed it through camera/source.h; struct camera itself is private to the room.
 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "camera/env.h"
#include "stream/lease.h"

struct camera;

enum {
    CAMERA_ID_MAX = 32,
    CAMERA_NAME_MAX = 64,
    CAMERA_ADDRESS_MAX = 512,
    CAMERA_TOKEN_CHARS = 64,
};

/* Where its pictures come from. */
enum camera_kind {
    CAMERA_PUSH,      /* a device that connects */
    CAMERA_V4L2,      /* a kernel device of this machine; the address is its stable name */
    CAMERA_LIBCAMERA, /* a Raspberry Pi's camera; the address is libcamera's id */
    CAMERA_HTTP,      /* pulled from the network; the address is a URL */
    CAMERA_KINDS
};
const char *camera_kind_name(enum camera_kind kind); /* "push", "v4l2", …; immutable */
/* Also by the name that http had in databases before: "mjpeg". -EINVAL: no kind has that name. */
int camera_kind_find(const char *name, enum camera_kind *ret_kind)
    __attribute__((warn_unused_result));

/* Why a frame was dropped: a jpeg_fault, or one of these behind them. */
enum camera_drop {
    CAMERA_DROP_UNWANTED = JPEG_UNSUPPORTED + 1, /* pushed while no lease is held */
    CAMERA_DROP_DARK,                            /* exposure still settling after waking */
    CAMERA_DROP_UNDECODABLE, /* passed the gatekeeper, but the decoder refused it */
    CAMERA_DROP_PROTOCOL,    /* a binary message that is not a frame */
    CAMERA_DROPS
};
const char *camera_drop_name(unsigned drop);

/* What of a camera changed. */
enum camera_change {
    CAMERA_CHANGE_NEW = 1, /* it was not there before */
    CAMERA_CHANGE_STATE = 2,
    CAMERA_CHANGE_IDENTITY = 4, /* its name, or that it is adopted */
    CAMERA_CHANGE_CONTROLS = 8,
};

/* --- Who and how it is. --- */

struct camera_stats {
    uint64_t received, received_bytes, starts, start_timeouts;
    uint64_t sent, skipped_for_slow; /* frames, all viewers together */
};

/* A look at a camera; pointers are borrowed and valid until the camera changes. */
struct camera_view {
    const char *id, *name;
    const char *address; /* NULL for one that pushes */
    const char *model;   /* NULL = unknown */
    const char *error;   /* what the owner should know, "" = nothing */
    enum camera_kind kind;
    enum demand_state state;
    enum rendition_kind native; /* what the source gives: JPEG or raw */
    bool adopted;           /* else it was found, and cannot be woken until the owner adopts it */
    bool has_source;        /* its device is there */
    bool controlled;        /* the device obeys; else it pushes as it likes */
    bool is_capturing;      /* a still is waited for */
    uint16_t width, height; /* of the last frame, 0 = none yet */
    int battery_percent;    /* -1 = unknown */
    int last_drop;          /* why the last frame since the start was dropped; -1: none was */
    int64_t sleeping_until_wall_us; /* by the device's own word, 0 = it does not sleep */
    int64_t awake_us;               /* awake time since the server started, as last accounted */
    const struct packet *poster;    /* the last good frame ever seen, or NULL */
    unsigned leases, leases_by_reason[LEASE_REASONS];
    struct camera_stats stats;
};
struct camera_view camera_view(const struct camera *camera);

const char *camera_id(const struct camera *camera);
enum demand_state camera_state(const struct camera *camera);

/* The server-wide number of a rendition's stream; 0 for raw, which never leaves the server. */
uint32_t camera_stream(const struct camera *camera, enum rendition_kind kind);
/* Packets of that rendition so far. */
uint64_t camera_published(const struct camera *camera, enum rendition_kind kind);

/* Frames dropped for this reason (enum jpeg_fault or camera_drop), the decoder's refusals among
 * them. */
uint64_t camera_dropped(const struct camera *camera, unsigned drop);

/* True while the source is meant to deliver. */
bool camera_runs(const struct camera *camera);

/* False when its last pictures have a size that H.264 cannot have: they are delivered as JPEG only.
 */
bool camera_has_h264(const struct camera *camera);

/* Totals of the H.264 encoder at work and all before it. */
struct maker_stats camera_encode_stats(const struct camera *camera);

/* Brings the awake accounting up to now; call before reading it. */
void camera_account(struct camera *camera, int64_t now_us);

/* The camera as JSON for page and REST (docs/protocol.md, "Camera object"); a new reference. */
json_t *camera_describe(struct camera *camera, int64_t now_us);
/* Its controls as they are: an array of the schema\'s objects, maybe empty; a new reference. */
json_t *camera_controls(const struct camera *camera);
json_t *camera_describe_awake(struct camera *camera,
                              int64_t now_us); /* hours of the day by reason */

const struct camera_env *camera_env(const struct camera *camera);

/* --- What may be done with it. --- */

/* Takes a lease; the poster, if any, may be shown while the first frame is on its way. */
struct lease *camera_lease(struct camera *camera, const struct lease_params *params)
    __attribute__((returns_nonnull, warn_unused_result));

/* A consumer's frames: handed to a viewer, and missed because the viewer was slow. */
void camera_count_sent(struct camera *camera, uint64_t sent, uint64_t skipped_for_slow);

/* Changes controls: values is an object of name → value. Checks every value against the schema
 * first and changes nothing when one does not fit. 0; -ENOTSUP: it has no controls; -EINVAL:
 * *ret_message says which value and what would be right (static or inside camera, valid until the
 * next call); -ENOTCONN: remembered, and set when the device comes back. */
int camera_set(struct camera *camera, json_t *values, const char **ret_message)
    __attribute__((warn_unused_result));

/* The same, and every other control goes back to its default: what was remembered before is
 * forgotten. */
int camera_replace(struct camera *camera, json_t *values, const char **ret_message)
    __attribute__((warn_unused_result));

/* Writes its row, and all of its settings, to the store once more, where there is one: a write
 * about it was lost. */
void camera_store(const struct camera *camera, bool with_settings);

/* The owner takes a camera that was found. */
void camera_adopt(struct camera *camera);

/* 1 to 64 (CAMERA_NAME_MAX) bytes of UTF-8 without control characters; else -EINVAL. */
int camera_rename(struct camera *camera, const char *name) __attribute__((warn_unused_result));
