/* What the files of this room share: struct camera, and the calls between them. Loop only. */
#pragma once
#include "base/waker.h"
#include "camera/camera.h"
#include "camera/control_json.h"
#include "camera/source.h"

enum { CAMERA_HOURS = 24 };

/* Of the log. */
struct camera_lines {
    int64_t since_us; /* when the running minute began */
    unsigned count;
};

/* What cameras share with their registry, which owns it. */
struct camera_home {
    struct camera_env env;
    struct waker changed; /* woken when a camera became dirty */
    struct registry *registry;
    uint32_t last_stream;             /* number of the last rendition made */
    struct camera_lines unseen_lines; /* about cameras that are unseen, all together */
};

/* Awake time. A column a reason: the time during which at least one lease of that reason was held
 * while the camera ran; then the time it ran with nobody holding one, and the time it ran at all.
 */
enum { CAMERA_AWAKE_LINGER = LEASE_REASONS, CAMERA_AWAKE_TOTAL, CAMERA_AWAKE_COLUMNS };
struct camera_awake {
    int64_t accounted_us; /* up to here, monotonic */
    int64_t total_us;     /* since the server started */
    int day;              /* local days since the epoch that the hours below are of */
    int64_t hours_us[CAMERA_HOURS][CAMERA_AWAKE_COLUMNS];
};

struct camera {
    struct list node; /* in its registry */
    struct camera_home *home;
    char id[CAMERA_ID_MAX + 1], name[CAMERA_NAME_MAX + 1];
    enum camera_kind kind;
    char *address;                      /* NULL for one that pushes */
    char token[CAMERA_TOKEN_CHARS + 1]; /* the hash of what its device has to show; "" = nothing */
    bool is_unseen; /* its device has sent no usable frame, and its owner had no hand in it: it is
                       not remembered and does not count; its place may be another one's */
    bool adopted;   /* else it was found and waits for the owner's word: nobody can wake it */

    const struct source_ops *source_ops; /* NULL while no device is there */
    void *source;
    enum rendition_kind native;     /* what the source gives: JPEG or raw */
    int64_t first_frame_us;         /* the source's patience with its first frame; 0 = as others */
    bool controlled;                /* the device obeys; else it pushes as it likes */
    struct controls controls;       /* as they are now; kept while the device is away */
    json_t *model;                  /* string or NULL */
    int battery_percent;            /* -1 = unknown */
    int64_t sleeping_until_wall_us; /* the device sleeps by itself and said when it wakes; 0 = it
                                       does not */
    char error[160];                /* what the owner should know, "" = nothing */
    char refusal[96];               /* of the last camera_set */
    struct camera_lines presence_lines,
        error_lines,   /* of the log: about coming and going, and about errors */
        replacements;  /* of its device by another one */
    int64_t rivals_us; /* when devices were last seen to replace each other; 0 = never */

    struct demand demand;
    struct lease_set leases;
    struct list renditions; /* of struct rendition.node */
    struct net_wake *wake;  /* poked by their hubs */
    struct net_timer *timer;
    int64_t armed_us;               /* when the timer fires */
    struct camera_wish wish, asked; /* of all leases; what the source was told last */
    struct list captures;           /* of struct capture.node */
    int64_t frame_asked_us; /* when a capture last asked for a frame of the stream; 0 = never */
    uint32_t last_request;  /* number of the last still asked of the device */
    struct {
        uint32_t request; /* 0: none */
        int64_t asked_us;
    } still;          /* that was asked for and is not there yet */
    json_t *settings; /* object of name → value: what the owner chose, set again whenever the device
                         comes */
    unsigned changed; /* enum camera_change, or'ed: what observers have yet to be told */
    struct net_timer *slow_timer; /* for changes that the device makes by itself */
    int64_t slow_told_us;         /* when one of them was told last */
    unsigned slow_change; /* enum camera_change, or'ed: what has yet to be told; 0 = nothing */
    int64_t spent_us;     /* camera_charge: up to then its device has had its share */

    struct packet *poster; /* the last good frame ever seen, or NULL */
    uint16_t width, height;
    int64_t woke_us;       /* when the last start was sent */
    int last_drop;         /* why the last frame since then was dropped; -1: none was */
    int64_t rate_since_us; /* when the second began over which frames are counted, 0 = not yet */
    unsigned rate_frames;  /* since then */
    int64_t frame_interval_us; /* mean of the last such second; 0 = not known */
    const char *told_encoder;  /* of the H.264 work, looked at each such second */
    int told_device_error;
    bool h264_refused; /* the decoder takes none of its pictures, of this size */

    struct camera_stats stats;
    uint64_t dropped[CAMERA_DROPS];
    struct maker_stats past; /* of H.264 makers that are closed */

    struct camera_awake awake;
};

/* Takes the address, which may be NULL. The home outlives the camera. */
struct camera *camera_create(struct camera_home *home, const char *id, enum camera_kind kind,
                             char *takes_address) __attribute__((returns_nonnull));
void camera_destroy(struct camera *camera);

/* Everybody who looks or waits is told that it is gone. */
void camera_dismiss(struct camera *camera);

/* Feeds the demand machine and does what it decides. */
void camera_step(struct camera *camera, enum demand_event event);

/* --- camera/rendition.c --- */

/* Those that are always there: their stream numbers are known before anything is shown. */
void rendition_add_permanent(struct camera *camera);
void rendition_destroy(struct rendition *rendition); /* its maker is closed before */
/* The one of this kind at full size and rate; of the permanent kinds alone. */
struct rendition *rendition_full(const struct camera *camera, enum rendition_kind kind);
bool rendition_is_native(const struct camera *camera, const struct rendition *rendition);
/* The one for a lease: of the smallest scale and rate that give it what it wishes. */
struct rendition *rendition_choose(struct camera *camera, const struct lease_params *wish)
    __attribute__((returns_nonnull));
/* Opens, adjusts or closes its maker, as its leases want it; may destroy it. */
void rendition_adjust(struct camera *camera, struct rendition *rendition);
void rendition_adjust_all(struct camera *camera);
void rendition_close_all(struct camera *camera); /* their makers */
void rendition_pause_all(struct camera *camera);
/* Adds the figures of the makers at work on that kind. */
void rendition_add_stats(const struct camera *camera, enum rendition_kind kind,
                         struct maker_stats *sum);
int rendition_error(const struct camera *camera); /* the first one's, 0 = all is well */

/* The source delivers no more: what came of it is not live for those who come from now on. */
void camera_pause(struct camera *camera);

/* camera/settings.c: a device that came (back) is given what the owner chose. */
void camera_set_again(struct camera *camera);

/* Writes the camera's row to the store, where there is one. */
void camera_remember(const struct camera *camera);

/* What is shown while two devices take turns. */
#define CAMERA_RIVALS "two devices use this id and replace each other; give one of them another id"

/* The name that its device gives it; -EINVAL. */
int camera_take_name(struct camera *camera, const char *name) __attribute__((warn_unused_result));
/* It counts and is remembered from now on. False: there is no room. */
bool registry_seen(struct registry *registry, struct camera *camera);

/* False: enough was logged in this minute about cameras that are unseen, and this is one. */
bool camera_may_log(struct camera *camera);

/* Tells every observer that something visible changed; coalesced to one call a turn of the loop. */
void camera_changed(struct camera *camera, enum camera_change what);
/* The same for what a device can change as often as it likes: at most twice a second. */
void camera_changed_by_device(struct camera *camera, enum camera_change what);
/* Tells every observer at once what a source made of values; see struct registry_observer. */
void registry_tell_reported(struct registry *registry, struct camera *camera,
                            const struct control_values *values);
void registry_tell_refused(struct registry *registry, struct camera *camera,
                           const struct control *control, const char *why);

/* Every capture that waits gets this error. */
void capture_fail_all(struct camera *camera, int error);
/* Those that wait for a frame of the stream. */
void capture_fail_frames(struct camera *camera, int error);
/* The same at once, with -ENOTCONN: the camera ends. */
void capture_end_all(struct camera *camera);
