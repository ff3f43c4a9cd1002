#include "push/push.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "camera/capture.h"
#include "camera/control_json.h"
#include "camera/source.h"
#include "device/wire.h"
#include "push/base64.h"
#include "push/clockmap.h"
#include "push/device_message.h"
#include "push/outbox.h"

/* The clocks are compared at the start and then at this interval, while frames flow. */
enum { TIME_INTERVAL_S = 5, HELLO_TIMEOUT_S = 10, BAD_TEXTS_MAX = 16 };
/* Frames that arrive this long after `stop` were not in flight: the device has not received it. */
enum { STOP_AGAIN_S = 5 };
/* 4001 is ours, the others are of RFC 6455 section 7.4.1. */
enum {
    CLOSE_REPLACED = 4001,
    CLOSE_BAD_DATA = 1003,
    CLOSE_POLICY = 1008,
    CLOSE_TOO_LARGE = 1009,
    CLOSE_TRY_LATER = 1013
};

/* The cost of a message, per message and per byte, charged to the device's share (camera_charge). A
 * text is parsed and may be sent to every page; an unwanted frame is only read. A device may
 * therefore send 20 texts a second, 100 unwanted frames, or 240 wanted ones. */
struct cost {
    int64_t each_us, bytes_s;
};
static const struct cost TEXT_COST = {US_PER_S / 20, 32 << 10},
                         UNWANTED_COST = {US_PER_S / 100, 8 << 20},
                         WANTED_COST = {US_PER_S / 240, 64 << 20};

static const char SUBPROTOCOL[] = "eyelid.device.v1";
static const char ID_RULE[] = "an id is 1 to 32 of a-z, 0-9 and -";

struct push {
    struct registry *registry;
    struct ws *ws;
    struct camera *camera; /* NULL before hello and while the connection is being closed */
    char id[CAMERA_ID_MAX + 1];
    bool id_is_given;                   /* by the address; else hello may bring one */
    char token[CAMERA_TOKEN_CHARS + 1]; /* "" = none presented */
    bool controlled;
    struct net_timer *timer; /* for hello, then for the answer to settings; NULL for plain ones */
    struct clockmap clockmap;
    int64_t asked_time_us; /* when the clocks were last compared */
    int64_t told_stop_us;
    unsigned bad_texts;
    struct net_timer *rest; /* resumes reading; NULL = never paused */
    bool is_resting;
    struct outbox outbox;
};

static int64_t now(const struct push *push)
{
    return clock_now_us(registry_env(push->registry)->clock);
}

static void on_rested(void *ctx)
{
    struct push *push = ctx;
    push->is_resting = false;
    ws_pause_reading(push->ws, false);
}

/* Pauses reading from a device that has used its share: its data then waits in its own memory, and
 * other devices get their share. */
static void charge(struct push *push, const struct cost *cost, size_t len_bytes)
{
    const int64_t by_size_us = (int64_t)len_bytes * US_PER_S / cost->bytes_s;
    const int64_t until_us = camera_charge(push->camera, cost->each_us + by_size_us);
    if (!until_us)
        return;
    if (!push->rest)
        push->rest = net_timer_create(registry_env(push->registry)->net, on_rested, push);
    push->is_resting = true;
    net_timer_set(push->rest, until_us);
    ws_pause_reading(push->ws, true);
}

/* Ends the connection; no message follows. */
static void hang_up(struct push *push, uint16_t code, const char *reason)
{
    struct camera *camera = push->camera;
    push->camera = NULL;
    if (push->timer)
        net_timer_set(push->timer, CLOCK_NEVER_US);
    ws_close(push->ws, code, reason);
    if (camera)
        camera_source_down(camera);
}

/* Ends the connection of a device that violates the protocol; the reason helps the author of its
 * firmware.
 */
static void refuse(struct push *push, uint16_t code, const char *reason)
{
    registry_log_refusal(push->registry, push->id, reason);
    hang_up(push, code, reason);
}

/* --- To the device. --- */

static int next(void *session, struct net_out *ret_out)
{
    struct push *push = session;
    struct buf *buf;
    int r = outbox_next(&push->outbox, now(push), &buf);
    if (r > 0)
        *ret_out = (struct net_out){.takes_buf = buf,
                                    .off = PACKET_TRANSPORT_ROOM,
                                    .len_bytes = buf->len_bytes - PACKET_TRANSPORT_ROOM};
    return r; /* out of memory: the connection ends; the device reconnects and is told again */
}

static void ask_time(struct push *push)
{
    push->asked_time_us = now(push);
    outbox_time(&push->outbox);
    ws_ready(push->ws);
}

/* `start` carries the wishes that apply from now on, in any state of the device. */
static void source_start(void *source, const struct camera_wish *wish)
{
    struct push *push = source;
    if (!push->controlled)
        return;
    outbox_start(&push->outbox, wish);
    ask_time(push);
}

static void source_stop(void *source)
{
    struct push *push = source;
    if (!push->controlled)
        return;
    push->told_stop_us = now(push);
    outbox_stop(&push->outbox);
    ws_ready(push->ws);
}

static int source_still(void *source, uint32_t request)
{
    struct push *push = source;
    if (!push->controlled)
        return -ENOTSUP;
    outbox_capture(&push->outbox, request);
    ask_time(push); /* so that it is known when the still was taken */
    return 0;
}

static int source_set(void *source, const struct control_values *values)
{
    struct push *push = source;
    if (!push->controlled)
        return -ENOTSUP;
    json_t *object = control_json_values(camera_schema(push->camera), values);
    outbox_set(&push->outbox, object);
    json_decref(object);
    ws_ready(push->ws);
    const int64_t told_us = push->outbox.set_us; /* of earlier ones */
    net_timer_set(push->timer, (told_us ? told_us : now(push)) + OUTBOX_SET_US);
    return 0;
}

static void source_detached(void *source)
{
    struct push *push = source;
    push->camera = NULL;
    hang_up(
        push, CLOSE_REPLACED,
        "another device connected with this id, its token was replaced, or the camera was removed");
}

static const struct source_ops SOURCE_OPS = {
    .start = source_start,
    .adjust = source_start,
    .restart = source_start,
    .stop = source_stop,
    .still = source_still,
    .set = source_set,
    .detached = source_detached,
};

/* --- From the device: identity. --- */

static void attach(struct push *push, const struct camera_source_info *info)
{
    struct camera *camera;
    const char *token = push->token[0] ? push->token : NULL;
    int r = registry_get_or_add(push->registry, push->id, token, &camera);
    if (r == -EKEYREJECTED || r == -EBUSY) {
        refuse(push, CLOSE_POLICY,
               r == -EBUSY ? "it presents a token, but a device without one is connected"
                           : "it does not present this camera's token");
        return;
    }
    if (r < 0) {
        hang_up(push, CLOSE_TRY_LATER,
                r == -ENOSPC   ? "max_cameras in eyelid.conf is reached"
                : r == -EEXIST ? "a camera of another kind has this id"
                               : "too many new cameras, try again in a minute");
        return;
    }
    push->camera = camera;
    ws_limit(push->ws, PUSH_MAX_MESSAGE_BYTES);
    camera_source_up(camera, &SOURCE_OPS, push, info);
}

static void on_timer(void *ctx)
{
    struct push *push = ctx;
    if (push->camera)
        ws_ready(push->ws); /* settings may wait for an answer that does not come */
    else
        refuse(push, CLOSE_POLICY, "no hello received");
}

static void opened(void *session, struct ws *ws)
{
    struct push *push = session;
    push->ws = ws;
    if (!push->controlled) {
        attach(push, &(struct camera_source_info){0});
        return;
    }
    ws_limit(ws, DEVICE_MESSAGE_MAX_BYTES); /* until its hello is accepted */
    push->timer = net_timer_create(registry_env(push->registry)->net, on_timer, push);
    net_timer_set(push->timer, now(push) + HELLO_TIMEOUT_S * US_PER_S);
}

static void closed(void *session)
{
    struct push *push = session;
    if (push->camera)
        camera_source_down(push->camera);
    net_timer_destroy(push->timer);
    net_timer_destroy(push->rest);
    outbox_finish(&push->outbox);
    mem_free(push);
}

static void on_hello(struct push *push, const struct device_message *m)
{
    const char *id = m->hello.id;
    if (push->camera) {
        refuse(push, CLOSE_POLICY, "duplicate hello");
    } else if (id && push->id_is_given && strcmp(id, push->id) != 0) {
        refuse(push, CLOSE_POLICY, "the id in hello differs from the address");
    } else if (id && !text_is_id(id)) {
        refuse(push, CLOSE_POLICY, ID_RULE);
    } else {
        if (id)
            snprintf(push->id, sizeof(push->id), "%s", id);
        struct controls controls;
        net_timer_set(push->timer, CLOCK_NEVER_US);
        control_json_schema(m->hello.controls, &controls);
        attach(push, &(struct camera_source_info){.controlled = true,
                                                  .name = m->hello.name,
                                                  .model = m->hello.model,
                                                  .controls = &controls});
        controls_finish(&controls);
    }
}

/* --- From the device: texts. --- */

static void on_values(struct push *push, json_t *values)
{
    struct control_values in_force;
    outbox_was_set(&push->outbox);
    ws_ready(push->ws);
    control_json_fitting(camera_schema(push->camera), values, &in_force);
    camera_controls_changed(push->camera, &in_force);
}

static void on_message(struct push *push, const struct device_message *m)
{
    struct camera *camera = push->camera;
    if (m->type == DEVICE_HELLO)
        on_hello(push, m);
    else if (m->type == DEVICE_TIME)
        clockmap_add(&push->clockmap, m->time.server_us, now(push), m->time.device_us);
    else if (m->type == DEVICE_STATE && m->state.sleeping && camera)
        camera_sleeps(camera, m->state.wake_in_s);
    else if (m->type == DEVICE_CAPTURED && camera)
        /* The camera ignores this if the still has already arrived. */
        camera_captured(camera, m->captured.request, -EIO, NULL);
    else if (m->type == DEVICE_VALUES && camera)
        on_values(push, m->values);
    if (m->battery >= 0 && push->camera)
        camera_battery(push->camera, m->battery);
}

static void on_text(struct push *push, const char *text, size_t len_bytes)
{
    struct device_message message;
    const char *wrong = device_message_read(text, len_bytes, &message);
    if (!wrong) {
        on_message(push, &message);
        device_message_finish(&message);
    }
    if (push->camera)
        charge(push, &TEXT_COST, len_bytes);
    if (!wrong)
        return;
    if (!push->camera && len_bytes > DEVICE_MESSAGE_MAX_BYTES) { /* the hello that is awaited */
        refuse(push, CLOSE_TOO_LARGE, wrong);
        return;
    }
    if (push->bad_texts++ == 0)
        registry_log_trouble(push->registry, push->id, wrong);
    if (push->bad_texts > BAD_TEXTS_MAX)
        refuse(push, CLOSE_BAD_DATA, wrong);
}

/* --- From the device: frames. --- */

/* The device's still: a packet that no hub carries. Takes the buffer. */
static void on_still(struct push *push, struct camera_frame *frame, uint32_t request)
{
    struct camera *camera = push->camera;
    camera_count_received(camera, camera_frame_bytes(frame));
    enum jpeg_fault fault = camera_check_jpeg(frame, &registry_env(push->registry)->jpeg_limits);
    if (fault != JPEG_OK) {
        camera_count_drop(camera, fault);
        buf_unref(&frame->takes_buf);
        return;
    }
    struct packet *still = camera_packet(frame);
    camera_captured(camera, request, 0, still);
    packet_unref(&still);
}

static void drop_unwanted(struct push *push, struct buf *takes_buf, size_t len_bytes)
{
    camera_count_received(push->camera, len_bytes);
    camera_count_drop(push->camera, CAMERA_DROP_UNWANTED);
    buf_unref(&takes_buf);
}

/* An unwanted frame. */
static void on_unwanted(struct push *push)
{
    if (now(push) - push->told_stop_us >= STOP_AGAIN_S * US_PER_S)
        source_stop(push);
}

/* One JPEG at [off, end) of the buffer, after its wire header if it had one. Takes the buffer. */
static void on_jpeg(struct push *push, struct buf *takes_buf, size_t off, size_t end,
                    const struct wire_frame *wire)
{
    const int64_t now_us = now(push);
    struct camera_frame frame = {.takes_buf = takes_buf,
                                 .unit_off = (uint32_t)off,
                                 .end_off = (uint32_t)end,
                                 .arrival_us = now_us,
                                 .capture_us = now_us};
    const bool is_still = wire && wire->flags & WIRE_FLAG_STILL;
    const bool is_wanted =
        is_still ? camera_awaits_still(push->camera, wire->sequence) : camera_runs(push->camera);
    charge(push, is_wanted ? &WANTED_COST : &UNWANTED_COST, end - off);
    if (wire) {
        frame.capture_us = clockmap_to_server(&push->clockmap, wire->capture_us, frame.arrival_us);
        frame.dark = wire->flags & WIRE_FLAG_DARK;
    }
    if (wire && is_wanted && frame.arrival_us - push->asked_time_us > TIME_INTERVAL_S * US_PER_S)
        ask_time(push);
    if (!is_wanted && !is_still)
        on_unwanted(push);
    if (is_still && !is_wanted)
        drop_unwanted(push, takes_buf, end - off); /* timed out, or never requested */
    else if (is_still)
        on_still(push, &frame, wire->sequence);
    else
        camera_frame(push->camera, &frame);
}

/* A binary message that is not a frame. */
static void on_nonsense(struct push *push, struct buf *takes_buf, size_t len_bytes)
{
    charge(push, &UNWANTED_COST, len_bytes);
    camera_count_received(push->camera, 0);
    camera_count_drop(push->camera, CAMERA_DROP_PROTOCOL);
    buf_unref(&takes_buf);
}

static void on_binary(struct push *push, struct buf *takes_buf, size_t len_bytes)
{
    size_t off = CAMERA_FRAME_ROOM, end = off + len_bytes;
    struct wire_frame wire;

    if (!push->camera) { /* before hello */
        buf_unref(&takes_buf);
    } else if (!push->controlled) {
        on_jpeg(push, takes_buf, off, end, NULL);
    } else if (wire_frame_read(takes_buf->data + off, len_bytes, &wire) == 0) {
        on_jpeg(push, takes_buf, off + WIRE_HEAD_BYTES, end, &wire);
    } else {
        on_nonsense(push, takes_buf, len_bytes);
    }
}

/* A plain device's text: some hobby firmware sends its JPEGs as base64. Decoded in place, and only
 * while frames are wanted. */
static void on_base64(struct push *push, struct buf *takes_buf, size_t len_bytes)
{
    size_t jpeg_len;
    char *text = (char *)takes_buf->data + CAMERA_FRAME_ROOM;
    if (!push->camera) {
        buf_unref(&takes_buf);
    } else if (!camera_runs(push->camera)) {
        charge(push, &UNWANTED_COST, len_bytes);
        drop_unwanted(push, takes_buf, len_bytes);
    } else if (base64_decode_in_place(text, len_bytes, &jpeg_len) == 0) {
        on_binary(push, takes_buf, jpeg_len);
    } else {
        on_nonsense(push, takes_buf, len_bytes);
    }
}

static void message(void *session, struct buf *takes_buf, size_t len_bytes, bool binary)
{
    struct push *push = session;
    if (push->is_resting && push->camera) { /* already received when reading was paused */
        drop_unwanted(push, takes_buf, len_bytes);
    } else if (binary) {
        on_binary(push, takes_buf, len_bytes);
    } else if (!push->controlled) {
        on_base64(push, takes_buf, len_bytes);
    } else {
        on_text(push, (const char *)takes_buf->data + CAMERA_FRAME_ROOM, len_bytes);
        buf_unref(&takes_buf);
    }
}

/* --- Accepting connections. --- */

static void broken(void *session, const char *reason)
{
    struct push *push = session;
    registry_log_refusal(push->registry, push->id, reason);
}

#define WS_OPS                                                                                     \
    .max_message_bytes = PUSH_MAX_MESSAGE_BYTES, .headroom = CAMERA_FRAME_ROOM, .opened = opened,  \
    .message = message, .next = next, .broken = broken, .closed = closed

static const struct ws_ops PLAIN_OPS = {WS_OPS};
static const struct ws_ops CONTROLLED_OPS = {.subprotocol = SUBPROTOCOL, WS_OPS};

/* True if a comma-separated list of subprotocols (RFC 6455 section 11.3.4) offers ours. */
static bool offers_ours(const char *list)
{
    static const char SEPARATORS[] = ", \t";
    while (*list) {
        list += strspn(list, SEPARATORS);
        size_t n = strcspn(list, SEPARATORS);
        if (n == sizeof(SUBPROTOCOL) - 1 && memcmp(list, SUBPROTOCOL, n) == 0)
            return true;
        list += n;
    }
    return false;
}

/* "cam-" and the FNV-1a hash (32 bit, draft-eastlake-fnv) of the peer's address. */
static void id_from_peer(const char *peer, char out[CAMERA_ID_MAX + 1])
{
    uint32_t hash = 2166136261u;
    for (const char *p = peer; *p; p++)
        hash = (hash ^ (uint8_t)*p) * 16777619u;
    snprintf(out, CAMERA_ID_MAX + 1, "cam-%08x", hash);
}

int push_upgrade(struct registry *registry, struct http_request *request,
                 const struct push_knock *knock, struct ws_accept *ret_accept)
{
    const char *id = knock->id;
    char from_query[4 * CAMERA_ID_MAX], protocols[256];
    if ((!id || !id[0]) && http_query(request, "id", from_query, sizeof(from_query)))
        id = from_query;
    if (id && id[0] && !text_is_id(id)) {
        registry_log_refusal(registry, id, ID_RULE);
        return 400;
    }

    struct push *push = mem_new(struct push);
    push->registry = registry;
    push->id_is_given = id && id[0];
    if (push->id_is_given)
        snprintf(push->id, sizeof(push->id), "%.32s", id);
    else
        id_from_peer(http_peer(request), push->id);
    if (knock->token)
        snprintf(push->token, sizeof(push->token), "%s", knock->token);
    push->controlled = http_header(request, HTTP_SUBPROTOCOL, protocols, sizeof(protocols)) &&
                       offers_ours(protocols);
    *ret_accept =
        (struct ws_accept){.ops = push->controlled ? &CONTROLLED_OPS : &PLAIN_OPS, .session = push};
    return 0;
}
