/* A camera as its consumers see it: identity, state, and leases on its pictures.
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
    CAMERA_NAME_MAX = 64, /* characters; */
    CAMERA_NAME_MAX_BYTES = 4 * CAMERA_NAME_MAX,
    CAMERA_ADDRESS_MAX = 512,
    CAMERA_TOKEN_CHARS = 64,
};

/* Where a camera's pictures come from. */
enum camera_kind {
    CAMERA_PUSH,      /* a device that connects */
    CAMERA_V4L2,      /* a kernel device of this machine; the address is its stable name */
    CAMERA_LIBCAMERA, /* a Raspberry Pi's camera; the address is libcamera's id */
    CAMERA_HTTP,      /* pulled from the network; the address is a URL */
    CAMERA_KINDS
};
const char *camera_kind_name(enum camera_kind kind); /* "push", "v4l2", …; immutable */
/* "mjpeg", the name of http in older databases, is accepted too. -EINVAL: unknown kind. */
int camera_kind_find(const char *name, enum camera_kind *ret_kind)
    __attribute__((warn_unused_result));

/* Why a frame was dropped: a jpeg_fault, or one of these, which continue its numbers. */
enum camera_drop {
    CAMERA_DROP_UNWANTED = JPEG_UNSUPPORTED + 1, /* pushed while no lease is held */
    CAMERA_DROP_DARK,                            /* exposure still settling after waking */
    CAMERA_DROP_UNDECODABLE, /* passed the gatekeeper, but the decoder refused it */
    CAMERA_DROP_PROTOCOL,    /* a binary message that is not a valid frame */
    CAMERA_DROPS
};
const char *camera_drop_name(unsigned drop);

/* Which part of a camera changed. */
enum camera_change {
    CAMERA_CHANGE_NEW = 1, /* the camera was added */
    CAMERA_CHANGE_STATE = 2,
    CAMERA_CHANGE_IDENTITY = 4, /* its name, or it was adopted */
    CAMERA_CHANGE_CONTROLS = 8,
};

/* --- Identity and state. --- */

struct camera_stats {
    uint64_t received, received_bytes, starts, start_timeouts;
    uint64_t sent, skipped_for_slow; /* frames, all viewers together */
};

/* A snapshot of a camera's state; pointers are borrowed and valid until the camera changes. */
struct camera_view {
    const char *id, *name;
    const char *address; /* NULL: CAMERA_PUSH */
    const char *model;   /* NULL = unknown */
    const char *error;   /* for the owner; "" = none */
    enum camera_kind kind;
    enum demand_state state;
    enum rendition_kind native;     /* what the source delivers: JPEG or raw */
    bool adopted;                   /* false: found, cannot be woken until the owner adopts it */
    bool has_source;                /* its device is connected */
    bool controlled;                /* false: the device ignores commands and always pushes */
    bool is_capturing;              /* a still is pending */
    uint16_t width, height;         /* of the last frame, 0 = none yet */
    int battery_percent;            /* -1 = unknown */
    int last_drop;                  /* why the last frame since the start was dropped; -1 = not */
    int64_t sleeping_until_wall_us; /* as the device announced; 0 = not asleep */
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

/* Frames dropped for this reason (enum jpeg_fault or camera_drop). Includes frames that a decoder
 * refused. */
uint64_t camera_dropped(const struct camera *camera, unsigned drop);

/* True while the source is meant to deliver. */
bool camera_runs(const struct camera *camera);

/* False: the last pictures cannot become H.264 (their size, or the decoder refused them); viewers
 * get JPEG. */
bool camera_has_h264(const struct camera *camera);

/* Totals of all H.264 encoders, past and present. */
struct maker_stats camera_encode_stats(const struct camera *camera);

/* Brings the awake accounting up to now; call before reading it. */
void camera_account(struct camera *camera, int64_t now_us);

/* How long it ran while at least one lease of this reason was held, since the server started, as
 * last accounted. */
int64_t camera_awake_us(const struct camera *camera, enum lease_reason reason);

/* The camera as JSON for page and REST (docs/protocol.md, "Camera object"); a new reference. */
json_t *camera_describe(struct camera *camera, int64_t now_us);
/* Its controls with their current values: an array of schema objects; a new reference. */
json_t *camera_controls(const struct camera *camera);
json_t *camera_describe_awake(struct camera *camera,
                              int64_t now_us); /* hours of the day by reason */

const struct camera_env *camera_env(const struct camera *camera);

/* --- Actions. --- */

/* Takes a lease. Show the poster, if there is one, until the first frame arrives. */
struct lease *camera_lease(struct camera *camera, const struct lease_params *params)
    __attribute__((returns_nonnull, warn_unused_result));

/* Counts frames sent to a viewer, and frames skipped because the viewer was slow. */
void camera_count_sent(struct camera *camera, uint64_t sent, uint64_t skipped_for_slow);

/* Changes controls: values is an object of name → value. Checks every value against the schema
 * first and changes nothing when one is invalid. 0; -ENOTSUP: it has no controls; -EINVAL:
 * *ret_message says which value and what is allowed (static or inside camera, valid until the
 * next call); -ENOTCONN: stored, and set when the device reconnects. */
int camera_set(struct camera *camera, json_t *values, const char **ret_message)
    __attribute__((warn_unused_result));

/* The same, and every other control is reset to its default. Replaces the stored
 * settings. */
int camera_replace(struct camera *camera, json_t *values, const char **ret_message)
    __attribute__((warn_unused_result));

/* Writes its row, and with_settings all its settings, to the store again, if there is one: used
 * after a failed write. */
void camera_store(const struct camera *camera, bool with_settings);

/* The owner approves a camera that was found. */
void camera_adopt(struct camera *camera);
/* From now on its device has to present the token with this hash (CAMERA_TOKEN_CHARS); the one that
 * is connected is sent away. -ENOTSUP: it is no device that pushes. */
int camera_use_token(struct camera *camera, const char *hash) __attribute__((warn_unused_result));

/* True for 1 to CAMERA_NAME_MAX characters, one of them visible, as text_is_name has it. */
bool camera_is_name(const char *name);
/* -EINVAL: it is no name. */
int camera_rename(struct camera *camera, const char *name) __attribute__((warn_unused_result));
