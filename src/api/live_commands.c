#include <errno.h>
#include <string.h>

#include "api/live.h"
#include "api/live_messages.h"
#include "api/reply.h"
#include "base/alloc.h"
#include "base/text.h"
#include "camera/capture.h"
#include "media/live.h"

/* Time enough for a sleeping device to wake and for a large still to come over weak Wi-Fi. */
static const int64_t CAPTURE_TIMEOUT_US = 10 * US_PER_S;

struct complaint {
    const char *code, *message;
    const char *camera; /* "" = none */
    uint32_t request;   /* 0 = none */
};

static void say_error(struct live_session *session, const struct complaint *complaint)
{
    json_t *json = json_pack("{s:s,s:s,s:s}", "type", "error", "code", complaint->code, "message",
                             complaint->message);
    if (complaint->camera[0])
        json_object_set_new(json, "camera", json_string(complaint->camera));
    if (complaint->request)
        json_object_set_new(json, "request", json_integer(complaint->request));
    live_session_say(session, json);
}

/* --- start, stop, key --- */

/* The last picture, to be looked at until live ones come. */
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
    live_session_say(session, json_pack("{s:s,s:s,s:I,s:I,s:I}", "type", "poster", "camera",
                                        camera_id(camera), "stream",
                                        (json_int_t)camera_stream(camera, RENDITION_JPEG),
                                        "sequence", (json_int_t)poster->sequence, "age_ms",
                                        (json_int_t)(age_us / US_PER_MS)));
    live_session_send(session, poster->buf, poster->message_off, len);
}

static void do_start(struct live_session *session, struct camera *camera,
                     const struct live_message *message)
{
    struct live_watch *before = live_watch_find(session, camera_id(camera));
    if (!before && session->n_watches >= LIVE_MAX_CAMERAS) {
        say_error(session, &(struct complaint){"too-many", "a page may watch 64 cameras at once",
                                               camera_id(camera), 0});
        return;
    }
    const struct live_watch *watch =
        live_watch_add(session, camera,
                       &(struct lease_params){.rendition = message->rendition,
                                              .max_fps = message->fps,
                                              .max_width = message->width,
                                              .max_height = message->height});
    live_session_say(
        session, json_pack("{s:s,s:s,s:s,s:I,s:I}", "type", "started", "camera", camera_id(camera),
                           "rendition", message->rendition == RENDITION_H264 ? "h264" : "jpeg",
                           "stream", (json_int_t)watch->lease->rendition->stream, "jpeg_stream",
                           (json_int_t)camera_stream(camera, RENDITION_JPEG)));
    send_poster(session, camera);
    if (before) /* after the new lease is taken, so that the camera does not blink */
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
        say_error(session, &(struct complaint){"invalid", "this camera was not started",
                                               camera_id(camera), 0});
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

/* A message of its own: the live header of a packet in a hub is shared, and this one carries the
 * page's request number. */
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
        say_not_captured(session, capture, "failed", "too many stills wait for this page");
        return;
    }
    struct buf *buf = still_message(still, capture->request);
    if (!buf) {
        say_not_captured(session, capture, "failed", "the server has no memory for the still");
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
        say_not_captured(session, capture, "timeout", "no picture came in time");
    else if (error == -EBUSY)
        say_not_captured(session, capture, "too-many",
                         "the camera is taking as many stills as it can");
    else
        say_not_captured(session, capture, "failed", "the camera could not take a still");
    live_capture_remove(capture);
}

static void do_capture(struct live_session *session, struct camera *camera, uint32_t request)
{
    if (session->n_captures >= LIVE_MAX_CAPTURES) {
        say_error(session, &(struct complaint){"too-many", "4 captures are open already",
                                               camera_id(camera), request});
        return;
    }
    struct live_capture *capture = mem_new(struct live_capture);
    capture->session = session;
    capture->camera = camera;
    capture->request = request;
    list_append(&session->captures, &capture->node);
    session->n_captures++;
    capture->capture = capture_begin(camera, CAPTURE_STILL, CAPTURE_TIMEOUT_US, captured, capture);
}

/* --- set, ping --- */

static void do_set(struct live_session *session, struct camera *camera,
                   const struct live_message *message)
{
    const char *wrong = "the values are not what this camera knows";
    int error = message->type == LIVE_MESSAGE_RESET ? camera_reset(camera)
                                                    : camera_set(camera, message->values, &wrong);
    bool ok = error == 0 || error == -ENOTCONN; /* remembered, in force when it comes back */
    json_t *json = json_pack("{s:s,s:s,s:I,s:b}", "type", "set-done", "camera", camera_id(camera),
                             "request", (json_int_t)message->request, "ok", ok);
    if (!ok) {
        const char *code = error == -EINVAL    ? "invalid"
                           : error == -ENOTSUP ? "unsupported"
                                               : "failed";
        const char *text = error == -EINVAL    ? wrong
                           : error == -ENOTSUP ? "this camera has no settings"
                                               : "the camera did not take the values";
        json_t *message_json = json_string(text); /* NULL: a name in it was cut inside a letter */
        json_object_set_new(json, "code", json_string(code));
        json_object_set_new(json, "message",
                            message_json ? message_json : json_string("a value is not allowed"));
    }
    live_session_say(session, json);
}

static void do_ping(struct live_session *session, double t)
{
    live_session_say(session, json_pack("{s:s,s:f,s:I}", "type", "pong", "t", t, "server_us",
                                        (json_int_t)api_now_us(session->live->api)));
}

static void say_no_camera(struct live_session *session, const struct live_message *message)
{
    char sentence[96];
    struct text text = text_over(sentence, sizeof(sentence));
    text_add(&text, "there is no camera \"%s\"", message->camera);
    say_error(session,
              &(struct complaint){"no-such-camera", sentence, message->camera, message->request});
}

static void do_message(struct live_session *session, const struct live_message *message)
{
    if (message->type == LIVE_MESSAGE_PING) {
        do_ping(session, message->t);
        return;
    }
    struct camera *camera = registry_find(session->live->api->params.registry, message->camera);
    if (!camera) {
        say_no_camera(session, message);
        return;
    }
    if (!camera_view(camera).adopted && message->type != LIVE_MESSAGE_STOP) {
        say_error(session, &(struct complaint){"not-adopted", "this camera is new: adopt it first",
                                               camera_id(camera), message->request});
        return;
    }
    switch (message->type) {
    case LIVE_MESSAGE_START:
        do_start(session, camera, message);
        return;
    case LIVE_MESSAGE_STOP:
        do_stop(session, camera);
        return;
    case LIVE_MESSAGE_KEY:
        do_key(session, camera);
        return;
    case LIVE_MESSAGE_CAPTURE:
        do_capture(session, camera, message->request);
        return;
    case LIVE_MESSAGE_SET:
    case LIVE_MESSAGE_RESET:
        do_set(session, camera, message);
        return;
    case LIVE_MESSAGE_PING:
    case LIVE_MESSAGE_TYPES:
        return;
    }
}

void live_command(struct live_session *session, const char *text, size_t len_bytes)
{
    struct live_message message;
    struct live_message_error error;
    if (live_message_parse(text, len_bytes, &message, &error) < 0) {
        say_error(session,
                  &(struct complaint){error.code, error.message, error.camera, error.request});
        return;
    }
    do_message(session, &message);
    live_message_finish(&message);
}
