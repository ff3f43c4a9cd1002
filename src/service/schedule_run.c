#include "service/schedule_run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "schedule/stamp.h"
#include "service/archive.h"
#include "service/films.h"
#include "service/motion.h"
#include "store/store.h"

/* The wall clock may be set, so it is checked this often while there are schedules. */
static const int64_t LOOK_US = 30 * US_PER_S;
/* A clock before 2026 has not been set yet, on a machine without a clock battery. */
static const int64_t CLOCK_SET_S = 1767225600;
static const int64_t PHOTO_TIMEOUT_US = 10 * US_PER_S;
/* A sleeping device may wake this late. */
static const int64_t WAKE_LATE_US = 120 * US_PER_S;

/* The server itself, on behalf of the operator who made the schedule. */
static const struct principal SCHEDULE = {.kind = PRINCIPAL_SCHEDULE, .role = ACCESS_OPERATOR};

/* A current run. It is freed when it has ended and the archive has answered. */
struct schedule_work {
    struct service *service;
    struct schedule_entry *entry; /* NULL: abandoned */
    struct run run;
    int64_t begun_us; /* monotonic */
    enum schedule_job job;
    uint32_t seconds;
    char camera[CAMERA_ID_MAX + 1];
    struct capture *capture;            /* photo */
    bool is_keeping;                    /* photo: the archive has it, and has not answered yet */
    struct lease *lease;                /* awake */
    struct record_waiter recorded;      /* clip */
    struct service_waiter waiter;       /* arm, disarm, film */
    struct net_timer *timer;            /* clip, awake: its end; waiting: the end of patience */
    struct event_subscriber subscriber; /* waiting */
};

static int64_t now_us(const struct service *service)
{
    return clock_now_us(service->params.clock);
}

/* --- Records and events. --- */

void schedule_tell(struct service *service, const struct schedule_entry *entry)
{
    struct run run;
    const bool is_running = schedule_running(service, entry, &run);
    json_t *json = plan_to_json(entry->plan, is_running ? &run : NULL);
    event_tell(&service->events, &(struct event){.type = EVENT_SCHEDULE,
                                                 .camera_id = entry->plan->schedule.camera,
                                                 .id = entry->plan->id,
                                                 .json = json});
    json_decref(json);
}

bool schedule_running(const struct service *service, const struct schedule_entry *entry,
                      struct run *ret_run)
{
    if (!entry->work)
        return false;
    *ret_run = entry->work->run;
    ret_run->duration_us = now_us(service) - entry->work->begun_us;
    return true;
}

static void record(struct service *service, struct schedule_entry *entry, const struct run *run)
{
    const uint64_t number = plan_add_run(entry->plan, run);
    service->schedules.ended[run->result] += run->count;
    if (run->result == RUN_FAILED)
        log_warn("schedule", entry->plan->schedule.name, "failed: %s", run->detail);
    if (!service->store)
        return;
    json_t *json = run_to_json(run);
    char *text = json_dumps(json, JSON_COMPACT);
    store_put_run(service->store, &(struct store_run){entry->plan->id, number, text});
    mem_free(text);
    json_decref(json);
}

/* --- One run. --- */

static void let_go(struct schedule_work *work)
{
    capture_cancel(work->capture);
    work->capture = NULL;
    lease_release(&work->lease);
    list_remove(&work->recorded.node);
    service_forget(&work->waiter);
    event_unsubscribe(&work->subscriber);
    net_timer_set(work->timer, CLOCK_NEVER_US);
}

static void release(struct schedule_work *work)
{
    if (work->entry || work->is_keeping)
        return;
    net_timer_destroy(work->timer);
    mem_free(work);
}

void schedule_abandon(struct schedule_entry *entry)
{
    struct schedule_work *work = entry->work;
    entry->work = NULL;
    if (!work)
        return;
    let_go(work);
    work->entry = NULL;
    release(work);
}

static void end(struct schedule_work *work, enum run_result result, const char *detail,
                int64_t item)
{
    struct schedule_entry *entry = work->entry;
    struct service *service = work->service;
    if (!entry)
        return;
    work->run.result = result;
    work->run.item = item;
    work->run.duration_us = now_us(service) - work->begun_us;
    snprintf(work->run.detail, sizeof(work->run.detail), "%s", detail);
    record(service, entry, &work->run);
    schedule_abandon(entry);
    schedule_tell(service, entry);
    schedule_look(service);
}

static void fail(struct schedule_work *work, const struct problem *problem)
{
    end(work, RUN_FAILED, problem->detail, 0);
}

static void on_kept(void *ctx, const struct archive_item *item, const struct problem *problem)
{
    struct schedule_work *work = ctx;
    work->is_keeping = false;
    if (!work->entry)
        release(work);
    else if (problem)
        fail(work, problem);
    else
        end(work, RUN_DONE, "", item->id);
}

static const char *why(int error)
{
    return error == -ENOTCONN       ? "the camera is offline"
           : error == -ETIMEDOUT    ? "the camera did not deliver a picture in time"
           : error == -EBUSY        ? "the camera is busy with other photos"
           : error == -EHOSTUNREACH ? "the camera cannot be reached"
                                    : "the camera could not take a photo";
}

static void on_still(void *ctx, int error, struct packet *still)
{
    struct schedule_work *work = ctx;
    struct permit permit;
    struct problem problem;
    work->capture = NULL;
    if (error) {
        end(work, RUN_FAILED, why(error), 0);
    } else if (!work->service->archive) {
        end(work, RUN_FAILED, "the archive is not open", 0);
    } else if (service_permit(work->service, &SCHEDULE, ACTION_KEEP, work->camera, &permit,
                              &problem) < 0) {
        fail(work, &problem);
    } else {
        work->is_keeping = true;
        service_archive_keep(&permit, still, on_kept, work);
    }
}

static void on_recorded(struct record_waiter *waiter, int error, int64_t item)
{
    struct schedule_work *work = list_entry(waiter, struct schedule_work, recorded);
    if (error)
        end(work, RUN_FAILED, strerror(-error), item);
    else if (item == 0)
        end(work, RUN_FAILED, "the camera sent no picture", 0);
    else
        end(work, RUN_DONE, "", item);
}

static void on_stored(struct service_waiter *waiter, const char *object,
                      const struct problem *problem)
{
    struct schedule_work *work = list_entry(waiter, struct schedule_work, waiter);
    (void)object;
    if (problem)
        fail(work, problem);
    else
        end(work, RUN_DONE, "", 0);
}

/* The camera may be offline: it is watched when it comes back. */
static void arm(struct schedule_work *work)
{
    struct permit permit;
    struct problem problem;
    const enum service_action action = work->camera[0] ? ACTION_ARM : ACTION_ARM_ALL;
    if (service_permit(work->service, &SCHEDULE, action, work->camera, &permit, &problem) < 0) {
        fail(work, &problem);
        return;
    }
    work->waiter.done = on_stored;
    service_motion_arm(&permit, work->job == JOB_ARM, &work->waiter);
}

static void on_gone(void *ctx)
{
    end(ctx, RUN_FAILED, "the camera was removed", 0);
}

static void keep_awake(struct schedule_work *work, struct camera *camera)
{
    work->lease = camera_lease(
        camera, &(struct lease_params){.reason = LEASE_SCHEDULE,
                                       .rendition = camera_view(camera).native == RENDITION_RAW
                                                        ? RENDITION_RAW
                                                        : RENDITION_JPEG,
                                       .gone = on_gone,
                                       .ctx = work});
}

static void wait_for_wake(struct schedule_work *work, int64_t until_us, int64_t wall_us);

/* A film of the newest photos. The run is done when the film waits for its turn; its progress is
 * reported as the film's state. */
static void make_film(struct schedule_work *work)
{
    struct service *service = work->service;
    const int64_t wall_us = clock_wall_us(service->params.clock);
    const struct permit permit = {service, &SCHEDULE, ACTION_FILM_CHANGE, NULL};
    char from[STAMP_MAX_BYTES], to[STAMP_MAX_BYTES];
    struct problem problem;
    stamp_format(wall_us - work->seconds * US_PER_S, 0, from);
    stamp_format(wall_us, 0, to);
    json_t *film = json_pack("{s:s, s:s, s:s, s:s}", "name", work->entry->plan->schedule.name,
                             "camera", work->camera, "from", from, "to", to);
    work->waiter.done = on_stored;
    const int error = service_film_add(&permit, film, &work->waiter, &problem);
    json_decref(film);
    if (error)
        fail(work, &problem);
}

/* The device is there, or not expected. */
static void begin_job(struct schedule_work *work)
{
    static const enum service_action ACTIONS[] = {
        [JOB_PHOTO] = ACTION_KEEP, [JOB_CLIP] = ACTION_RECORD, [JOB_AWAKE] = ACTION_WATCH};
    struct service *service = work->service;
    struct permit permit;
    struct problem problem;
    if (work->job == JOB_ARM || work->job == JOB_DISARM) {
        arm(work);
        return;
    }
    if (work->job == JOB_FILM) {
        make_film(work);
        return;
    }
    if (service_permit(service, &SCHEDULE, ACTIONS[work->job], work->camera, &permit, &problem) <
        0) {
        fail(work, &problem);
        return;
    }
    const struct camera_view view = camera_view(permit.camera);
    const int64_t wall_us = clock_wall_us(service->params.clock);
    if (!view.has_source && view.sleeping_until_wall_us + WAKE_LATE_US > wall_us) {
        wait_for_wake(work, view.sleeping_until_wall_us, wall_us);
        return;
    }
    if (!view.has_source) {
        end(work, RUN_FAILED, why(-ENOTCONN), 0);
        return;
    }
    /* A recording ends by itself; if it still runs after this, it was extended. */
    const int64_t patience_us = work->job == JOB_CLIP ? US_PER_S : 0;
    const int64_t end_us = now_us(service) + work->seconds * US_PER_S + patience_us;
    work->run.result = RUN_RUNNING;
    work->run.detail[0] = '\0';
    event_unsubscribe(&work->subscriber);
    net_timer_set(work->timer, work->job == JOB_PHOTO ? CLOCK_NEVER_US : end_us);
    if (work->job == JOB_PHOTO) {
        work->capture = service_still(&permit, CAPTURE_STILL, PHOTO_TIMEOUT_US, on_still, work);
    } else if (work->job == JOB_AWAKE) {
        keep_awake(work, permit.camera);
    } else if (!service->archive) {
        end(work, RUN_FAILED, "the archive is not open", 0);
        return;
    } else if (service_record(&permit, (int)work->seconds, &problem) < 0) {
        fail(work, &problem);
        return;
    } else {
        record_wait(service, work->camera, &work->recorded);
    }
    schedule_tell(service, work->entry);
}

static void on_event(void *ctx, const struct event *event)
{
    struct schedule_work *work = ctx;
    if (event->camera && strcmp(camera_id(event->camera), work->camera) == 0 &&
        (event->type == EVENT_CAMERA_REMOVED || camera_view(event->camera).has_source))
        net_timer_set(work->timer, now_us(work->service)); /* not inside the event's callback */
}

/* Its device sleeps until an announced time: the job waits. */
static void wait_for_wake(struct schedule_work *work, int64_t until_us, int64_t wall_us)
{
    struct service *service = work->service;
    json_t *stamp = plan_stamp(&work->entry->plan->zone, until_us / US_PER_S);
    work->run.result = RUN_WAITING;
    snprintf(work->run.detail, sizeof(work->run.detail), "the camera sleeps until %s",
             json_string_value(stamp));
    json_decref(stamp);
    event_unsubscribe(&work->subscriber);
    event_subscribe(&service->events, &work->subscriber);
    net_timer_set(work->timer, now_us(service) + until_us + WAKE_LATE_US - wall_us);
    schedule_tell(service, work->entry);
}

static void on_timer(void *ctx)
{
    struct schedule_work *work = ctx;
    if (work->run.result == RUN_WAITING)
        begin_job(work);
    else if (work->job == JOB_AWAKE)
        end(work, RUN_DONE, "", 0);
    else if (record_until_us(work->service, work->camera) > now_us(work->service))
        end(work, RUN_DONE, "the recording was extended and continues", 0);
    /* Else the clip is being closed, and on_recorded follows. */
}

static void begin(struct service *service, struct schedule_entry *entry, int64_t due_s)
{
    struct schedule_work *work = mem_new(struct schedule_work);
    work->service = service;
    work->entry = entry;
    work->run = (struct run){.due_s = due_s,
                             .start_us = clock_wall_us(service->params.clock),
                             .result = RUN_RUNNING,
                             .count = 1};
    work->begun_us = now_us(service);
    work->job = entry->plan->schedule.job;
    work->seconds = entry->plan->schedule.seconds;
    memcpy(work->camera, entry->plan->schedule.camera, sizeof(work->camera));
    work->timer = net_timer_create(service->params.net, on_timer, work);
    list_init(&work->recorded.node);
    work->recorded.done = on_recorded;
    list_init(&work->subscriber.node);
    work->subscriber.on_event = on_event;
    work->subscriber.ctx = work;
    entry->work = work;
    begin_job(work);
}

/* --- Due runs. --- */

static void look_at(struct service *service, struct schedule_entry *entry, int64_t wall_us)
{
    struct run missed;
    int64_t due_s;
    if (!entry->is_stored || entry->work)
        return;
    const bool is_due = plan_take(entry->plan, wall_us, &due_s, &missed);
    if (missed.count > 0)
        record(service, entry, &missed);
    if (is_due)
        begin(service, entry, due_s);
    else if (missed.count > 0)
        schedule_tell(service, entry);
}

void schedule_on_timer(void *ctx)
{
    struct service *service = ctx;
    const int64_t wall_us = clock_wall_us(service->params.clock);
    int64_t wait_us = LOOK_US;
    if (list_empty(&service->schedules.entries))
        return;
    if (wall_us / US_PER_S >= CLOCK_SET_S) {
        list_for_each (entry, &service->schedules.entries, struct schedule_entry, node)
            look_at(service, entry, wall_us);
        list_for_each (entry, &service->schedules.entries, struct schedule_entry, node) {
            const int64_t next_s = entry->work             ? RULE_NEVER
                                   : entry->plan->n_queued ? 0
                                                           : entry->plan->next_s;
            if (next_s < (wall_us + wait_us) / US_PER_S)
                wait_us = next_s * US_PER_S > wall_us ? next_s * US_PER_S - wall_us : 0;
        }
    }
    net_timer_set(service->schedules.timer, now_us(service) + wait_us);
}

/* Interrupted recordings and wakes are recorded as failed; the policy for missed runs covers those
 * that have not begun, after the next start. */
void schedules_stop(struct service *service)
{
    list_for_each (entry, &service->schedules.entries, struct schedule_entry, node)
        if (entry->work && entry->work->run.result == RUN_RUNNING && entry->work->job != JOB_PHOTO)
            end(entry->work, RUN_FAILED, "the server was stopped", 0);
        else
            schedule_abandon(entry);
}

void schedule_look(struct service *service)
{
    net_timer_set(service->schedules.timer, now_us(service));
}
