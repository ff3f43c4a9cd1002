/* Continuous recording: a setting of a camera. Its recorder and lease are apart from those of other
 * recordings, so that a clip by hand or by a schedule is a clip as without it. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "archive/recorder.h"
#include "base/alloc.h"
#include "base/log.h"
#include "service/archive.h"
#include "service/internal.h"
#include "store/store.h"

/* How long after the start, a camera that was away, or a failure (such as a full disk) the next try
 * is made. Nothing ticks while all are recorded. */
static const int64_t LOOK_US = 2 * US_PER_S, AGAIN_US = 10 * US_PER_S;
static const int64_t KEY_INTERVAL_US = 2 * US_PER_S; /* as other recordings have it */
static const int64_t CLIP_US = 600 * US_PER_S;

struct continuous {
    struct list node; /* in service->continuous.list */
    struct service *service;
    char camera[CAMERA_ID_MAX + 1];
    bool is_off; /* its last recorder is stopping */
    struct recorder *recorder;
    struct lease *lease;
    uint64_t past_bytes; /* of earlier recorders */
    int64_t not_before_us;
    int error; /* of the last recorder */
};

static struct continuous *find(const struct service *service, const char *camera)
{
    list_for_each (each, &service->continuous.list, struct continuous, node)
        if (strcmp(each->camera, camera) == 0)
            return each;
    return NULL;
}

static void look(struct service *service, int64_t in_us)
{
    net_timer_set(service->continuous.timer, clock_now_us(service->params.clock) + in_us);
}

static void stop(struct continuous *each)
{
    lease_release(&each->lease);
    if (each->recorder)
        recorder_stop(each->recorder);
}

static void on_gone(void *ctx)
{
    stop(ctx);
}

static void drop(struct continuous *each)
{
    list_remove(&each->node);
    mem_free(each);
}

static const char *why(int error)
{
    return error == -ESTALE ? "the archive's folder is gone" : strerror(-error);
}

static void on_done(void *ctx, const struct recorder_result *result)
{
    struct continuous *each = ctx;
    struct service *service = each->service;
    each->past_bytes += result->bytes;
    each->recorder = NULL;
    stop(each);
    if (each->is_off) {
        drop(each);
        return;
    }
    /* The same error again is no news, unless something was recorded meanwhile. */
    if (result->error && (result->error != each->error || result->bytes > 0))
        log_error("archive", each->camera, "continuous recording stopped, is tried again: %s",
                  why(result->error));
    each->error = result->error;
    each->not_before_us = clock_now_us(service->params.clock) + AGAIN_US;
    look(service, AGAIN_US);
}

static void start(struct continuous *each, struct camera *camera)
{
    struct service *service = each->service;
    each->lease = camera_lease(camera, &(struct lease_params){.reason = LEASE_CONTINUOUS,
                                                              .rendition = RENDITION_H264,
                                                              .key_interval_us = KEY_INTERVAL_US,
                                                              .linger_us = LEASE_NO_LINGER,
                                                              .gone = on_gone,
                                                              .ctx = each});
    each->recorder = recorder_start(&(struct recorder_params){.archive = service->archive,
                                                              .hub = each->lease->rendition->hub,
                                                              .camera = each->camera,
                                                              .reason = ARCHIVE_CONTINUOUS,
                                                              .clock = service->params.clock,
                                                              .clip_us = CLIP_US,
                                                              .retries = true,
                                                              .poster = camera_view(camera).poster,
                                                              .done = on_done,
                                                              .ctx = each});
}

/* A camera that goes offline keeps its lease, and is recorded on when it is back. */
static void on_timer(void *ctx)
{
    struct service *service = ctx;
    const int64_t now_us = clock_now_us(service->params.clock);
    bool is_missing = false;
    list_for_each (each, &service->continuous.list, struct continuous, node) {
        struct camera *camera = registry_find(service->params.registry, each->camera);
        if (each->recorder || each->is_off)
            continue;
        const bool is_ready = camera && service->archive && now_us >= each->not_before_us &&
                              camera_view(camera).has_source && camera_view(camera).adopted &&
                              camera_has_h264(camera);
        if (is_ready)
            start(each, camera);
        else
            is_missing = true;
    }
    if (is_missing)
        look(service, LOOK_US);
}

/* --- The setting. --- */

static void set(struct service *service, const char *camera, bool is_on)
{
    struct continuous *each = find(service, camera);
    if (!is_on && each) {
        each->is_off = true;
        stop(each); /* done follows, and drops it */
        if (!each->recorder)
            drop(each);
    } else if (is_on && each) {
        each->is_off = false;
    } else if (is_on) {
        each = mem_new(struct continuous);
        each->service = service;
        snprintf(each->camera, sizeof(each->camera), "%s", camera);
        list_append(&service->continuous.list, &each->node);
    }
    look(service, 0);
}

static void store_all(const struct service *service)
{
    if (!service->store)
        return;
    json_t *all = json_object();
    list_for_each (each, &service->continuous.list, struct continuous, node)
        if (!each->is_off)
            json_object_set_new(all, each->camera, json_pack("{s:b}", "continuous", 1));
    char *text = json_dumps(all, JSON_COMPACT);
    store_put_document(service->store, "recording", text);
    mem_free(text);
    json_decref(all);
}

static void undo_set(struct service *service, const char *object, json_t *before)
{
    set(service, object, json_is_true(before));
}

int service_record_always(const struct permit *permit, bool is_on, struct service_waiter *waiter,
                          struct problem *ret_problem)
{
    assert(permit->action == ACTION_RECORD);
    struct service *service = permit->service;
    const char *id = camera_id(permit->camera);
    if (is_on && !camera_has_h264(permit->camera))
        return problem_set(ret_problem, PROBLEM_UNSUPPORTED, id,
                           "its pictures have a size that H.264 may not have");
    const struct continuous *known = find(service, id);
    json_t *before = json_boolean(known && !known->is_off);
    set(service, id, is_on);
    job_begin(service, permit->camera);
    store_all(service);
    job_undo(job_commit(service, id, waiter, NULL), undo_set, before);
    return 0;
}

json_t *service_recording(const struct permit *permit)
{
    assert(permit->action == ACTION_SEE);
    const char *id = camera_id(permit->camera);
    const struct continuous *each = find(permit->service, id);
    const bool is_on = each && !each->is_off;
    /* A recorder that has written something has got past the last one's error. */
    const bool is_writing = is_on && each->recorder && recorder_bytes(each->recorder) > 0;
    const int error = is_on && !is_writing ? each->error : 0;
    return json_pack("{s:b, s:b, s:s?}", "recording",
                     service_recorded(permit->service, id).is_recording, "continuous", is_on,
                     "error", error ? why(error) : NULL);
}

void service_load_recording(struct service *service, const char *text)
{
    json_t *all = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *settings;
    const char *camera;
    json_object_foreach(all, camera,
                        settings) if (strlen(camera) <= CAMERA_ID_MAX &&
                                      json_is_true(json_object_get(settings, "continuous")))
        set(service, camera, true);
    json_decref(all);
}

void continuous_forget(struct service *service, const char *camera)
{
    if (!find(service, camera))
        return;
    set(service, camera, false);
    store_all(service);
}

void continuous_add(const struct service *service, const char *camera,
                    struct service_recorded *recorded)
{
    const struct continuous *each = find(service, camera);
    if (!each)
        return;
    recorded->is_recording |= each->recorder != NULL;
    recorded->bytes += each->past_bytes + (each->recorder ? recorder_bytes(each->recorder) : 0);
}

void continuous_init(struct service *service)
{
    list_init(&service->continuous.list);
    service->continuous.timer = net_timer_create(service->params.net, on_timer, service);
}

void continuous_finish(struct service *service)
{
    list_for_each (each, &service->continuous.list, struct continuous, node)
        drop(each);
    net_timer_destroy(service->continuous.timer);
}
