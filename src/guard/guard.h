/* The guard: watches armed cameras. While a camera is armed the guard holds leases on its grey
 * pictures and runs the detector on them, on a pool of one thread; when something moves it records
 * a clip and stores the best photo.
 *
 * What it has learned about a scene is kept while the camera sleeps or is disarmed. Loop only. */
#pragma once
#include "archive/archive.h"
#include "camera/registry.h"
#include "guard/maps.h"
#include "watch/watcher.h"

struct guard;

enum guard_phase {
    GUARD_BEGAN, /* movement began; end, photo and clip are not known yet */
    GUARD_ENDED, /* movement ended; photo and clip are on disk */
};

/* A movement. Movements with less than the clip's post-roll between them are one. */
struct guard_event {
    enum guard_phase phase;
    const char *camera;   /* its id */
    int64_t number;       /* unique per camera and rising, also over restarts */
    int64_t start_us;     /* wall clock, like end_us: of the movement itself */
    int64_t end_us;       /* of the movement so far */
    struct watch_box box; /* of the clearest picture, like area and score */
    float area_percent, score;
    struct watch_map map;   /* where it moved */
    struct packet *picture; /* the clearest one, a JPEG; NULL: there is none */
    int64_t photo, clip;    /* items of the archive; 0: none was kept */
};

struct guard_params {
    struct net *net;
    struct registry *registry;
    const struct clock *clock;
    /* The event and everything it points to are borrowed. */
    void (*tell)(void *ctx, const struct guard_event *event);
    void *ctx;
};

/* Borrows everything that params points to. */
struct guard *guard_create(const struct guard_params *params) __attribute__((returns_nonnull));
/* Releases all leases and ends recordings; before archive_close, which completes them. */
void guard_stop(struct guard *guard);
/* After archive_close, before registry_destroy. Takes NULL. */
void guard_destroy(struct guard *guard);

/* Where photos and clips are stored; borrowed. NULL: nowhere. */
void guard_use_archive(struct guard *guard, struct archive *archive);

/* From now on minutes of watching are stored below this data folder. Once. */
void guard_keep_maps(struct guard *guard, const char *data);
/* done is called once, in a later turn of the loop, with a borrowed answer. -ENODEV: minutes are
 * not stored; -EAGAIN: too many queries. */
int guard_ask(struct guard *guard, const char *camera, const struct maps_query *query,
              void (*done)(void *ctx, int error, const struct maps_answer *answer), void *ctx)
    __attribute__((warn_unused_result));

/* The settings of a camera, which need not be there yet. */
void guard_set(struct guard *guard, const char *camera, const struct watch_settings *settings);
/* NULL: no settings. Borrowed until the next guard_set or guard_forget. */
const struct watch_settings *guard_settings(const struct guard *guard, const char *camera);
/* Removes its settings and what was learned about it. */
void guard_forget(struct guard *guard, const char *camera);
/* Calls each with every camera that has settings. */
void guard_each(const struct guard *guard,
                void (*each)(void *ctx, const char *camera, const struct watch_settings *settings),
                void *ctx);

/* The state of the watch at a camera. */
struct guard_view {
    bool armed;
    bool watching; /* pictures are requested and examined */
    bool moving;
    uint64_t events;              /* since the server started */
    uint64_t unrecorded;          /* of these: beyond the quota */
    uint64_t looked;              /* pictures that the detector examined */
    struct watch_map muted;       /* areas that always move */
    struct detector_verdict seen; /* in the last picture that was examined */
};
struct guard_view guard_view(const struct guard *guard, const char *camera);

/* Per camera. Further events within the hour are counted and reported, but not recorded. */
enum { GUARD_RECORDED_PER_HOUR = 60 };
