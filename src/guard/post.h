/* Shared by the files of this room: the guard's post at one camera, and the incident that it
 * records. Loop only, except where noted. */
#pragma once
#include "archive/recorder.h"
#include "base/pool.h"
#include "guard/guard.h"

struct guard {
    struct guard_params params;
    struct archive *archive; /* NULL: nothing is stored */
    struct pool *pool;       /* NULL = none, and nothing is watched */
    struct net_wake *wake;   /* pictures arrived or were examined */
    struct registry_observer observer;
    struct list posts;      /* of struct post.node */
    struct list incidents;  /* of struct incident.node: those that are being closed too */
    char *maps_folder;      /* NULL: minutes are not kept */
    struct pool *maps_pool; /* NULL with it, and at the end */
    struct net_wake *maps_wake;
    int maps_error; /* of the last write */
};

/* --- post.c --- */

enum { POST_MINUTES_MAX = 10 }; /* that wait to be written together */

struct post {
    struct list node;
    struct guard *guard;
    char camera[CAMERA_ID_MAX + 1];
    struct watch_settings settings;
    bool is_unset;        /* the watcher does not have the settings yet */
    bool is_forgotten;    /* destroyed when the pool has finished with it */
    struct lease *grey;   /* to examine; NULL: not watching */
    struct lease *colour; /* for the start of a clip, and its best photo; NULL with grey */
    unsigned fps;         /* of both */
    bool has_news;        /* grey has new pictures */

    struct pool_work work;
    bool is_busy;           /* work, watcher, picture and news belong to the pool */
    struct packet *picture; /* being examined; owned reference */
    struct watcher watcher;
    enum watcher_news news;
    struct watch_map muted;       /* copy from the last query while the pool was idle */
    struct detector_verdict seen; /* copy of the watcher's */
    bool must_rest;               /* the current event must end */

    struct incident *incident; /* NULL: no movement */
    uint64_t looked, events, unrecorded;
    int64_t hour_us; /* when the hour of the quota began */
    unsigned in_hour;
    int64_t last_number;

    uint32_t minute; /* that is being watched, since 1970; 0: none */
    struct maps_record minutes[POST_MINUTES_MAX];
    unsigned n_minutes;
};

struct post *post_create(struct guard *guard, const char *camera) __attribute__((returns_nonnull));
/* Destroys it, now or when the pool has finished with it. */
void post_forget(struct post *post);
/* Takes or releases its leases, by its settings and its camera. */
void post_adjust(struct post *post);
/* Releases its leases and ends its incident. */
void post_leave(struct post *post);
/* Gives the pool the newest picture. */
void post_look(struct post *post);
/* Ends the watcher's movement, now or when the pool has finished with it. */
void post_rest(struct post *post);
/* The kept picture with this arrival time: a new reference, or NULL. */
struct packet *post_picture(const struct post *post, int64_t arrival_us);

/* --- minutes.c --- */

/* Before a picture is examined; not while the pool has the watcher. */
void minutes_note(struct post *post);
/* No more pictures for now: writes the collected minutes. */
void minutes_end(struct post *post);
void minutes_forget(struct guard *guard, const char *camera);
void minutes_stop(struct guard *guard);   /* all is written when it returns */
void minutes_finish(struct guard *guard); /* after it */

/* --- incident.c --- */

struct incident {
    struct list node; /* in guard->incidents */
    struct guard *guard;
    struct post *post; /* NULL: being closed */
    char camera[CAMERA_ID_MAX + 1];
    int64_t number;
    int64_t start_us, end_us; /* monotonic */
    struct watch_box box;
    float area_percent, score;
    struct watch_map map;
    struct packet *best; /* a JPEG; NULL = none */
    bool is_recorded;    /* within the quota */
    struct lease *lease; /* of the clip */
    struct recorder *recorder;
    struct net_timer *timer; /* its end */
    bool keeps_photo;        /* the archive is storing it */
    int64_t photo, clip;     /* items */
};

/* Movement began at the post's camera: the watcher's event. */
void incident_begin(struct post *post);
/* The movement continues, or has resumed. */
void incident_update(struct incident *incident);
/* The movement is over: completes the recording, then reports the event. */
void incident_close(struct incident *incident);
