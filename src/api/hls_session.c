#include "api/hls_session.h"

#include <errno.h>
#include <string.h>

#include "api/hls_playlist.h"
#include "api/reply.h"
#include "base/alloc.h"
#include "base/random.h"

/* The longest key interval, in case that segments do not request keys sooner. */
static const int64_t KEY_INTERVAL_US = 2 * US_PER_S;
/* Players repeat their request within two target durations, even if nothing is new. */
static const int64_t IDLE_US = 2 * HLS_TARGET_DURATION_S * US_PER_S;
static const int64_t FIRST_PICTURE_TIMEOUT_US = 10 * US_PER_S;
static const int64_t BLOCK_TIMEOUT_US = 3 * HLS_TARGET_DURATION_S * US_PER_S;
/* Media sequence numbers start at the machine's uptime in these units, and grow more slowly, so
 * that they do not decrease for a player that returns to a later session. */
static const int64_t NUMBER_US = 250 * US_PER_MS;

/* A held request. */
struct wait {
    struct list node;
    struct hls_session *session; /* NULL: answered, or the session has ended */
    struct http_stream *stream;
    struct hls_want want;
    int64_t deadline_us;
};

static const struct problem REMOVED = {PROBLEM_NO_SUCH_CAMERA, "", "the camera was removed"};
static const struct problem GONE = {PROBLEM_NOT_FOUND, "",
                                    "this part of the stream is no longer available"};
static const struct problem AHEAD = {PROBLEM_BAD_MESSAGE, "",
                                     "this part is too far ahead of the stream"};
static const struct problem CROWDED = {PROBLEM_BUSY, "", "too many requests are waiting"};
static const struct problem NO_MEMORY = {PROBLEM_NO_MEMORY, "", "out of memory"};
static const struct problem LATE = {PROBLEM_BUSY, "", "the camera delivered nothing new in time"};

/* --- Answers that are possible now. --- */

enum answer { ANSWER_WAITS, ANSWER_OK, ANSWER_ERROR };

struct reply_to {
    struct http_response response; /* ANSWER_OK */
    const struct problem *error;
};

static bool is_playable(const struct hls_track *track)
{
    return track->current > track->first;
}

static enum answer error_with(struct reply_to *ret_reply, const struct problem *error)
{
    ret_reply->error = error;
    return ANSWER_ERROR;
}

static enum answer playlist(const struct hls_session *session, const struct hls_want *want,
                            struct reply_to *ret_reply)
{
    const struct hls_track *track = &session->track;
    if (!is_playable(track))
        return ANSWER_WAITS;
    if (want->blocking && want->number > track->current + 2)
        return error_with(ret_reply, &AHEAD);
    if (want->blocking && !hls_track_reached(track, want->number, want->part))
        return ANSWER_WAITS;
    char bytes[HLS_PLAYLIST_MAX_BYTES];
    struct text text = text_over(bytes, sizeof(bytes));
    hls_playlist_write(track, session->id, want->token, &text);
    struct buf *buf = text.cut ? NULL : reply_buf(bytes, text.len);
    if (!buf)
        return error_with(ret_reply, &NO_MEMORY);
    ret_reply->response = (struct http_response){.status = 200,
                                                 .content_type = "application/vnd.apple.mpegurl",
                                                 .takes_buf = buf,
                                                 .body_off = REPLY_OFF,
                                                 .len_bytes = text.len};
    return ANSWER_OK;
}

/* The media's bytes, borrowed; NULL if not available. */
static struct buf *media_bytes(const struct hls_track *track, const struct hls_path *path,
                               size_t *ret_off, size_t *ret_len_bytes)
{
    if (path->kind == HLS_PATH_PART)
        return hls_track_part(track, path->number, path->part, ret_off, ret_len_bytes);
    if (path->kind == HLS_PATH_SEGMENT) {
        const struct hls_segment *segment = hls_track_segment(track, path->number);
        if (!segment || !segment->buf)
            return NULL;
        *ret_off = REPLY_OFF;
        *ret_len_bytes = segment->len_bytes;
        return segment->buf;
    }
    struct packet *init = hls_track_init_segment(track, path->number);
    if (!init)
        return NULL;
    *ret_off = init->chunk_off;
    *ret_len_bytes = init->end_off - init->chunk_off;
    return init->buf;
}

/* True for the part in the playlist's preload hint, which may be waited for. */
static bool is_hinted(const struct hls_track *track, const struct hls_path *path)
{
    const struct hls_segment *segment = hls_track_segment(track, track->current);
    return path->kind == HLS_PATH_PART && path->number == track->current &&
           path->part == (segment ? segment->n_parts : 0);
}

static enum answer media(const struct hls_session *session, const struct hls_want *want,
                         struct reply_to *ret_reply)
{
    /* It never changes; only the viewer itself may cache it, while it is useful. */
    static const struct http_field CACHE = {"cache-control", "private, max-age=60, immutable"};
    size_t off, len_bytes;
    struct buf *buf = media_bytes(&session->track, &want->path, &off, &len_bytes);
    if (!buf)
        return is_hinted(&session->track, &want->path) ? ANSWER_WAITS
                                                       : error_with(ret_reply, &GONE);
    ret_reply->response = (struct http_response){.status = 200,
                                                 .content_type = "video/mp4",
                                                 .fields = &CACHE,
                                                 .n_fields = 1,
                                                 .takes_buf = buf_ref(buf),
                                                 .body_off = off,
                                                 .len_bytes = len_bytes};
    return ANSWER_OK;
}

static enum answer answer(const struct hls_session *session, const struct hls_want *want,
                          struct reply_to *ret_reply)
{
    return want->playlist ? playlist(session, want, ret_reply) : media(session, want, ret_reply);
}

/* --- Waiting requests. --- */

static void wait_end(struct wait *wait)
{
    wait->session->n_waits--;
    wait->session = NULL;
    list_remove(&wait->node);
}

static void wait_error(struct wait *wait, const struct problem *error)
{
    wait_end(wait);
    reply_problem_late(wait->stream, false, error);
}

static void wait_closed(void *ctx)
{
    struct wait *wait = ctx;
    if (wait->session)
        wait_end(wait);
    mem_free(wait);
}

static void answer_waits(struct hls_session *session, int64_t now_us)
{
    list_for_each (wait, &session->waits, struct wait, node) {
        struct reply_to reply_to;
        enum answer result = answer(session, &wait->want, &reply_to);
        if (result == ANSWER_OK) {
            wait_end(wait);
            reply_late(wait->stream, &reply_to.response);
        } else if (result == ANSWER_ERROR) {
            wait_error(wait, reply_to.error);
        } else if (now_us >= wait->deadline_us) {
            struct problem dark;
            endpoint_dark(session->camera, RENDITION_H264, &dark);
            wait_error(wait, is_playable(&session->track) ? &LATE : &dark);
        }
    }
}

static void hold(struct hls_session *session, struct http_request *request,
                 const struct hls_want *want)
{
    static const struct http_stream_ops OPS = {.closed = wait_closed};
    if (session->n_waits >= HLS_MAX_HELD) {
        reply_problem(request, &CROWDED);
        return;
    }
    struct wait *wait = mem_new(struct wait);
    wait->session = session;
    wait->want = *want;
    wait->deadline_us =
        session->asked_us +
        (is_playable(&session->track) ? BLOCK_TIMEOUT_US : FIRST_PICTURE_TIMEOUT_US);
    wait->stream = http_hold(request, &OPS, wait);
    list_append(&session->waits, &wait->node);
    session->n_waits++;
}

/* --- The session. --- */

static void session_destroy(struct hls_session *session)
{
    list_remove(&session->node);
    list_remove(&session->guest.node);
    lease_release(&session->lease);
    net_timer_destroy(session->timer);
    hls_track_finish(&session->track);
    mem_free(session);
}

static void session_leave(struct api_guest *guest)
{
    struct hls_session *session = list_entry(guest, struct hls_session, guest);
    list_for_each (wait, &session->waits, struct wait, node)
        wait_end(wait);
    session_destroy(session);
}

static void ask_key(struct hls_session *session)
{
    lease_want_key(session->lease);
}

/* Reads all available packets; -ENOMEM: the session cannot continue. */
static int read_all(struct hls_session *session)
{
    struct packet *packet;
    uint64_t lost;
    int r = 0;
    while (r == 0 && (packet = lease_next(session->lease, &lost))) {
        camera_count_sent(session->camera, 1, lost);
        r = hls_track_add(&session->track, packet);
        packet_unref(&packet);
        if (r == 0 && session->track.needs_key)
            ask_key(session);
    }
    return r;
}

/* Requests the key with which the next segment begins, once; returns when to check again. */
static int64_t ask_key_in_time(struct hls_session *session, int64_t now_us)
{
    int64_t due_us = hls_track_key_due_us(&session->track);
    if (session->key_asked_for == session->track.current)
        return CLOCK_NEVER_US;
    if (now_us < due_us)
        return due_us;
    session->key_asked_for = session->track.current;
    ask_key(session);
    return CLOCK_NEVER_US;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void arm(struct hls_session *session, int64_t key_us)
{
    int64_t due_us = sooner(key_us, session->asked_us + IDLE_US);
    if (session->n_waits > 0) /* waiting requests keep it */
        due_us = key_us;
    list_for_each (wait, &session->waits, struct wait, node)
        due_us = sooner(due_us, wait->deadline_us);
    net_timer_set(session->timer, due_us);
}

static void look(void *ctx)
{
    struct hls_session *session = ctx;
    int64_t now_us = api_now_us(session->api);
    if (read_all(session) < 0) {
        list_for_each (wait, &session->waits, struct wait, node)
            wait_error(wait, &NO_MEMORY);
        session_destroy(session);
        return;
    }
    if (session->n_waits > 0) /* it was in use until now */
        session->asked_us = now_us;
    answer_waits(session, now_us);
    if (now_us - session->asked_us >= IDLE_US)
        session_destroy(session);
    else
        arm(session, ask_key_in_time(session, now_us));
}

/* Only marks it: reading happens in a later turn of the loop. */
static void session_ready(void *ctx)
{
    struct hls_session *session = ctx;
    net_timer_set(session->timer, api_now_us(session->api));
}

static void session_gone(void *ctx)
{
    struct hls_session *session = ctx;
    list_for_each (wait, &session->waits, struct wait, node)
        wait_error(wait, &REMOVED);
    session_destroy(session);
}

struct hls_session *hls_session_find(const struct api *api, const struct camera *camera)
{
    list_for_each (session, &api->hls, struct hls_session, node)
        if (session->camera == camera)
            return session;
    return NULL;
}

struct hls_session *hls_session_create(const struct call *call)
{
    struct api *api = call->api;
    struct hls_session *session = mem_new(struct hls_session);
    char id[33];
    random_hex_id(id);
    memcpy(session->id, id, HLS_SESSION_ID_LEN);
    session->api = api;
    session->camera = call->permit.camera;
    session->asked_us = api_now_us(api);
    session->guest.leave = session_leave;
    list_append(&api->guests, &session->guest.node);
    list_append(&api->hls, &session->node);
    list_init(&session->waits);
    hls_track_init(&session->track, (uint64_t)(session->asked_us / NUMBER_US));
    session->timer = net_timer_create(api->params.net, look, session);
    session->lease =
        service_watch(&call->permit, &(struct lease_params){.reason = LEASE_VIEWER,
                                                            .rendition = RENDITION_H264,
                                                            .key_interval_us = KEY_INTERVAL_US,
                                                            .ready = session_ready,
                                                            .gone = session_gone,
                                                            .ctx = session});
    session_ready(session);
    return session;
}

void hls_session_serve(struct hls_session *session, const struct call *call,
                       struct http_request *request, const struct hls_want *want)
{
    struct reply_to reply_to;
    enum answer result = answer(session, want, &reply_to);
    if (!call->head)
        session->asked_us = api_now_us(session->api);
    if (result == ANSWER_OK)
        reply(request, &reply_to.response);
    else if (result == ANSWER_ERROR)
        reply_problem(request, reply_to.error);
    else if (call->head) /* HEAD never waits */
        reply_problem(request, &GONE);
    else
        hold(session, request, want);
    session_ready(session);
}
