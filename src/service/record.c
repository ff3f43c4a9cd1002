/* Manual recordings: one per camera, with a lease that keeps it awake. */
#include <stdio.h>
#include <string.h>

#include "archive/recorder.h"
#include "base/alloc.h"
#include "service/archive.h"
#include "service/internal.h"

/* Players seek and editors cut at keys; an interrupted recording loses one fragment at most. */
static const int64_t KEY_INTERVAL_US = 2 * US_PER_S;

struct recording {
    struct list node; /* in service->recordings; stays there for past_bytes */
    struct service *service;
    char camera[CAMERA_ID_MAX + 1];
    struct recorder *recorder; /* NULL: it is not recorded */
    struct lease *lease;       /* NULL: the recorder is stopping */
    struct net_timer *timer;   /* its end */
    int64_t until_us;
    uint64_t past_bytes; /* of earlier recordings */
    struct list waiters; /* of struct record_waiter.node */
};

static struct recording *recording_of(const struct service *service, const char *camera)
{
    list_for_each (recording, &service->recordings, struct recording, node)
        if (strcmp(recording->camera, camera) == 0)
            return recording;
    return NULL;
}

/* Releases the camera; the recorder's done follows. */
static void stop(struct recording *recording)
{
    lease_release(&recording->lease);
    net_timer_set(recording->timer, CLOCK_NEVER_US);
    if (recording->recorder)
        recorder_stop(recording->recorder);
}

static void on_timer(void *ctx)
{
    stop(ctx);
}

static void on_gone(void *ctx)
{
    stop(ctx);
}

static void on_done(void *ctx, const struct recorder_result *result)
{
    struct recording *recording = ctx;
    recording->past_bytes += result->bytes;
    recording->recorder = NULL;
    stop(recording);
    while (!list_empty(&recording->waiters)) {
        struct record_waiter *waiter =
            list_entry(recording->waiters.next, struct record_waiter, node);
        list_remove(&waiter->node);
        waiter->done(waiter, result->error, result->item);
    }
}

static struct recording *create(struct service *service, const char *camera)
{
    struct recording *recording = mem_new(struct recording);
    recording->service = service;
    snprintf(recording->camera, sizeof(recording->camera), "%s", camera);
    recording->timer = net_timer_create(service->params.net, on_timer, recording);
    list_init(&recording->waiters);
    list_append(&service->recordings, &recording->node);
    return recording;
}

static void start(struct recording *recording, struct camera *camera, enum archive_reason reason)
{
    struct service *service = recording->service;
    recording->lease =
        camera_lease(camera, &(struct lease_params){.reason = LEASE_RECORD,
                                                    .rendition = RENDITION_H264,
                                                    .key_interval_us = KEY_INTERVAL_US,
                                                    .linger_us = LEASE_NO_LINGER,
                                                    .gone = on_gone,
                                                    .ctx = recording});
    recording->recorder =
        recorder_start(&(struct recorder_params){.archive = service->archive,
                                                 .hub = recording->lease->rendition->hub,
                                                 .camera = recording->camera,
                                                 .reason = reason,
                                                 .clock = service->params.clock,
                                                 .poster = camera_view(camera).poster,
                                                 .done = on_done,
                                                 .ctx = recording});
}

int service_record(const struct permit *permit, int seconds, struct problem *ret_problem)
{
    struct service *service = permit->service;
    const char *id = camera_id(permit->camera);
    if (!camera_has_h264(permit->camera))
        return problem_set(ret_problem, PROBLEM_UNSUPPORTED, id,
                           "its pictures have a size that H.264 may not have");
    struct recording *recording = recording_of(service, id);
    if (!recording)
        recording = create(service, id);
    if (recording->recorder && !recording->lease)
        return problem_set(ret_problem, PROBLEM_BUSY, id,
                           "the recording before is being closed; try again");
    if (!recording->recorder)
        start(recording, permit->camera, archive_reason_of(permit->principal));
    recording->until_us = clock_now_us(service->params.clock) + seconds * US_PER_S;
    net_timer_set(recording->timer, recording->until_us);
    return 0;
}

int service_record_stop(const struct permit *permit, struct problem *ret_problem)
{
    const char *id = camera_id(permit->camera);
    struct recording *recording = recording_of(permit->service, id);
    if (!recording || !recording->recorder)
        return problem_set(ret_problem, PROBLEM_NOT_FOUND, id, "the camera is not being recorded");
    stop(recording);
    return 0;
}

struct service_recorded service_recorded(const struct service *service, const char *camera)
{
    const struct recording *recording = recording_of(service, camera);
    struct service_recorded recorded = {.is_recording = false};
    if (recording) {
        recorded.is_recording = recording->recorder != NULL;
        recorded.bytes = recording->past_bytes;
    }
    if (recorded.is_recording)
        recorded.bytes += recorder_bytes(recording->recorder);
    continuous_add(service, camera, &recorded);
    return recorded;
}

void record_wait(struct service *service, const char *camera, struct record_waiter *waiter)
{
    list_append(&recording_of(service, camera)->waiters, &waiter->node);
}

int64_t record_until_us(const struct service *service, const char *camera)
{
    const struct recording *recording = recording_of(service, camera);
    return recording && recording->lease ? recording->until_us : 0;
}

/* After archive_close: no recorder is left. */
void record_drop_all(struct service *service)
{
    list_for_each (recording, &service->recordings, struct recording, node) {
        net_timer_destroy(recording->timer);
        list_remove(&recording->node);
        mem_free(recording);
    }
}
