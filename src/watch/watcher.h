/* Motion detection on one camera as a state machine: few pictures while nothing moves, more after a
 * change, an event when motion is confirmed. It says how many pictures it wants and is given them
 * with their times; it starts no timer and takes no lease. Pure; one thread at a time. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "watch/detector.h"

enum watcher_state {
    WATCHER_IDLE,       /* at watch_fps: waiting for a change */
    WATCHER_SUSPICIOUS, /* at 10 fps for two seconds: confirming motion */
    WATCHER_ACTIVE,     /* an event is going on */
};

struct watch_event {
    int64_t start_us, end_us; /* of the motion itself, without pre_s and post_s */
    struct watch_box box;     /* of the clearest picture, as are area and score */
    float area_percent, score;
    struct watch_map map; /* where it moved, all pictures together */
};

enum watcher_news {
    WATCHER_QUIET,   /* nothing to report */
    WATCHER_STARTED, /* an event began: watcher->event, its end still unknown */
    WATCHER_GOES_ON, /* it continues: watcher->event is updated */
    WATCHER_ENDED,   /* watcher->event is complete */
};

struct watcher_params {
    struct watch_settings settings;
    bool full_rate; /* always 10 fps, as in the busy profile, where something always changes */
    const struct detector_tuning *tuning; /* NULL: the profile's */
};

struct watcher {
    struct detector *detector;
    struct watcher_params params;
    enum watcher_state state;
    int64_t until_us; /* of a state that ends by itself */
    int64_t due_us;   /* when the next picture is wanted */
    struct watch_event event;
    struct detector_verdict seen; /* in the last picture */
    struct watch_map minute;      /* all motion since watcher_take_map */
};

void watcher_init(struct watcher *watcher, const struct watcher_params *params);
void watcher_finish(struct watcher *watcher);

/* Changes the settings; a current event continues. */
void watcher_set(struct watcher *watcher, const struct watch_settings *settings);

/* The frame rate that it wants now. */
float watcher_fps(const struct watcher *watcher);

/* True if a picture taken at now_us is wanted; others need not be decoded. */
bool watcher_wants(const struct watcher *watcher, int64_t now_us);

/* Analyses a picture that it wants. */
enum watcher_news watcher_look(struct watcher *watcher, const struct watch_plane *plane,
                               int64_t now_us);

/* No more pictures for now: a current event ends. */
enum watcher_news watcher_rest(struct watcher *watcher);

/* Where something moved since the last call. */
struct watch_map watcher_take_map(struct watcher *watcher);
