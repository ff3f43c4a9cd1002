/* The watch over one camera as a state machine: few pictures while nothing moves, more of them when
 * something stirs, an event when that is confirmed. It says how many pictures it wants and is given
 * them with their times; it starts no timer and takes no lease. Pure; one thread at a time. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "watch/detector.h"

enum watcher_state {
    WATCHER_IDLE,       /* at watch_fps: does anything stir? */
    WATCHER_SUSPICIOUS, /* at 10 fps for two seconds: does it move? */
    WATCHER_ACTIVE,     /* it does */
};

struct watch_event {
    int64_t start_us, end_us; /* of the movement itself, without pre_s and post_s */
    struct watch_box box;     /* of the clearest picture, as are area and score */
    float area_percent, score;
    struct watch_map map; /* where it moved, all pictures together */
};

enum watcher_news {
    WATCHER_QUIET,   /* nothing to tell */
    WATCHER_STARTED, /* an event began: watcher->event, its end as yet unknown */
    WATCHER_GOES_ON, /* it goes on: watcher->event has what is known */
    WATCHER_ENDED,   /* watcher->event is complete */
};

struct watcher_params {
    struct watch_settings settings;
    bool full_rate; /* 10 fps always, as the busy profile has it: something always stirs there */
    const struct detector_tuning *tuning; /* NULL: the profile's */
};

struct watcher {
    struct detector *detector;
    struct watcher_params params;
    enum watcher_state state;
    int64_t until_us; /* of a state that ends by itself */
    int64_t due_us;   /* when the next picture is wanted */
    struct watch_event event;
    struct watch_map minute; /* all that moved since watcher_take_map */
};

void watcher_init(struct watcher *watcher, const struct watcher_params *params);
void watcher_finish(struct watcher *watcher);

/* Other settings; an event that is under way goes on. */
void watcher_set(struct watcher *watcher, const struct watch_settings *settings);

/* The frame rate that it wants now. */
float watcher_fps(const struct watcher *watcher);

/* True when a picture taken at now_us is wanted: others need not be decoded. */
bool watcher_wants(const struct watcher *watcher, int64_t now_us);

/* Looks at a picture that it wants. */
enum watcher_news watcher_look(struct watcher *watcher, const struct watch_plane *plane,
                               int64_t now_us);

/* No more pictures for now: an event that is under way ends. */
enum watcher_news watcher_rest(struct watcher *watcher);

/* Where something moved since it was asked last. */
struct watch_map watcher_take_map(struct watcher *watcher);
