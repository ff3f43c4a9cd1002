/* What a camera was last seen to be outlives the server: its poster, since when it is offline and
 * until when its device sleeps. Stored when it falls asleep or its device goes, at most every 10
 * minutes; a camera that does neither costs no write. */
#include <string.h>

#include "camera/internal.h"

/* A source without JPEG makes its poster only after it was stopped. */
static const int64_t SOON_US = 2 * US_PER_S, INTERVAL_US = 600 * US_PER_S;
/* Larger pictures are not stored: the database is small, and read whole at the start. */
enum { JPEG_MAX_BYTES = 1024 * 1024, UNIT_OFF = PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES };

static int64_t now(const struct camera *camera)
{
    return clock_now_us(camera->home->env.clock);
}

static int64_t wall_of(const struct camera *camera, int64_t at_us)
{
    return clock_wall_us(camera->home->env.clock) - now(camera) + at_us;
}

static bool has_new_poster(const struct camera *camera)
{
    const struct packet *poster = camera->poster;
    return poster && poster->arrival_us != camera->last.poster_us &&
           packet_unit_len_bytes(poster) <= JPEG_MAX_BYTES;
}

static bool is_new(const struct camera *camera)
{
    return camera->home->env.store && !camera->is_unseen &&
           (has_new_poster(camera) ||
            camera->last.resting_until_us != camera->sleeping_until_wall_us ||
            camera->last.offline_since_us != camera->last.offline_wall_us);
}

static void put(struct camera *camera)
{
    const struct packet *poster = camera->poster;
    const bool with_poster = has_new_poster(camera);
    if (!is_new(camera))
        return;
    camera->last.stored_us = now(camera);
    camera->last.resting_until_us = camera->sleeping_until_wall_us;
    camera->last.offline_since_us = camera->last.offline_wall_us;
    if (with_poster)
        camera->last.poster_us = poster->arrival_us;
    store_put_last(
        camera->home->env.store,
        &(struct store_last){
            .camera = camera->id,
            .offline_since_us = camera->last.offline_since_us,
            .resting_until_us = camera->last.resting_until_us,
            .taken_us = camera->last.poster_us ? wall_of(camera, camera->last.poster_us) : 0,
            .width = poster ? poster->width : 0,
            .height = poster ? poster->height : 0,
            .jpeg = with_poster ? packet_unit(poster) : NULL,
            .len_bytes = with_poster ? packet_unit_len_bytes(poster) : 0});
}

static void on_timer(void *ctx)
{
    struct camera *camera = ctx;
    camera->last.is_due = false;
    put(camera);
}

void last_init(struct camera *camera)
{
    camera->last.timer = net_timer_create(camera->home->env.net, on_timer, camera);
}

void last_finish(struct camera *camera)
{
    net_timer_destroy(camera->last.timer);
}

void last_changed(struct camera *camera)
{
    if (camera->last.is_due || !is_new(camera))
        return;
    int64_t at_us = now(camera) + SOON_US;
    if (camera->last.stored_us && at_us < camera->last.stored_us + INTERVAL_US)
        at_us = camera->last.stored_us + INTERVAL_US;
    camera->last.is_due = true;
    net_timer_set(camera->last.timer, at_us);
}

void last_store_now(struct camera *camera)
{
    if (camera->source)
        camera->last.offline_wall_us = clock_wall_us(camera->home->env.clock);
    put(camera);
}

static void load_poster(struct camera *camera, const struct store_last *row, int64_t age_us)
{
    struct buf *buf;
    if (!row->jpeg || row->len_bytes > JPEG_MAX_BYTES ||
        buf_create(UNIT_OFF + row->len_bytes, &buf) < 0)
        return;
    memcpy(buf->data + UNIT_OFF, row->jpeg, row->len_bytes);
    struct packet *packet = packet_of_jpeg(buf, UNIT_OFF, UNIT_OFF + row->len_bytes);
    packet->width = row->width;
    packet->height = row->height;
    packet->arrival_us = packet->capture_us = now(camera) - age_us;
    camera->last.poster_us = packet->arrival_us;
    camera_set_poster(camera, packet);
}

/* Times of the wall clock that are ahead of it were written before it was set back: they count as
 * now. */
static int64_t age_of(const struct camera *camera, int64_t wall_us)
{
    const int64_t age_us = clock_wall_us(camera->home->env.clock) - wall_us;
    return age_us > 0 ? age_us : 0;
}

void last_load(struct camera *camera, const struct store_last *row)
{
    camera->sleeping_until_wall_us = camera->last.resting_until_us = row->resting_until_us;
    camera->last.offline_wall_us = camera->last.offline_since_us = row->offline_since_us;
    if (row->offline_since_us)
        camera->demand.since_us = now(camera) - age_of(camera, row->offline_since_us);
    load_poster(camera, row, age_of(camera, row->taken_us));
}
