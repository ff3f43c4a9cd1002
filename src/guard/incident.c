/* An incident: from the first movement until nothing has moved for a while; its clip and photo. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "guard/post.h"

/* Players seek to keyframes. */
static const int64_t KEY_INTERVAL_US = 2 * US_PER_S;
/* Movements closer than this are one, however short the post-roll is. */
static const int64_t QUIET_MIN_US = 3 * US_PER_S;
/* Longer movements are cut. */
static const int64_t LONGEST_US = 600 * US_PER_S;
static const int64_t HOUR_US = 3600 * US_PER_S;
/* The recorder begins when the keeper has time; until then its hub keeps the encoded frames. */
static const int64_t PATIENCE_US = 10 * US_PER_S;
static const size_t ENCODED_MAX_BYTES = 16u << 20;

static int64_t now(const struct guard *guard)
{
    return clock_now_us(guard->params.clock);
}

static int64_t wall(const struct guard *guard, int64_t at_us)
{
    return clock_wall_us(guard->params.clock) - (now(guard) - at_us);
}

static void tell(const struct incident *incident, enum guard_phase phase)
{
    const struct guard_params *params = &incident->guard->params;
    params->tell(params->ctx,
                 &(struct guard_event){.phase = phase,
                                       .camera = incident->camera,
                                       .number = incident->number,
                                       .start_us = wall(incident->guard, incident->start_us),
                                       .end_us = wall(incident->guard, incident->end_us),
                                       .box = incident->box,
                                       .area_percent = incident->area_percent,
                                       .score = incident->score,
                                       .map = incident->map,
                                       .picture = incident->best,
                                       .photo = incident->photo,
                                       .clip = incident->clip});
}

/* Photo and clip are complete: reports the end and destroys the incident. */
static void finish_if_complete(struct incident *incident)
{
    if (incident->post || incident->recorder || incident->keeps_photo)
        return;
    tell(incident, GUARD_ENDED);
    list_remove(&incident->node);
    packet_unref(&incident->best);
    mem_free(incident);
}

/* --- The clip. --- */

static void on_gone(void *ctx)
{
    struct incident *incident = ctx;
    if (incident->post)
        incident_close(incident);
    lease_release(&incident->lease);
}

static void on_recorded(void *ctx, const struct recorder_result *result)
{
    struct incident *incident = ctx;
    incident->recorder = NULL;
    incident->clip = result->item;
    lease_release(&incident->lease);
    finish_if_complete(incident);
}

static void begin_clip(struct incident *incident, struct camera *camera)
{
    const struct watch_settings *settings = &incident->post->settings;
    const int64_t back_us =
        now(incident->guard) - incident->start_us + (int64_t)(settings->pre_s * (float)US_PER_S);
    incident->lease = camera_lease(
        camera, &(struct lease_params){.reason = LEASE_MOTION,
                                       .rendition = RENDITION_H264,
                                       .key_interval_us = KEY_INTERVAL_US,
                                       .back_us = back_us,
                                       .history = {back_us + PATIENCE_US, ENCODED_MAX_BYTES},
                                       .linger_us = LEASE_NO_LINGER,
                                       .gone = on_gone,
                                       .ctx = incident});
    incident->recorder =
        recorder_start(&(struct recorder_params){.archive = incident->guard->archive,
                                                 .hub = incident->lease->rendition->hub,
                                                 .camera = incident->camera,
                                                 .reason = ARCHIVE_MOTION,
                                                 .clock = incident->guard->params.clock,
                                                 .back_us = back_us + PATIENCE_US,
                                                 .poster = incident->best,
                                                 .done = on_recorded,
                                                 .ctx = incident});
}

/* --- The photo. --- */

static void on_photo(void *ctx, int error, const struct archive_item *item)
{
    struct incident *incident = ctx;
    incident->keeps_photo = false;
    incident->photo = error ? 0 : item->id;
    finish_if_complete(incident);
}

static void keep_photo(struct incident *incident)
{
    incident->keeps_photo = true;
    archive_keep_photo(
        incident->guard->archive,
        &(struct archive_photo){.camera = incident->camera,
                                .reason = ARCHIVE_MOTION,
                                .still = incident->best,
                                .wall_us = wall(incident->guard, incident->best->arrival_us)},
        on_photo, incident);
}

/* --- Begin, update, close. --- */

static int64_t quiet_us(const struct post *post)
{
    const int64_t post_us = (int64_t)(post->settings.post_s * (float)US_PER_S);
    return post_us > QUIET_MIN_US ? post_us : QUIET_MIN_US;
}

static void on_timer(void *ctx)
{
    incident_close(ctx);
}

static void set_timer(struct incident *incident)
{
    const int64_t quiet = incident->end_us + quiet_us(incident->post);
    const int64_t longest = incident->start_us + LONGEST_US;
    net_timer_set(incident->timer, quiet < longest ? quiet : longest);
}

static bool is_within_quota(struct post *post)
{
    const int64_t now_us = now(post->guard);
    if (post->in_hour == 0 || now_us - post->hour_us >= HOUR_US) {
        post->hour_us = now_us;
        post->in_hour = 0;
    }
    if (post->in_hour < GUARD_RECORDED_PER_HOUR) {
        post->in_hour++;
        return true;
    }
    if (post->in_hour++ == GUARD_RECORDED_PER_HOUR)
        log_warn("motion", post->camera,
                 "%d events within an hour: more are not recorded until the hour is over",
                 GUARD_RECORDED_PER_HOUR);
    post->unrecorded++;
    return false;
}

static int64_t new_number(struct post *post, int64_t start_us)
{
    const int64_t number = wall(post->guard, start_us) / US_PER_MS;
    post->last_number = number > post->last_number ? number : post->last_number + 1;
    return post->last_number;
}

/* Copies the watcher's current results. */
static void take(struct incident *incident)
{
    const struct post *post = incident->post;
    const struct watch_event *event = &post->watcher.event;
    if (event->end_us > incident->end_us)
        incident->end_us = event->end_us;
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++)
        incident->map.rows[y] |= event->map.rows[y];
    if (event->score <= incident->score)
        return;
    incident->score = event->score;
    incident->area_percent = event->area_percent;
    incident->box = event->box;
    struct packet *picture = post_picture(post, post->picture->arrival_us);
    if (!picture)
        return;
    packet_unref(&incident->best);
    incident->best = picture;
}

void incident_begin(struct post *post)
{
    struct guard *guard = post->guard;
    struct camera *camera = registry_find(guard->params.registry, post->camera);
    struct incident *incident = mem_new(struct incident);
    incident->guard = guard;
    incident->post = post;
    post->incident = incident;
    snprintf(incident->camera, sizeof(incident->camera), "%s", post->camera);
    incident->start_us = post->watcher.event.start_us;
    incident->number = new_number(post, incident->start_us);
    incident->score = -1;
    incident->timer = net_timer_create(guard->params.net, on_timer, incident);
    list_append(&guard->incidents, &incident->node);
    post->events++;
    take(incident);
    incident->is_recorded = is_within_quota(post) && guard->archive;
    if (incident->is_recorded && camera && camera_has_h264(camera))
        begin_clip(incident, camera);
    set_timer(incident);
    tell(incident, GUARD_BEGAN);
}

void incident_update(struct incident *incident)
{
    take(incident);
    set_timer(incident);
}

void incident_close(struct incident *incident)
{
    struct post *post = incident->post;
    post->incident = NULL;
    incident->post = NULL;
    net_timer_destroy(incident->timer);
    incident->timer = NULL;
    if (incident->recorder)
        recorder_stop(incident->recorder);
    lease_release(&incident->lease);
    if (incident->is_recorded && incident->best && incident->guard->archive)
        keep_photo(incident);
    post_rest(post);
    finish_if_complete(incident);
}
