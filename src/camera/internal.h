/* What the files of this room share: struct camera, and the calls between them. Loop only. */
#pragma once
#include "base/waker.h"
#include "camera/battery.h"
#include "camera/camera.h"
#include "camera/control_json.h"
#include "camera/source.h"

enum { CAMERA_HOURS = 24 };

/* Limits lines in the log. */
struct camera_lines {
    int64_t since_us; /* when the current minute began */
    unsigned count;
};

/* What cameras share with their registry, which owns it. */
struct camera_home {
    struct camera_env env;
    struct waker changed; /* woken when a camera became dirty */
    struct registry *registry;
    uint32_t last_stream;             /* the last stream number given to a rendition */
    struct camera_lines unseen_lines; /* about all unseen cameras together */
};

/* Awake time. One column for each reason: the time that the camera ran while at least one lease of
 * that reason was held; then the time it ran without a lease, and the total.
 */
enum { CAMERA_AWAKE_LINGER = LEASE_REASONS, CAMERA_AWAKE_TOTAL, CAMERA_AWAKE_COLUMNS };
struct camera_awake {
    int64_t accounted_us;                    /* up to here, monotonic */
    int64_t totals_us[CAMERA_AWAKE_COLUMNS]; /* since the server started */
    int day; /* the day of the hours below, in local days since the epoch */
    int64_t hours_us[CAMERA_HOURS][CAMERA_AWAKE_COLUMNS];
};

struct camera {
    struct list node; /* in its registry */
    struct camera_home *home;
    char id[CAMERA_ID_MAX + 1], name[CAMERA_NAME_MAX_BYTES + 1];
    enum camera_kind kind;
    char *address;                      /* NULL: CAMERA_PUSH */
    char token[CAMERA_TOKEN_CHARS + 1]; /* hash of its device's token; "" = none */
    bool is_unseen; /* no usable frame yet and no action of the owner: it is not stored, does not
                       count among max_cameras, and may be replaced by another one */
    bool adopted;   /* false: it was found and cannot be woken until the owner approves it */

    const struct source_ops *source_ops; /* NULL while no device is connected */
    void *source;
    enum rendition_kind native; /* what the source delivers: JPEG or raw */
    int64_t first_frame_us;     /* the source's timeout for its first frame; 0 = default */
    bool controlled;            /* false: the device ignores commands */
    struct controls controls;   /* current values; kept while the device is offline */
    json_t *model;              /* string or NULL */
    int battery_percent;        /* -1 = unknown */
    struct battery_history batteries;
    int64_t sleeping_until_wall_us; /* when the device, which sleeps, said that it wakes; 0 = it is
                                       not asleep */
    char error[160];                /* for the owner; "" = none */
    char refusal[96];               /* of the last camera_set */
    struct camera_lines presence_lines,
        error_lines,   /* in the log: connected and disconnected; errors */
        replacements;  /* of its device's connection by another */
    int64_t rivals_us; /* when devices were last seen to replace each other; 0 = never */

    struct demand demand;
    struct lease_set leases;
    struct list renditions; /* of struct rendition.node */
    struct net_wake *wake;  /* poked by their hubs */
    struct net_timer *timer;
    int64_t armed_us;               /* when the timer fires */
    struct camera_wish wish, asked; /* of all leases; last sent to the source */
    struct list captures;           /* of struct capture.node */
    int64_t frame_asked_us; /* when a capture last asked for a frame of the stream; 0 = never */
    uint32_t last_request;  /* number of the last still asked of the device */
    struct {
        uint32_t request; /* 0 = none */
        int64_t asked_us;
    } still;          /* the outstanding request */
    json_t *settings; /* object of name → value: the owner's settings, set whenever the device
                         connects */
    unsigned changed; /* enum camera_change, or'ed: observers have yet to be notified */
    struct net_timer *slow_timer; /* for changes that the device makes by itself */
    int64_t slow_told_us;         /* when observers were last notified of one */
    unsigned slow_change;         /* enum camera_change, or'ed: those pending; 0 = none */
    int64_t spent_us;             /* camera_charge: its device has used its share up to this time */

    struct packet *poster; /* the last good frame ever seen, or NULL */
    uint16_t width, height;
    int64_t woke_us;           /* when the last start was sent */
    int last_drop;             /* why the last frame since then was dropped; -1 = not */
    int64_t rate_since_us;     /* when the second began in which frames are counted; 0 = not yet */
    unsigned rate_frames;      /* since then */
    int64_t frame_interval_us; /* mean of the last such second; 0 = unknown */
    const char *told_encoder;  /* last reported to observers; checked once a second */
    int told_device_error;
    bool h264_refused; /* the decoder refuses its pictures at this size */

    struct camera_stats stats;
    uint64_t dropped[CAMERA_DROPS];
    struct maker_stats past; /* of closed H.264 makers */

    struct camera_awake awake;

    /* camera/last.c: what the store has of the camera's last signs of life. */
    struct {
        struct net_timer *timer;
        bool is_due;                                /* the timer is set */
        int64_t stored_us;                          /* when it was last written; 0 = never */
        int64_t poster_us;                          /* arrival of the stored poster; 0 = none */
        int64_t resting_until_us, offline_since_us; /* as stored */
        int64_t offline_wall_us; /* when the device went; 0: it is connected, or was never seen */
    } last;
};

/* Takes the address, which may be NULL. The home outlives the camera. */
struct camera *camera_create(struct camera_home *home, const char *id, enum camera_kind kind,
                             char *takes_address) __attribute__((returns_nonnull));
void camera_destroy(struct camera *camera);

/* Ends all its leases, viewers and captures: the camera is gone. */
void camera_dismiss(struct camera *camera);

/* Feeds the demand state machine and carries out its decision. */
void camera_step(struct camera *camera, enum demand_event event);

/* --- camera/rendition.c --- */

/* Adds the permanent renditions, whose stream numbers are known before anything is shown. */
void rendition_add_permanent(struct camera *camera);
void rendition_destroy(struct rendition *rendition); /* after its maker was closed */
/* The rendition of this kind at full size and rate; permanent kinds only. */
struct rendition *rendition_full(const struct camera *camera, enum rendition_kind kind);
bool rendition_is_native(const struct camera *camera, const struct rendition *rendition);
/* The rendition for a lease: the smallest scale and rate that satisfy its wish. */
struct rendition *rendition_choose(struct camera *camera, const struct lease_params *wish)
    __attribute__((returns_nonnull));
/* Opens, adjusts or closes its maker to match its leases; may destroy it. */
void rendition_adjust(struct camera *camera, struct rendition *rendition);
void rendition_adjust_all(struct camera *camera);
void rendition_close_all(struct camera *camera); /* closes the makers */
void rendition_pause_all(struct camera *camera);
/* Adds the statistics of the makers at work on that kind. */
void rendition_add_stats(const struct camera *camera, enum rendition_kind kind,
                         struct maker_stats *sum);
int rendition_error(const struct camera *camera); /* the first maker's error; 0 = none */

/* The source has stopped: consumers that join from now on do not get its old packets. */
void camera_pause(struct camera *camera);

/* camera/settings.c: sends the owner's settings to a device that connected. */
void camera_set_again(struct camera *camera);

/* --- camera/last.c: the poster, "offline since" and "resting until" outlive the server. --- */

void last_init(struct camera *camera);
void last_finish(struct camera *camera);
/* The camera fell asleep, or its device went: what is new will be stored. */
void last_changed(struct camera *camera);
void last_load(struct camera *camera, const struct store_last *row);
/* The server ends: stores what is new at once. */
void last_store_now(struct camera *camera);

/* Writes the camera's row to the store, if there is one. */
void camera_remember(const struct camera *camera);

/* A capture waited for so long, and no usable frame came: a camera that is woken for snapshots
 * alone never runs until the start's own timeout. */
void camera_gave_nothing(struct camera *camera, int64_t waited_us);
/* The error for the owner, "" = none. */
const char *camera_error_text(const struct camera *camera);

/* The error while two devices replace each other. */
#define CAMERA_RIVALS "two devices use this id and replace each other; give one of them another id"

/* Adopts the name that its device announces; -EINVAL. */
int camera_take_name(struct camera *camera, const char *name) __attribute__((warn_unused_result));
/* From now on it counts and is stored. False: too many cameras. */
bool registry_seen(struct registry *registry, struct camera *camera);

/* False: the camera is unseen, and this minute's log lines about such cameras are used up. */
bool camera_may_log(struct camera *camera);

/* Notifies observers that something visible changed, once per turn of the loop. */
void camera_changed(struct camera *camera, enum camera_change what);
/* The same for changes that a device can cause at any rate: at most twice a second. */
void camera_changed_by_device(struct camera *camera, enum camera_change what);
/* Notifies observers at once of the values in force; see struct registry_observer. */
void registry_tell_reported(struct registry *registry, struct camera *camera,
                            const struct control_values *values);
void registry_tell_refused(struct registry *registry, struct camera *camera,
                           const struct control *control, const char *why);

/* Every waiting capture fails with this error. */
void capture_fail_all(struct camera *camera, int error);
/* Captures that wait for a frame of the stream fail. */
void capture_fail_frames(struct camera *camera, int error);
/* The same at once, with -ENOTCONN: the camera ends. */
void capture_end_all(struct camera *camera);
