#include <errno.h>
#include <string.h>

#include "api/live.h"
#include "api/live_messages.h"
#include "api/reply.h"
#include "base/alloc.h"
#include "camera/capture.h"
#include "media/live.h"

/* Allows for waking the device and for a large still over weak Wi-Fi. */
static const int64_t CAPTURE_TIMEOUT_US = 10 * US_PER_S;

static void say_problem(struct live_session *session, const struct problem *problem,
                        uint32_t request)
{
    json_t *json = json_pack("{s:s,s:s}", "type", "error", "code", problem_name(problem->type));
    json_t *detail = json_string(problem->detail); /* NULL: it was cut inside a character */
    json_object_set_new(json, "message", detail ? detail : json_string("a value is not allowed"));
    if (problem->camera[0])
        json_object_set_new(json, "camera", json_string(problem->camera));
    if (request)
        json_object_set_new(json, "request", json_integer(request));
    live_session_say(session, json);
}

/* --- start, stop, key --- */

/* The last picture, shown until live ones arrive. */
static void send_poster(struct live_session *session, struct camera *camera)
{
    const struct packet *poster = camera_view(camera).poster;
    bool is_live = camera_state(camera) == DEMAND_AWAKE || camera_state(camera) == DEMAND_LINGERING;
    if (!poster || is_live)
        return;
    size_t len = poster->end_off - poster->message_off;
    if (!live_queue_has_room(&session->queue, len))
        return;
    int64_t age_us = api_now_us(session->live->api) - poster->arrival_us;
    live_session_say(
        session, json_pack("{s:s,s:s,s:I,s:I,s:f}", "type", "poster", "camera", camera_id(camera),
                           "stream", (json_int_t)camera_stream(camera, RENDITION_JPEG), "sequence",
                           (json_int_t)poster->sequence, "age_s", (double)age_us / US_PER_S));
    live_session_send(session, poster->buf, poster->message_off, len);
}

static void do_start(struct live_session *session, const struct permit *permit,
                     const struct live_message *message)
{
    struct camera *camera = permit->camera;
    const char *id = camera_id(camera);
    struct live_watch *before = live_watch_find(session, id);
    if (!before && session->n_watches >= LIVE_MAX_CAMERAS) {
        struct problem problem;
        (void)problem_set(&problem, PROBLEM_TOO_MANY, id, "a page may watch %d cameras at once",
                          LIVE_MAX_CAMERAS);
        say_problem(session, &problem, 0);
        return;
    }
    const struct live_watch *watch =
        live_watch_add(session, permit,
                       &(struct lease_params){.rendition = message->rendition,
                                              .max_fps = message->fps,
                                              .max_width = message->width,
                                              .max_height = message->height});
    live_session_say(session,
                     json_pack("{s:s,s:s,s:s,s:I,s:I}", "type", "started", "camera", id,
                               "rendition", message->rendition == RENDITION_H264 ? "h264" : "jpeg",
                               "stream", (json_int_t)watch->lease->rendition->stream, "jpeg_stream",
                               (json_int_t)camera_stream(camera, RENDITION_JPEG)));
    send_poster(session, camera);
    if (before) /* after taking the new lease, so that the camera does not stop in between */
        live_watch_remove(before);
}

static void do_stop(struct live_session *session, struct camera *camera)
{
    struct live_watch *watch = live_watch_find(session, camera_id(camera));
    if (watch)
        live_watch_remove(watch);
    live_session_say(session,
                     json_pack("{s:s,s:s}", "type", "stopped", "camera", camera_id(camera)));
}

static void do_key(struct live_session *session, struct camera *camera)
{
    struct live_watch *watch = live_watch_find(session, camera_id(camera));
    if (!watch) {
        struct problem problem;
        (void)problem_set(&problem, PROBLEM_INVALID, camera_id(camera),
                          "this camera was not started");
        say_problem(session, &problem, 0);
        return;
    }
    lease_want_key(watch->lease);
}

/* --- capture --- */

static void say_not_captured(struct live_session *session, const struct live_capture *capture,
                             const char *code, const char *message)
{
    live_session_say(session,
                     json_pack("{s:s,s:s,s:I,s:b,s:s,s:s}", "type", "captured", "camera",
                               camera_id(capture->camera), "request", (json_int_t)capture->request,
                               "ok", 0, "code", code, "message", message));
}

/* A copy, because the live header of a packet in a hub is shared, and this one has the page's
 * request number. */
static struct buf *still_message(const struct packet *still, uint32_t request)
{
    uint32_t len = packet_unit_len_bytes(still);
    struct buf *buf;
    if (buf_create(REPLY_OFF + LIVE_HEAD_BYTES + (size_t)len, &buf) < 0)
        return NULL;
    struct live_head head = {.kind = LIVE_STILL,
                             .flags = LIVE_FLAG_KEY,
                             .sequence = request,
                             .unit_offset = LIVE_HEAD_BYTES,
                             .capture_us = still->capture_us};
    live_head_write(&head, buf->data + REPLY_OFF);
    memcpy(buf->data + REPLY_OFF + LIVE_HEAD_BYTES, packet_unit(still), len);
    return buf;
}

static void say_captured(struct live_session *session, const struct live_capture *capture,
                         const struct packet *still)
{
    size_t len = LIVE_HEAD_BYTES + (size_t)packet_unit_len_bytes(still);
    if (!live_queue_has_room(&session->queue, len)) {
        say_not_captured(session, capture, "failed",
                         "too many photos are waiting to be sent to this page");
        return;
    }
    struct buf *buf = still_message(still, capture->request);
    if (!buf) {
        say_not_captured(session, capture, "failed", "the server is out of memory");
        return;
    }
    live_session_say(session,
                     json_pack("{s:s,s:s,s:I,s:b,s:i,s:i,s:I}", "type", "captured", "camera",
                               camera_id(capture->camera), "request", (json_int_t)capture->request,
                               "ok", 1, "width", (int)still->width, "height", (int)still->height,
                               "bytes", (json_int_t)packet_unit_len_bytes(still)));
    live_session_send(session, buf, REPLY_OFF, len);
    buf_unref(&buf);
}

static void captured(void *ctx, int error, struct packet *still)
{
    struct live_capture *capture = ctx;
    struct live_session *session = capture->session;
    if (error == 0)
        say_captured(session, capture, still);
    else if (error == -ENOTCONN)
        say_not_captured(session, capture, "offline", "the camera is not connected");
    else if (error == -ETIMEDOUT)
        say_not_captured(session, capture, "timeout",
                         "the camera did not deliver a picture in time");
    else if (error == -EBUSY)
        say_not_captured(session, capture, "busy", "the camera is still taking an earlier photo");
    else
        say_not_captured(session, capture, "failed", "the camera could not take a still");
    live_capture_remove(capture);
}

static void do_capture(struct live_session *session, const struct permit *permit, uint32_t request)
{
    if (session->n_captures >= LIVE_MAX_CAPTURES) {
        struct problem problem;
        (void)problem_set(&problem, PROBLEM_TOO_MANY, camera_id(permit->camera),
                          "a page can request %d photos at once", LIVE_MAX_CAPTURES);
        say_problem(session, &problem, request);
        return;
    }
    struct live_capture *capture = mem_new(struct live_capture);
    capture->session = session;
    capture->camera = permit->camera;
    capture->request = request;
    list_append(&session->captures, &capture->node);
    session->n_captures++;
    capture->capture = service_still(permit, CAPTURE_STILL, CAPTURE_TIMEOUT_US, captured, capture);
}

/* --- set, reset, ping --- */

static void say_set_done(struct live_session *session, const char *camera, uint32_t request,
                         uint64_t change, const struct problem *problem)
{
    json_t *json = json_pack("{s:s,s:s,s:I,s:b}", "type", "set-done", "camera", camera, "request",
                             (json_int_t)request, "ok", !problem);
    if (problem) {
        json_t *detail = json_string(problem->detail); /* NULL: it was cut inside a character */
        json_object_set_new(json, "code", json_string(problem_name(problem->type)));
        json_object_set_new(json, "message",
                            detail ? detail : json_string("a value is not allowed"));
    } else {
        json_object_set_new(json, "change", json_integer((json_int_t)change));
    }
    live_session_say(session, json);
}

static void setting_is_stored(struct service_waiter *waiter, const char *camera,
                              const struct problem *problem)
{
    struct live_setting *setting = list_entry(waiter, struct live_setting, waiter);
    say_set_done(setting->session, camera, setting->request, setting->change, problem);
    live_setting_remove(setting);
}

static void do_set(struct live_session *session, const struct permit *permit,
                   const struct live_message *message)
{
    struct problem problem;
    struct live_setting *setting = mem_new(struct live_setting);
    setting->waiter.done = setting_is_stored;
    setting->session = session;
    setting->request = message->request;
    list_append(&session->settings, &setting->node);
    session->n_settings++;
    int error;
    if (session->n_settings > LIVE_MAX_SETTINGS) {
        error = problem_set(&problem, PROBLEM_TOO_MANY, message->camera,
                            "a page can have %d unstored changes at once", LIVE_MAX_SETTINGS);
    } else if (message->type == LIVE_MESSAGE_RESET) {
        json_t *none = json_object();
        error = service_set(permit, none, SERVICE_REPLACE, &setting->waiter, &setting->change,
                            &problem);
        json_decref(none);
    } else {
        error = service_set(permit, message->values, SERVICE_MERGE, &setting->waiter,
                            &setting->change, &problem);
    }
    if (error) {
        say_set_done(session, message->camera, message->request, 0, &problem);
        live_setting_remove(setting);
    }
}

static void do_ping(struct live_session *session, double t)
{
    live_session_say(session, json_pack("{s:s,s:f,s:I}", "type", "pong", "t", t, "server_us",
                                        (json_int_t)api_now_us(session->live->api)));
}

/* The service's action for each type of message. */
static enum service_action action_of(enum live_message_type type)
{
    static const enum service_action ACTIONS[LIVE_MESSAGE_TYPES] = {
        [LIVE_MESSAGE_START] = ACTION_WATCH, [LIVE_MESSAGE_STOP] = ACTION_SEE,
        [LIVE_MESSAGE_KEY] = ACTION_WATCH,   [LIVE_MESSAGE_CAPTURE] = ACTION_STILL,
        [LIVE_MESSAGE_SET] = ACTION_SET,     [LIVE_MESSAGE_RESET] = ACTION_SET,
        [LIVE_MESSAGE_PING] = ACTION_PUBLIC,
    };
    return ACTIONS[type];
}

static void do_message(struct live_session *session, const struct live_message *message)
{
    struct permit permit;
    struct problem problem;
    if (service_permit(session->live->api->params.service, &session->principal,
                       action_of(message->type), message->camera, &permit, &problem) < 0) {
        say_problem(session, &problem, message->request);
        return;
    }
    switch (message->type) {
    case LIVE_MESSAGE_START:
        do_start(session, &permit, message);
        return;
    case LIVE_MESSAGE_STOP:
        do_stop(session, permit.camera);
        return;
    case LIVE_MESSAGE_KEY:
        do_key(session, permit.camera);
        return;
    case LIVE_MESSAGE_CAPTURE:
        do_capture(session, &permit, message->request);
        return;
    case LIVE_MESSAGE_SET:
    case LIVE_MESSAGE_RESET:
        do_set(session, &permit, message);
        return;
    case LIVE_MESSAGE_PING:
        do_ping(session, message->t);
        return;
    case LIVE_MESSAGE_TYPES:
        return;
    }
}

void live_command(struct live_session *session, const char *text, size_t len_bytes)
{
    struct live_message message;
    struct live_message_error error;
    if (live_message_parse(text, len_bytes, &message, &error) < 0) {
        struct problem problem;
        (void)problem_set(&problem, error.type, error.camera, "%s", error.message);
        say_problem(session, &problem, error.request);
        return;
    }
    do_message(session, &message);
    live_message_finish(&message);
}
