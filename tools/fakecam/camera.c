#include "tools/fakecam/camera.h"

#include <errno.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "device/agent.h"
#include "tools/fakecam/chance.h"
#include "tools/fakecam/link.h"
#include "tools/fakecam/model.h"

enum { TEXT_JUNK_BYTES = 64 };
enum { BASE64_SLACK_BYTES = 8 }; /* libwebsockets requires more room than it fills */

struct camera {
    const struct camera_world *world;
    struct model model;
    char path[300];
    struct agent agent;
    struct link link;
    int64_t now_us, deadline_us; /* of the last step */

    int32_t values[MODEL_CONTROL_COUNT];
    struct agent_stream stream;
    unsigned dark_left; /* frames */
    uint32_t number;    /* of the next frame */
    struct buf *jpeg;   /* the current picture */

    struct fault_course course;
    unsigned faults; /* of the current picture, set of 1 << enum fault */
    bool wrong_size;
    int64_t clock_offset_us;
    int64_t stalled_until_us; /* 0 = not stalled */
    int64_t disconnect_at_us; /* CLOCK_NEVER_US = not planned */
    bool dial_failed;
};

int64_t camera_now_us(const struct camera_world *world)
{
    return clock_now_us(&clock_system) - world->epoch_us;
}

static const struct fault_rule *rule(const struct camera *camera, enum fault fault)
{
    return &camera->world->options->faults.rules[fault];
}

static void hal_dial(void *ctx)
{
    struct camera *camera = ctx;
    camera->dial_failed = link_dial(&camera->link) < 0;
}

static void hal_hangup(void *ctx)
{
    struct camera *camera = ctx;
    link_hangup(&camera->link);
}

static bool hal_ready(void *ctx)
{
    struct camera *camera = ctx;
    return !camera->stalled_until_us && link_ready(&camera->link);
}

static void send_bytes_as_text(struct camera *camera, const char *text, size_t len_bytes)
{
    struct link_message message = {.is_text = true};
    if (buf_create(len_bytes, &message.body) < 0)
        return;
    memcpy(message.body->data, text, len_bytes);
    link_send(&camera->link, &message);
}

static void hal_send_text(void *ctx, const char *text, size_t len_bytes)
{
    log_debug("fakecam", ((struct camera *)ctx)->model.id, "says %.*s", (int)len_bytes, text);
    send_bytes_as_text(ctx, text, len_bytes);
}

static void send_junk(struct camera *camera)
{
    char junk[TEXT_JUNK_BYTES];
    for (unsigned i = 0; i < sizeof(junk); i++)
        junk[i] = (char)(' ' + chance_next(&camera->course.random) % 95);
    junk[0] = '{';
    send_bytes_as_text(camera, junk, sizeof(junk));
}

static void send_base64(struct camera *camera)
{
    size_t len_bytes = camera->jpeg->len_bytes, text_bytes = (len_bytes + 2) / 3 * 4;
    struct link_message message = {.is_text = true};
    if (buf_create(text_bytes + BASE64_SLACK_BYTES, &message.body) < 0)
        return;
    if (lws_b64_encode_string((const char *)camera->jpeg->data, (int)len_bytes,
                              (char *)message.body->data,
                              (int)text_bytes + BASE64_SLACK_BYTES) < 0 ||
        buf_resize(&message.body, text_bytes) < 0) {
        buf_unref(&message.body);
        return;
    }
    link_send(&camera->link, &message);
}

static void spoil_head(struct camera *camera, uint8_t *head)
{
    struct wire_frame frame;
    if (camera->faults & 1u << FAULT_CLOCK_JUMP)
        camera->clock_offset_us = (int64_t)(chance_next(&camera->course.random) % 3600) * US_PER_S;
    if (wire_frame_read(head, WIRE_HEAD_BYTES, &frame) == 0) {
        frame.capture_us += camera->clock_offset_us;
        wire_frame_write(&frame, head);
    }
}

static void hal_send_frame(void *ctx, const uint8_t *head, const struct agent_picture *picture)
{
    (void)picture; /* it is camera->jpeg */
    struct camera *camera = ctx;
    if (camera->faults & 1u << FAULT_STALL)
        camera->stalled_until_us = camera->now_us + rule(camera, FAULT_STALL)->argument * US_PER_MS;
    if (camera->faults & 1u << FAULT_TEXT_JUNK) {
        send_junk(camera);
        return;
    }
    fault_spoil(&camera->course, camera->faults, &camera->jpeg);
    if (rule(camera, FAULT_BASE64)->on) {
        send_base64(camera);
        return;
    }
    struct link_message message = {.body = buf_ref(camera->jpeg)};
    if (head) {
        message.head_bytes = WIRE_HEAD_BYTES;
        memcpy(message.head, head, WIRE_HEAD_BYTES);
        spoil_head(camera, message.head);
    }
    link_send(&camera->link, &message);
}

static int hal_start(void *ctx, const struct agent_stream *stream)
{
    struct camera *camera = ctx;
    camera->stream = *stream;
    camera->dark_left = camera->world->options->dark_frames;
    camera->wrong_size = false;
    log_info("fakecam", camera->model.id, "start %ux%u, %u.%03u fps", stream->size.width,
             stream->size.height, stream->fps_milli / 1000, stream->fps_milli % 1000);
    return 0;
}

static void hal_stop(void *ctx)
{
    log_info("fakecam", ((struct camera *)ctx)->model.id, "stop");
}

static struct tone_look tone_of(const struct camera *camera, bool dark)
{
    const int32_t *values = camera->values;
    return (struct tone_look){
        .brightness = (int8_t)values[MODEL_BRIGHTNESS],
        .contrast = (int8_t)values[MODEL_CONTRAST],
        .saturation = (int8_t)values[MODEL_SATURATION],
        .exposure = values[MODEL_EXPOSURE_AUTO] ? 0 : (int8_t)values[MODEL_EXPOSURE],
        .effect = (enum tone_effect)values[MODEL_EFFECT],
        .dark = dark,
    };
}

/* Takes the next picture of the file or of the studio into camera->jpeg. */
static int take(struct camera *camera, const struct agent_stream *stream, bool still, bool dark,
                struct agent_picture *ret_picture)
{
    const struct camera_world *world = camera->world;
    int64_t drawn_us = camera->now_us;
    uint32_t number = camera->number++;
    if (world->mjpeg) {
        camera->jpeg = buf_ref(world->mjpeg->frames[number % world->mjpeg->count]);
    } else {
        bool shared = world->options->cameras > 1 && !world->options->barcode && !still;
        const struct studio_wish wish = {
            .look = {.width = stream->size.width,
                     .height = stream->size.height,
                     .tone = tone_of(camera, dark),
                     .mirror = camera->values[MODEL_MIRROR],
                     .flip = camera->values[MODEL_FLIP],
                     .still = still},
            .quality = (uint8_t)camera->values[MODEL_QUALITY],
            .number = number,
            .wall_us = clock_wall_us(&clock_system),
            .now_us = camera_now_us(world),
            /* Less than an interval: no camera gets the same picture twice. */
            .good_for_us = shared ? INT64_C(800000000) / stream->fps_milli : 0,
        };
        int result = studio_take(world->studio, &wish, &camera->jpeg, &drawn_us);
        if (result < 0)
            return result;
    }
    *ret_picture = (struct agent_picture){.jpeg = camera->jpeg->data,
                                          .len_bytes = camera->jpeg->len_bytes,
                                          .capture_us = drawn_us,
                                          .dark = dark};
    return 0;
}

static int hal_grab(void *ctx, struct agent_picture *ret_picture)
{
    struct camera *camera = ctx;
    struct agent_stream stream = camera->stream;
    bool dark = camera->dark_left > 0;
    if (dark)
        camera->dark_left--;
    camera->faults = fault_next(&camera->course);
    if (camera->faults & 1u << FAULT_WRONG_SIZE)
        camera->wrong_size = !camera->wrong_size;
    if (camera->wrong_size) {
        const struct agent_size *first = &camera->model.params.sizes[0];
        bool is_first = stream.size.width == first->width && stream.size.height == first->height;
        stream.size = first[is_first ? 1 : 0];
    }
    return take(camera, &stream, false, dark, ret_picture);
}

static int hal_still(void *ctx, const struct agent_stream *wish, struct agent_picture *ret_picture)
{
    struct camera *camera = ctx;
    camera->faults = 0;
    return take(camera, wish, true, false, ret_picture);
}

static void hal_release(void *ctx)
{
    buf_unref(&((struct camera *)ctx)->jpeg);
}

static int hal_apply(void *ctx, unsigned control, int32_t value)
{
    ((struct camera *)ctx)->values[control] = value;
    return 0;
}

static void hal_sleep(void *ctx, int64_t sleep_us)
{
    log_info("fakecam", ((struct camera *)ctx)->model.id, "sleeps for %lld s",
             (long long)(sleep_us / US_PER_S));
}

/* Not from the seed: devices with the same seed would reconnect in step, and a reconnect would
 * change the sequence of faults. */
static uint32_t hal_random(void *ctx)
{
    (void)ctx;
    uint32_t value;
    random_bytes(&value, sizeof(value));
    return value;
}

static const struct agent_hal HAL = {
    .dial = hal_dial,
    .hangup = hal_hangup,
    .ready = hal_ready,
    .send_text = hal_send_text,
    .send_frame = hal_send_frame,
    .start = hal_start,
    .stop = hal_stop,
    .grab = hal_grab,
    .still = hal_still,
    .release = hal_release,
    .apply = hal_apply,
    .sleep = hal_sleep,
    .random = hal_random,
};

static void step(struct camera *camera, const struct agent_event *event)
{
    static const struct agent_event down = {.kind = AGENT_DOWN};
    camera->now_us = camera_now_us(camera->world);
    camera->deadline_us = agent_step(&camera->agent, event, camera->now_us);
    while (camera->dial_failed) {
        camera->dial_failed = false;
        camera->deadline_us = agent_step(&camera->agent, &down, camera->now_us);
    }
}

static void report(void *ctx, const struct agent_event *event)
{
    struct camera *camera = ctx;
    if (event->kind == AGENT_TEXT)
        log_debug("fakecam", camera->model.id, "hears %.*s", (int)event->len_bytes, event->text);
    if (event->kind == AGENT_UP && rule(camera, FAULT_DISCONNECT)->on)
        camera->disconnect_at_us =
            camera_now_us(camera->world) + rule(camera, FAULT_DISCONNECT)->argument * US_PER_S;
    if (event->kind == AGENT_DOWN)
        camera->stalled_until_us = 0;
    step(camera, event);
    if (event->kind == AGENT_UP || event->kind == AGENT_DOWN)
        log_info("fakecam", camera->model.id,
                 event->kind == AGENT_UP ? "connected" : "not connected");
}

int camera_create(const struct camera_world *world, unsigned number, struct camera **ret_camera)
{
    const struct options *options = world->options;
    struct camera *camera = mem_new(struct camera);
    camera->world = world;
    camera->disconnect_at_us = CLOCK_NEVER_US;
    model_init(&camera->model, options, world->mjpeg, number);
    snprintf(camera->path, sizeof(camera->path), "%s%s", options->path, camera->model.id);
    /* Cameras have different random sequences. */
    uint64_t seed = options->seed ^ (uint64_t)number * UINT64_C(0xd6e8feb86659fd93);
    fault_begin(&camera->course, &options->faults, seed);
    link_init(&camera->link,
              &(struct link_params){.client = world->client,
                                    .host = options->host,
                                    .authority = options->authority,
                                    .path = camera->path,
                                    .port = options->port,
                                    .subprotocol = options->plain ? NULL : "eyelid.device.v1",
                                    .token = options->token,
                                    .fragment_bytes = rule(camera, FAULT_FRAGMENT)->on
                                                          ? rule(camera, FAULT_FRAGMENT)->argument
                                                          : 0,
                                    .report = report,
                                    .ctx = camera});
    int result = agent_init(&camera->agent, &camera->model.params, &HAL, camera);
    if (result < 0) {
        camera_destroy(camera);
        return result;
    }
    *ret_camera = camera;
    return 0;
}

void camera_destroy(struct camera *camera)
{
    if (!camera)
        return;
    link_finish(&camera->link);
    buf_unref(&camera->jpeg);
    mem_free(camera);
}

void camera_boot(struct camera *camera)
{
    step(camera, &(struct agent_event){.kind = AGENT_BATTERY,
                                       .percent = camera->world->options->battery_percent});
    step(camera, &(struct agent_event){.kind = AGENT_BOOT});
}

static int64_t earliest(const struct camera *camera)
{
    int64_t at_us = camera->deadline_us;
    if (camera->stalled_until_us && camera->stalled_until_us < at_us)
        at_us = camera->stalled_until_us;
    return camera->disconnect_at_us < at_us ? camera->disconnect_at_us : at_us;
}

int64_t camera_tick(struct camera *camera, int64_t now_us)
{
    if (now_us < earliest(camera))
        return earliest(camera);
    if (camera->stalled_until_us && now_us >= camera->stalled_until_us) {
        camera->stalled_until_us = 0;
        step(camera, &(struct agent_event){.kind = AGENT_READY});
    }
    if (now_us >= camera->disconnect_at_us) {
        camera->disconnect_at_us = CLOCK_NEVER_US;
        log_info("fakecam", camera->model.id, "breaks the connection");
        link_break(&camera->link);
    }
    if (now_us >= camera->deadline_us)
        step(camera, &(struct agent_event){.kind = AGENT_TICK});
    return earliest(camera);
}

void camera_log_stats(const struct camera *camera)
{
    const struct agent_stats *stats = &camera->agent.stats;
    log_info("fakecam", camera->model.id,
             "%llu connections, %llu frames sent, %llu skipped, %llu failed, %llu texts ignored",
             (unsigned long long)stats->connects, (unsigned long long)stats->frames_sent,
             (unsigned long long)stats->frames_skipped, (unsigned long long)stats->frames_failed,
             (unsigned long long)stats->texts_ignored);
}
