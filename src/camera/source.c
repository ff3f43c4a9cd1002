/* Calls from the source: connected and disconnected, frames, and reports of the device. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "camera/internal.h"

/* Below this mean luma (0 to 255) a frame right after waking counts as not yet exposed. */
enum { DARK_LUMA = 12 };

static const char *const KIND_NAMES[CAMERA_KINDS] = {"push", "v4l2", "libcamera", "http"};

const char *camera_kind_name(enum camera_kind kind)
{
    return KIND_NAMES[kind];
}

int camera_kind_find(const char *name, enum camera_kind *ret_kind)
{
    const char *today = strcmp(name, "mjpeg") == 0 ? KIND_NAMES[CAMERA_HTTP] : name;
    for (unsigned kind = 0; kind < CAMERA_KINDS; kind++)
        if (strcmp(KIND_NAMES[kind], today) == 0) {
            *ret_kind = (enum camera_kind)kind;
            return 0;
        }
    return -EINVAL;
}

const char *camera_drop_name(unsigned drop)
{
    static const char *const NAMES[] = {"unwanted", "dark", "undecodable", "protocol"};
    return drop < CAMERA_DROP_UNWANTED ? jpeg_fault_name((enum jpeg_fault)drop)
                                       : NAMES[drop - CAMERA_DROP_UNWANTED];
}

/* How much of its share a device may use in advance. */
static const int64_t BURST_US = 4 * US_PER_S;

/* Lines a minute about a device that keeps reconnecting, for example over weak Wi-Fi, or keeps
 * reporting errors. */
enum { LINES_MAX = 6 };
/* This many replacements within a minute mean two devices, not one that reconnects. */
enum { RIVAL_TURNS = 4 };

/* The line's number within its minute; lines beyond LINES_MAX are not written. */
static unsigned count_line(const struct camera *camera, struct camera_lines *lines)
{
    int64_t now_us = clock_now_us(camera->home->env.clock);
    if (now_us - lines->since_us >= 60 * US_PER_S)
        *lines = (struct camera_lines){.since_us = now_us};
    return lines->count <= LINES_MAX ? ++lines->count : lines->count;
}

/* Made-up ids must not flood the log. */
enum { UNSEEN_LINES_MAX = 60 };

bool camera_may_log(struct camera *camera)
{
    struct camera_lines *lines = &camera->home->unseen_lines;
    const int64_t now_us = clock_now_us(camera->home->env.clock);
    if (!camera->is_unseen)
        return true;
    if (!lines->since_us || now_us - lines->since_us >= 60 * US_PER_S)
        *lines = (struct camera_lines){.since_us = now_us};
    if (lines->count == UNSEEN_LINES_MAX)
        log_warn("camera", camera->id, "many new devices: more about them is suppressed for 1 min");
    lines->count += lines->count <= UNSEEN_LINES_MAX;
    return lines->count <= UNSEEN_LINES_MAX;
}

static void log_presence(struct camera *camera, const char *what)
{
    const unsigned line = count_line(camera, &camera->presence_lines);
    if (line > LINES_MAX || !camera_may_log(camera))
        return;
    if (line < LINES_MAX)
        log_info("camera", camera->id, "%s", what);
    else
        log_warn("camera", camera->id, "%s; repeating: suppressed for 1 min", what);
}

/* The name that the device announces is used until the owner gives one. */
static void adopt_name(struct camera *camera, const char *name)
{
    if (!name || strcmp(camera->name, camera->id) != 0 || strcmp(name, camera->id) == 0)
        return;
    if (camera_take_name(camera, name) < 0)
        log_debug("camera", camera->id, "invalid device name");
}

const struct controls *camera_schema(const struct camera *camera)
{
    return &camera->controls;
}

void camera_learned(struct camera *camera, const char *model, const struct controls *controls)
{
    json_decref(camera->model);
    camera->model = model && camera_is_name(model) ? json_string(model) : NULL;
    controls_finish(&camera->controls);
    if (controls)
        controls_copy(&camera->controls, controls);
    camera_set_again(camera);
    camera_changed(camera, CAMERA_CHANGE_CONTROLS);
}

/* A device that reconnects before its old connection times out is no rival. */
static void notice_rivals(struct camera *camera)
{
    if (count_line(camera, &camera->replacements) < RIVAL_TURNS)
        return;
    if (camera->replacements.count == RIVAL_TURNS)
        log_warn("camera", camera->id, "%s", CAMERA_RIVALS);
    camera->rivals_us = clock_now_us(camera->home->env.clock);
}

void camera_source_up(struct camera *camera, const struct source_ops *ops, void *source,
                      const struct camera_source_info *info)
{
    if (camera->source) {
        notice_rivals(camera);
        camera->source_ops->detached(camera->source);
        camera_source_down(camera);
    }
    camera->source_ops = ops;
    camera->source = source;
    camera_native(camera, info->native);
    camera->h264_refused = false;
    camera->controlled = info->controlled;
    camera->first_frame_us = info->first_frame_us;
    camera->sleeping_until_wall_us = 0;
    camera->last.offline_wall_us = 0;
    adopt_name(camera, info->name);
    camera_learned(camera, info->model, info->controls);
    camera->error[0] = '\0';
    log_presence(camera, camera->kind != CAMERA_PUSH ? "connected"
                         : info->controlled          ? "controlled device connected"
                                                     : "plain device connected");
    camera_step(camera, DEMAND_DEVICE_UP);
    camera_changed(camera, CAMERA_CHANGE_STATE);
}

void camera_source_down(struct camera *camera)
{
    camera->source_ops = NULL;
    camera->source = NULL;
    camera->last.offline_wall_us = clock_wall_us(camera->home->env.clock);
    log_presence(camera,
                 camera->kind == CAMERA_PUSH ? "device disconnected" : "source disconnected");
    camera_step(camera, DEMAND_DEVICE_DOWN);
    camera_pause(camera);
    capture_fail_all(camera, -ENOTCONN);
    camera_changed(camera, CAMERA_CHANGE_STATE);
}

/* True for a frame right after waking whose exposure has not settled; for a limited time, so that
 * a dark room is shown. */
static bool is_dark(struct camera *camera, const struct camera_frame *frame)
{
    const struct camera_env *env = &camera->home->env;
    if (!env->skip_dark || camera->demand.state != DEMAND_WAKING ||
        frame->arrival_us - camera->woke_us > env->max_dark_us)
        return false;
    if (frame->dark)
        return true;
    if (frame->raw)
        return raw_mean_luma(frame->raw) < DARK_LUMA;
    if (!env->mean_luma)
        return false;
    int luma =
        env->mean_luma(frame->takes_buf->data + frame->unit_off, frame->end_off - frame->unit_off);
    return luma >= 0 && luma < DARK_LUMA;
}

/* Compares with what was last reported: the encoder changes on another thread. */
static bool encoder_changed(struct camera *camera)
{
    struct maker_stats stats = {.encoder = NULL};
    rendition_add_stats(camera, RENDITION_H264, &stats);
    const bool changed =
        stats.encoder != camera->told_encoder || stats.device_error != camera->told_device_error;
    camera->told_encoder = stats.encoder;
    camera->told_device_error = stats.device_error;
    return changed;
}

/* Unusual JPEGs that the decoder refuses, but browsers can show, are delivered as JPEG. A few
 * damaged pictures are not enough to decide that. */
static bool h264_was_refused(struct camera *camera)
{
    enum { ENOUGH = 10 };
    struct maker_stats stats = {.encoder = NULL};
    rendition_add_stats(camera, RENDITION_H264, &stats);
    if (camera->h264_refused || stats.encoded > 0 || stats.undecodable < ENOUGH)
        return false;
    camera->h264_refused = true;
    log_warn("camera", camera->id, "its JPEGs cannot be decoded for H.264; showing JPEG instead");
    return true;
}

/* The rate is measured over whole seconds, since a few frames after a start or a stall do not show
 * it. Observers are notified when it changes by more than a tenth. */
static void measure_rate(struct camera *camera, int64_t arrival_us)
{
    if (camera->rate_since_us == 0) {
        camera->rate_since_us = arrival_us;
        camera->rate_frames = 0;
        return;
    }
    camera->rate_frames++;
    int64_t span_us = arrival_us - camera->rate_since_us;
    if (span_us < US_PER_S)
        return;
    int64_t before_us = camera->frame_interval_us;
    camera->frame_interval_us = span_us / camera->rate_frames;
    camera->rate_since_us = arrival_us;
    camera->rate_frames = 0;
    const bool moved = llabs(camera->frame_interval_us - before_us) * 10 > before_us;
    const bool refused = h264_was_refused(camera);
    if (encoder_changed(camera) || moved || refused)
        camera_changed(camera, CAMERA_CHANGE_STATE);
}

static struct packet *raw_packet(const struct camera_frame *frame)
{
    struct packet *packet = packet_create(frame->takes_buf, NULL);
    packet->raw = *frame->raw;
    packet->key = true;
    packet->width = frame->raw->width;
    packet->height = frame->raw->height;
    packet->capture_us = frame->capture_us;
    packet->arrival_us = frame->arrival_us;
    return packet;
}

struct packet *camera_packet(const struct camera_frame *frame)
{
    struct packet *packet = packet_of_jpeg(frame->takes_buf, frame->unit_off, frame->end_off);
    packet->width = frame->info.width;
    packet->height = frame->info.height;
    packet->capture_us = frame->capture_us;
    packet->arrival_us = frame->arrival_us;
    return packet;
}

void camera_set_poster(struct camera *camera, struct packet *takes_packet)
{
    packet_unref(&camera->poster);
    camera->poster = takes_packet;
    packet_stamp(takes_packet, camera_stream(camera, RENDITION_JPEG), 0);
    camera_changed(camera, CAMERA_CHANGE_STATE);
    last_changed(camera);
}

size_t camera_frame_bytes(const struct camera_frame *frame)
{
    if (!frame->raw)
        return frame->end_off - frame->unit_off;
    const size_t pixels = (size_t)frame->raw->width * frame->raw->height;
    return frame->raw->format == RAW_YUYV ? 2 * pixels : pixels * 3 / 2;
}

enum jpeg_fault camera_check_jpeg(struct camera_frame *frame, const struct jpeg_limits *limits)
{
    enum jpeg_fault fault = jpeg_admit(&frame->takes_buf, frame->unit_off,
                                       frame->end_off - frame->unit_off, limits, &frame->info);
    if (fault == JPEG_OK)
        frame->end_off = frame->unit_off + (uint32_t)frame->info.len_bytes;
    return fault;
}

static void drop_frame(struct camera *camera, struct camera_frame *frame, unsigned drop)
{
    camera_count_drop(camera, drop);
    buf_unref(&frame->takes_buf);
}

unsigned camera_admit(struct camera *camera, struct camera_frame *frame)
{
    unsigned drop = JPEG_OK;
    camera_count_received(camera, camera_frame_bytes(frame));
    if (!camera_runs(camera))
        drop = CAMERA_DROP_UNWANTED;
    else if (!frame->raw)
        drop = camera_check_jpeg(frame, &camera->home->env.jpeg_limits);
    if (drop != JPEG_OK)
        drop_frame(camera, frame, drop);
    frame->is_admitted = drop == JPEG_OK;
    return drop;
}

void camera_frame(struct camera *camera, const struct camera_frame *takes_frame)
{
    struct camera_frame admitted = *takes_frame, *frame = &admitted;
    const enum rendition_kind kind = frame->raw ? RENDITION_RAW : RENDITION_JPEG;
    assert(kind == camera->native);
    if (!frame->is_admitted && camera_admit(camera, frame) != JPEG_OK)
        return;
    if (!camera_runs(camera) || is_dark(camera, frame)) {
        drop_frame(camera, frame, camera_runs(camera) ? CAMERA_DROP_DARK : CAMERA_DROP_UNWANTED);
        return;
    }
    struct packet *packet = frame->raw ? raw_packet(frame) : camera_packet(frame);
    measure_rate(camera, frame->arrival_us);
    if (camera->width != packet->width || camera->height != packet->height) {
        camera->width = packet->width;
        camera->height = packet->height;
        camera->h264_refused = false; /* the new ones may be decodable */
        camera_changed(camera, CAMERA_CHANGE_STATE);
    }
    if (kind == RENDITION_JPEG) {
        packet_unref(&camera->poster);
        camera->poster = packet_ref(packet);
    }
    struct rendition *rendition = rendition_full(camera, kind);
    (void)hub_publish(rendition->hub, rendition->turn, packet);
    camera_step(camera, DEMAND_FRAME);
    (void)registry_seen(camera->home->registry, camera);
}

void camera_flush_raw(struct camera *camera)
{
    hub_flush(rendition_full(camera, RENDITION_RAW)->hub);
}

void camera_count_received(struct camera *camera, size_t len_bytes)
{
    camera->stats.received++;
    camera->stats.received_bytes += len_bytes;
}

void camera_error(struct camera *camera, const char *sentence)
{
    if (strcmp(camera->error, sentence) == 0)
        return;
    snprintf(camera->error, sizeof(camera->error), "%s", sentence);
    const unsigned line = count_line(camera, &camera->error_lines);
    if (line < LINES_MAX)
        log_warn("camera", camera->id, "%s", camera->error);
    else if (line == LINES_MAX)
        log_warn("camera", camera->id, "%s; repeating: suppressed for 1 min", camera->error);
    camera_changed(camera, CAMERA_CHANGE_STATE);
}

void camera_failed(struct camera *camera, const char *sentence)
{
    camera_error(camera, sentence);
    camera_step(camera, DEMAND_FAILED);
}

void camera_unreachable(struct camera *camera, const char *sentence)
{
    capture_fail_frames(camera, -EHOSTUNREACH);
    camera_failed(camera, sentence);
}

void camera_count_drop(struct camera *camera, unsigned drop)
{
    camera->dropped[drop]++;
    camera->last_drop = (int)drop;
}

void camera_count_drops(struct camera *camera, unsigned drop, uint64_t frames, uint64_t len_bytes)
{
    if (!frames)
        return;
    camera->stats.received += frames;
    camera->stats.received_bytes += len_bytes;
    camera->dropped[drop] += frames;
    camera->last_drop = (int)drop;
}

void camera_battery(struct camera *camera, int percent)
{
    battery_note(&camera->batteries, clock_wall_us(camera->home->env.clock), percent);
    if (camera->battery_percent == percent)
        return;
    camera->battery_percent = percent;
    camera_changed_by_device(camera, CAMERA_CHANGE_STATE);
}

void camera_sleeps(struct camera *camera, int64_t seconds)
{
    int64_t wall_us = clock_wall_us(camera->home->env.clock);
    camera->sleeping_until_wall_us = wall_us + seconds * US_PER_S;
    camera_changed_by_device(camera, CAMERA_CHANGE_STATE);
}

void camera_controls_changed(struct camera *camera, const struct control_values *values)
{
    if (controls_update(&camera->controls, values))
        camera_changed_by_device(camera, CAMERA_CHANGE_CONTROLS);
    registry_tell_reported(camera->home->registry, camera, values);
}

bool camera_awaits_still(const struct camera *camera, uint32_t request)
{
    return request && camera->still.request == request;
}

int64_t camera_charge(struct camera *camera, int64_t cost_us)
{
    const int64_t now_us = clock_now_us(camera->home->env.clock);
    if (camera->spent_us < now_us)
        camera->spent_us = now_us;
    camera->spent_us += cost_us;
    return camera->spent_us > now_us + BURST_US ? camera->spent_us - BURST_US : 0;
}

void camera_refused(struct camera *camera, unsigned control, const char *why)
{
    const struct control *refused = &camera->controls.list[control];
    log_debug("camera", camera->id, "%s: the device refuses the value: %s", refused->name, why);
    registry_tell_refused(camera->home->registry, camera, refused, why);
}
