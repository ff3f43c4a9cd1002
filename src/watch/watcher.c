#include "watch/watcher.h"

#include "base/clock.h"

static const int64_t CONFIRM_US = 2 * US_PER_S;
/* Movements closer than this are one event. */
static const int64_t MERGE_US = 3 * US_PER_S;
static const int64_t EARLY_US = 20 * US_PER_MS;

void watcher_init(struct watcher *watcher, const struct watcher_params *params)
{
    *watcher = (struct watcher){.params = *params};
    watcher->detector = detector_create_tuned(&params->settings, params->tuning);
}

void watcher_finish(struct watcher *watcher)
{
    detector_destroy(watcher->detector);
    *watcher = (struct watcher){0};
}

void watcher_set(struct watcher *watcher, const struct watch_settings *settings)
{
    watcher->params.settings = *settings;
    detector_set(watcher->detector, settings);
}

static bool is_full_rate(const struct watcher *watcher)
{
    return watcher->params.full_rate || watcher->params.settings.profile == WATCH_BUSY;
}

float watcher_fps(const struct watcher *watcher)
{
    if (watcher->state != WATCHER_IDLE || is_full_rate(watcher))
        return WATCH_FPS_MAX;
    return watcher->params.settings.watch_fps;
}

static int64_t interval_us(const struct watcher *watcher)
{
    return (int64_t)((float)US_PER_S / watcher_fps(watcher));
}

/* Tolerates pictures that are slightly early, because cameras are not exact. */
bool watcher_wants(const struct watcher *watcher, int64_t now_us)
{
    return now_us >= watcher->due_us - EARLY_US;
}

/* On a grid, so that the rate is met on average; restarts after a pause or when the rate has
 * changed. */
static void next_due(struct watcher *watcher, int64_t now_us)
{
    const int64_t interval = interval_us(watcher), due = watcher->due_us + interval;
    const bool in_step = due >= now_us + interval / 2 && due <= now_us + interval + EARLY_US;
    watcher->due_us = in_step ? due : now_us + interval;
}

static void add_map(struct watch_map *map, const struct watch_map *more)
{
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++)
        map->rows[y] |= more->rows[y];
}

static enum watcher_news moved(struct watcher *watcher, const struct detector_verdict *verdict,
                               int64_t now_us)
{
    struct watch_event *event = &watcher->event;
    const bool starts = watcher->state != WATCHER_ACTIVE;
    if (starts)
        *event = (struct watch_event){.start_us = verdict->since_us, .score = -1};
    watcher->state = WATCHER_ACTIVE;
    watcher->until_us = now_us + MERGE_US;
    event->end_us = now_us;
    add_map(&event->map, &verdict->map);
    add_map(&watcher->minute, &verdict->map);
    if (verdict->score > event->score) {
        event->box = verdict->box;
        event->area_percent = verdict->area_percent;
        event->score = verdict->score;
    }
    return starts ? WATCHER_STARTED : WATCHER_GOES_ON;
}

static enum watcher_news still(struct watcher *watcher, bool stirred, int64_t now_us)
{
    const bool over = now_us >= watcher->until_us;
    const enum watcher_state before = watcher->state;
    if (before == WATCHER_ACTIVE && !over)
        return WATCHER_GOES_ON;
    if (before == WATCHER_SUSPICIOUS && !over)
        return WATCHER_QUIET;
    watcher->state = WATCHER_IDLE;
    if (stirred) {
        watcher->state = WATCHER_SUSPICIOUS;
        watcher->until_us = now_us + CONFIRM_US;
    }
    return before == WATCHER_ACTIVE ? WATCHER_ENDED : WATCHER_QUIET;
}

enum watcher_news watcher_look(struct watcher *watcher, const struct watch_plane *plane,
                               int64_t now_us)
{
    const struct detector_verdict verdict = detector_look(watcher->detector, plane, now_us);
    const bool close = watcher->state != WATCHER_IDLE || is_full_rate(watcher);
    const enum watcher_news news = verdict.moved && close ? moved(watcher, &verdict, now_us)
                                                          : still(watcher, verdict.stirred, now_us);
    watcher->seen = verdict;
    next_due(watcher, now_us);
    return news;
}

enum watcher_news watcher_rest(struct watcher *watcher)
{
    const bool active = watcher->state == WATCHER_ACTIVE;
    watcher->state = WATCHER_IDLE;
    watcher->seen = (struct detector_verdict){0};
    return active ? WATCHER_ENDED : WATCHER_QUIET;
}

struct watch_map watcher_take_map(struct watcher *watcher)
{
    const struct watch_map map = watcher->minute;
    watcher->minute = (struct watch_map){0};
    return map;
}
