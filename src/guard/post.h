/* What the files of this room share: the guard's post at one camera, and the incident that it
 * records. Loop only, but for what says otherwise. */
#pragma once
#include "archive/recorder.h"
#include "base/pool.h"
#include "guard/guard.h"

struct guard {
    struct guard_params params;
    struct archive *archive; /* NULL: nothing is kept */
    struct pool *pool;       /* NULL: there is none, and nothing is watched */
    struct net_wake *wake;   /* pictures came or were looked at */
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
    bool is_unset;        /* its watcher has yet to be given the settings */
    bool is_forgotten;    /* it goes once the pool has let go of it */
    struct lease *grey;   /* to look at; NULL: not watching */
    struct lease *colour; /* to keep: the past of a clip, and its best photo; NULL with grey */
    unsigned fps;         /* of both */
    bool has_news;        /* grey has pictures */

    struct pool_work work;
    bool is_busy;           /* work is the pool's, and watcher, picture and news with it */
    struct packet *picture; /* that is looked at; owned reference */
    struct watcher watcher;
    enum watcher_news news;
    struct watch_map muted; /* as it was when somebody asked and the pool did not have it */
    bool must_rest;         /* an event that goes on is to end */

    struct incident *incident; /* NULL: nothing moves */
    uint64_t looked, events, unrecorded;
    int64_t hour_us; /* when the hour of the quota began */
    unsigned in_hour;
    int64_t last_number;

    uint32_t minute; /* that is being watched, since 1970; 0: none */
    struct maps_record minutes[POST_MINUTES_MAX];
    unsigned n_minutes;
};

struct post *post_create(struct guard *guard, const char *camera) __attribute__((returns_nonnull));
/* Destroys it, now or once the pool has let go of it. */
void post_forget(struct post *post);
/* Takes or releases its leases: as its settings and its camera are. */
void post_adjust(struct post *post);
/* Releases its leases and ends its incident. */
void post_leave(struct post *post);
/* Gives the pool the newest picture. */
void post_look(struct post *post);
/* The watcher takes what moves for ended, now or once the pool has let go of it. */
void post_rest(struct post *post);
/* The picture of that arrival, from the kept ones: a new reference, or NULL. */
struct packet *post_picture(const struct post *post, int64_t arrival_us);

/* --- minutes.c --- */

/* A picture is about to be looked at; not while the pool has the watcher. */
void minutes_note(struct post *post);
/* No more pictures for now: what was collected is written. */
void minutes_end(struct post *post);
void minutes_forget(struct guard *guard, const char *camera);
void minutes_stop(struct guard *guard);   /* all is written when it returns */
void minutes_finish(struct guard *guard); /* after it */

/* --- incident.c --- */

struct incident {
    struct list node; /* in guard->incidents */
    struct guard *guard;
    struct post *post; /* NULL: it is being closed */
    char camera[CAMERA_ID_MAX + 1];
    int64_t number;
    int64_t start_us, end_us; /* monotonic */
    struct watch_box box;
    float area_percent, score;
    struct watch_map map;
    struct packet *best; /* a JPEG; NULL: none */
    bool is_recorded;    /* within the quota */
    struct lease *lease; /* of the clip */
    struct recorder *recorder;
    struct net_timer *timer; /* its end */
    bool keeps_photo;        /* the archive is at it */
    int64_t photo, clip;     /* items */
};

/* Something moves at the post's camera: the watcher's event. */
void incident_begin(struct post *post);
/* It goes on, or has moved again. */
void incident_update(struct incident *incident);
/* It is over: what was recorded is completed, and then told. */
void incident_close(struct incident *incident);
