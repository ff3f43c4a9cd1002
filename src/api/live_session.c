#include "api/live.h"

#include <string.h>

#include "api/auth.h"
#include "api/live_messages.h"
#include "api/reply.h"
#include "base/alloc.h"
#include "camera/capture.h"

/* --- Sending. --- */

/* A page that lets its answers pile up is broken or hostile. */
static void give_up(struct live_session *session)
{
    ws_close(session->ws, 1008, "the page does not read its messages");
}

void live_session_say(struct live_session *session, json_t *takes_json)
{
    size_t len;
    struct buf *buf = reply_json_buf(takes_json, &len);
    if (!buf || live_queue_text(&session->queue, buf, REPLY_OFF, len) < 0)
        give_up(session);
    else
        ws_ready(session->ws);
    buf_unref(&buf);
}

void live_session_tell(struct live_session *session, struct camera *camera, unsigned what)
{
    if (!event_is_for(&session->principal, camera))
        return;
    live_queue_state(&session->queue, camera, what);
    ws_ready(session->ws);
}

void live_session_send(struct live_session *session, struct buf *buf, size_t off, size_t len_bytes)
{
    if (live_queue_binary(&session->queue, buf, off, len_bytes) < 0)
        give_up(session);
    else
        ws_ready(session->ws);
}

/* The cameras follow one by one, so that the memory for any number of them is that of the
 * largest. */
static void say_hello(struct live_session *session)
{
    struct api *api = session->live->api;
    struct permit permit;
    struct problem problem;
    unsigned n = 0;
    live_session_say(session, json_pack("{s:s,s:s,s:s,s:I,s:s,s:s}", "type", "hello", "version",
                                        api->params.version, "boot", api->boot, "server_us",
                                        (json_int_t)api_now_us(api), "access", auth_access(api),
                                        "role", access_role_name(session->principal.role)));
    if (service_permit(api->params.service, &session->principal, ACTION_LIST, NULL, &permit,
                       &problem) == 0)
        for (struct camera *camera = NULL; (camera = service_next(&permit, camera)); n++)
            live_queue_state(&session->queue, camera, CAMERA_CHANGE_NEW);
    live_session_say(session, json_pack("{s:s,s:I}", "type", "listed", "cameras", (json_int_t)n));
}

/* --- Media: never queued, read when the socket takes more. --- */

static void watch_is_ready(void *ctx)
{
    struct live_watch *watch = ctx;
    if (list_empty(&watch->ready))
        list_append(&watch->session->ready, &watch->ready);
    ws_ready(watch->session->ws);
}

static void watch_is_gone(void *ctx)
{
    live_watch_remove(ctx);
}

struct live_watch *live_watch_add(struct live_session *session, const struct permit *permit,
                                  const struct lease_params *wish)
{
    struct live_watch *watch = mem_new(struct live_watch);
    struct lease_params params = *wish;
    params.reason = LEASE_VIEWER;
    params.ready = watch_is_ready;
    params.gone = watch_is_gone;
    params.ctx = watch;
    watch->session = session;
    watch->camera = permit->camera;
    list_init(&watch->ready);
    list_append(&session->watches, &watch->node);
    session->n_watches++;
    watch->lease = service_watch(permit, &params);
    watch_is_ready(watch);
    return watch;
}

struct live_watch *live_watch_find(struct live_session *session, const char *id)
{
    list_for_each (watch, &session->watches, struct live_watch, node)
        if (strcmp(camera_id(watch->camera), id) == 0)
            return watch;
    return NULL;
}

void live_watch_remove(struct live_watch *watch)
{
    watch->session->n_watches--;
    list_remove(&watch->node);
    list_remove(&watch->ready);
    packet_unref(&watch->init);
    packet_unref(&watch->held);
    lease_release(&watch->lease);
    mem_free(watch);
}

static struct net_out message_of(const struct packet *packet)
{
    return (struct net_out){.takes_buf = buf_ref(packet->buf),
                            .off = packet->message_off,
                            .len_bytes = packet->end_off - packet->message_off,
                            .binary = true};
}

/* The next message of one camera; false if there is none now. */
static bool watch_next(struct live_watch *watch, struct net_out *ret_out)
{
    struct packet *packet = watch->held;
    watch->held = NULL;
    if (!packet) {
        uint64_t lost;
        packet = lease_next(watch->lease, &lost);
        camera_count_sent(watch->camera, 0, lost);
    }
    if (!packet)
        return false;
    if (packet->init && packet->init != watch->init) {
        packet_unref(&watch->init);
        watch->init = packet_ref(packet->init);
        watch->held = packet;
        *ret_out = message_of(watch->init);
        return true;
    }
    camera_count_sent(watch->camera, 1, 0);
    *ret_out = message_of(packet);
    packet_unref(&packet);
    return true;
}

/* Cameras take turns, one message each. */
static int session_next(void *ctx, struct net_out *ret_out)
{
    struct live_session *session = ctx;
    struct live_queue_first first;
    while (live_queue_next(&session->queue, &first)) {
        if (first.camera && session->live) {
            size_t len = 0;
            struct buf *buf = live_describe(session->live, first.camera, first.what, &len);
            first.out = (struct net_out){.takes_buf = buf, .off = REPLY_OFF, .len_bytes = len};
        }
        if (first.out.takes_buf) {
            *ret_out = first.out;
            return 1;
        }
    }
    while (!list_empty(&session->ready)) {
        struct live_watch *watch = list_entry(session->ready.next, struct live_watch, ready);
        list_remove(&watch->ready);
        if (watch_next(watch, ret_out)) {
            list_append(&session->ready, &watch->ready);
            return 1;
        }
    }
    return 0;
}

/* --- Open and close. --- */

void live_capture_remove(struct live_capture *capture)
{
    capture->session->n_captures--;
    list_remove(&capture->node);
    mem_free(capture);
}

void live_setting_remove(struct live_setting *setting)
{
    service_forget(&setting->waiter);
    setting->session->n_settings--;
    list_remove(&setting->node);
    mem_free(setting);
}

/* Releases everything that uses shared state. */
static void let_go(struct live_session *session)
{
    list_for_each (watch, &session->watches, struct live_watch, node)
        live_watch_remove(watch);
    list_for_each (capture, &session->captures, struct live_capture, node) {
        capture_cancel(capture->capture);
        live_capture_remove(capture);
    }
    list_for_each (setting, &session->settings, struct live_setting, node)
        live_setting_remove(setting);
    if (session->ws && session->live)
        session->live->n_sessions--;
    list_remove(&session->node);
    list_remove(&session->guest.node);
    session->live = NULL;
}

static void leave(struct api_guest *guest)
{
    let_go(list_entry(guest, struct live_session, guest));
}

/* Its principal lost its rights. */
static void revoke(struct api_guest *guest)
{
    struct live_session *session = list_entry(guest, struct live_session, guest);
    if (session->ws)
        ws_close(session->ws, 1008, "the session or token has ended");
    let_go(session);
}

struct live_session *live_session_create(struct live *live, const struct principal *principal)
{
    struct live_session *session = mem_new(struct live_session);
    session->guest.leave = leave;
    session->guest.revoke = revoke;
    session->guest.principal = *principal;
    session->live = live;
    session->principal = *principal;
    session->message_tokens = LIVE_MESSAGE_BURST;
    session->message_tokens_us = api_now_us(live->api);
    list_init(&session->node);
    list_init(&session->watches);
    list_init(&session->ready);
    list_init(&session->captures);
    list_init(&session->settings);
    live_queue_init(&session->queue);
    list_append(&live->api->guests, &session->guest.node);
    return session;
}

static void session_opened(void *ctx, struct ws *ws)
{
    struct live_session *session = ctx;
    if (!session->live) {
        ws_close(ws, 1001, "the server stops");
        return;
    }
    session->ws = ws;
    list_append(&session->live->sessions, &session->node);
    session->live->n_sessions++;
    say_hello(session);
}

/* A token bucket. */
static bool may_speak(struct live_session *session)
{
    int64_t now_us = api_now_us(session->live->api);
    int64_t more = (now_us - session->message_tokens_us) * LIVE_MESSAGES_PER_S / US_PER_S;
    if (more > 0) {
        session->message_tokens_us = now_us;
        session->message_tokens = more + session->message_tokens > LIVE_MESSAGE_BURST
                                      ? LIVE_MESSAGE_BURST
                                      : session->message_tokens + (unsigned)more;
    }
    if (session->message_tokens == 0)
        return false;
    session->message_tokens--;
    return true;
}

static void session_message(void *ctx, struct buf *takes_buf, size_t len_bytes, bool binary)
{
    struct live_session *session = ctx;
    if (session->live) {
        if (!may_speak(session))
            ws_close(session->ws, 1008, "too many messages");
        else if (binary)
            ws_close(session->ws, 1003, "only text messages are supported");
        else
            live_command(session, (const char *)takes_buf->data, len_bytes);
    }
    buf_unref(&takes_buf);
}

static void session_closed(void *ctx)
{
    struct live_session *session = ctx;
    let_go(session);
    live_queue_finish(&session->queue);
    mem_free(session);
}

const struct ws_ops live_session_ops = {.subprotocol = "eyelid.live.v1",
                                        .max_message_bytes = LIVE_MESSAGE_MAX_BYTES,
                                        .opened = session_opened,
                                        .message = session_message,
                                        .next = session_next,
                                        .closed = session_closed};
