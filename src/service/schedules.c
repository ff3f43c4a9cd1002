#include "service/schedules.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "service/schedule_run.h"
#include "store/store.h"

_Static_assert((int)STORE_RUN_SLOTS == (int)PLAN_RUNS_KEPT, "as many runs are stored as are kept");

static int64_t now_s(const struct service *service)
{
    return clock_wall_us(service->params.clock) / US_PER_S;
}

static struct schedule_entry *entry_of(const struct service *service, const char *id)
{
    list_for_each (entry, &service->schedules.entries, struct schedule_entry, node)
        if (strcmp(entry->plan->id, id) == 0)
            return entry;
    return NULL;
}

static bool may(const struct permit *permit, enum access_role role, const char *camera)
{
    return *camera ? access_allows(permit->principal, role, ACCESS_CAMERA, camera)
                   : access_allows(permit->principal, role, ACCESS_SERVER, NULL);
}

static bool is_seen(const struct permit *permit, const struct schedule_entry *entry)
{
    return entry->is_stored && may(permit, ACCESS_VIEWER, entry->plan->schedule.camera);
}

/* Finds a schedule that the principal may see, and checks for this role. */
static int find(const struct permit *permit, const char *id, enum access_role role,
                struct schedule_entry **ret_entry, struct problem *ret_problem)
{
    struct schedule_entry *entry = entry_of(permit->service, id);
    if (!entry || !is_seen(permit, entry))
        return problem_set(ret_problem, PROBLEM_NO_SUCH, NULL, "there is no schedule \"%s\"", id);
    const char *camera = entry->plan->schedule.camera;
    if (!may(permit, role, camera))
        return problem_set(ret_problem, PROBLEM_NOT_ALLOWED, camera,
                           "this needs the role %s on the camera", access_role_name(role));
    *ret_entry = entry;
    return 0;
}

/* --- Queries. --- */

static json_t *describe(const struct service *service, const struct schedule_entry *entry)
{
    struct run run;
    const bool is_running = schedule_running(service, entry, &run);
    return plan_to_json(entry->plan, is_running ? &run : NULL);
}

json_t *service_schedules(const struct permit *permit)
{
    assert(permit->action == ACTION_SCHEDULES);
    json_t *list = json_array();
    list_for_each (entry, &permit->service->schedules.entries, struct schedule_entry, node)
        if (is_seen(permit, entry))
            json_array_append_new(list, describe(permit->service, entry));
    return list;
}

int service_schedule_get(const struct permit *permit, const char *id, json_t **ret_json,
                         struct problem *ret_problem)
{
    struct schedule_entry *entry = NULL;
    const int r = find(permit, id, ACCESS_VIEWER, &entry, ret_problem);
    if (r < 0)
        return r;
    assert(entry);
    *ret_json = describe(permit->service, entry);
    return 0;
}

int service_schedule_runs(const struct permit *permit, const char *id, json_t **ret_runs,
                          struct problem *ret_problem)
{
    struct schedule_entry *entry = NULL;
    struct run at_hand;
    const int r = find(permit, id, ACCESS_VIEWER, &entry, ret_problem);
    if (r < 0)
        return r;
    assert(entry);
    *ret_runs = json_array();
    if (schedule_running(permit->service, entry, &at_hand))
        json_array_append_new(*ret_runs, run_to_json(&at_hand));
    const struct run *run;
    for (unsigned i = 0; (run = plan_run(entry->plan, i)); i++)
        json_array_append_new(*ret_runs, run_to_json(run));
    return 0;
}

static json_t *next_times(const struct schedule *schedule, const struct zone *zone, int64_t from_s)
{
    int64_t times[SERVICE_NEXT_RUNS];
    json_t *list = json_array();
    const unsigned n = plan_next(schedule, zone, from_s, times, SERVICE_NEXT_RUNS);
    for (unsigned i = 0; i < n; i++)
        json_array_append_new(list, plan_stamp(zone, times[i]));
    return list;
}

int service_schedule_next(const struct permit *permit, const char *id, json_t **ret_times,
                          struct problem *ret_problem)
{
    struct schedule_entry *entry = NULL;
    const int r = find(permit, id, ACCESS_VIEWER, &entry, ret_problem);
    if (r < 0)
        return r;
    assert(entry);
    *ret_times = next_times(&entry->plan->schedule, &entry->plan->zone, now_s(permit->service));
    return 0;
}

/* --- Changes. --- */

/* Removes members that the server adds to a schedule, so that one that was read can be written
 * back. */
static json_t *without_additions(json_t *json)
{
    static const char *const ADDED[] = {"id", "next", "running", "last"};
    json_t *own = json_copy(json);
    for (size_t i = 0; i < sizeof(ADDED) / sizeof(ADDED[0]); i++)
        json_object_del(own, ADDED[i]);
    return own;
}

static int read_schedule(const struct permit *permit, json_t *json, enum access_role role,
                         struct schedule *ret_schedule, struct problem *ret_problem)
{
    struct service *service = permit->service;
    char error[SCHEDULE_ERROR_MAX];
    struct schedule schedule;
    json_t *own = without_additions(json);
    const int r = schedule_from_json(own, now_s(service), &schedule, error);
    json_decref(own);
    if (r < 0)
        return problem_set(ret_problem, PROBLEM_INVALID, NULL, "%s", error);
    const char *camera = schedule.camera;
    const bool is_all = !camera[0]; /* arm and disarm only; not for users limited to some */
    if (!is_all &&
        (!may(permit, ACCESS_VIEWER, camera) || !registry_find(service->params.registry, camera)))
        return problem_set(ret_problem, PROBLEM_NO_SUCH_CAMERA, camera, "there is no camera \"%s\"",
                           camera);
    if (!may(permit, role, camera))
        return problem_set(ret_problem, PROBLEM_NOT_ALLOWED, camera, "this needs the role %s on %s",
                           access_role_name(role), is_all ? "all cameras" : "the camera");
    *ret_schedule = schedule;
    return 0;
}

int service_schedule_preview(const struct permit *permit, json_t *schedule, json_t **ret_times,
                             struct problem *ret_problem)
{
    assert(permit->action == ACTION_SCHEDULES);
    struct schedule wanted;
    struct zone zone = {0};
    const int r = read_schedule(permit, schedule, ACCESS_VIEWER, &wanted, ret_problem);
    if (r < 0)
        return r;
    if (zone_load(wanted.zone, &zone) < 0) /* unlikely: it was just checked */
        return problem_set(ret_problem, PROBLEM_INVALID, NULL, "zone: cannot be read");
    *ret_times = next_times(&wanted, &zone, now_s(permit->service));
    zone_finish(&zone);
    return 0;
}

static void put(struct service *service, const char *id, const struct schedule *schedule)
{
    if (!service->store)
        return;
    json_t *json = schedule_to_json(schedule);
    char *text = json_dumps(json, JSON_COMPACT);
    store_put_schedule(service->store, &(struct store_schedule){id, text, now_s(service)});
    mem_free(text);
    json_decref(json);
}

static struct schedule_entry *add(struct service *service, const char *id,
                                  const struct schedule *schedule, int64_t from_s)
{
    struct schedule_entry *entry = mem_new(struct schedule_entry);
    entry->plan = plan_create(id, schedule, from_s);
    list_append(&service->schedules.entries, &entry->node);
    service->schedules.count++;
    return entry;
}

static void drop(struct service *service, struct schedule_entry *entry)
{
    schedule_abandon(entry);
    list_remove(&entry->node);
    service->schedules.count--;
    plan_destroy(entry->plan);
    mem_free(entry->pending);
    mem_free(entry);
}

static void finish_add(struct service_job *job)
{
    struct service *service = job->service;
    struct schedule_entry *entry = entry_of(service, job->object);
    if (job->error) {
        drop(service, entry);
        return;
    }
    entry->is_stored = true;
    schedule_tell(service, entry);
    schedule_look(service);
}

int service_schedule_add(const struct permit *permit, json_t *schedule,
                         struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_SCHEDULE_CHANGE);
    struct service *service = permit->service;
    struct schedule wanted;
    char id[PLAN_ID_MAX + 1];
    const int r = read_schedule(permit, schedule, ACCESS_OPERATOR, &wanted, ret_problem);
    if (r < 0)
        return r;
    if (service->schedules.count >= SERVICE_SCHEDULES_MAX)
        return problem_set(ret_problem, PROBLEM_TOO_MANY, NULL, "there are %d schedules already",
                           SERVICE_SCHEDULES_MAX);
    snprintf(id, sizeof(id), "%llu", (unsigned long long)++service->schedules.last_id);
    (void)add(service, id, &wanted, now_s(service));
    job_begin(service, NULL);
    put(service, id, &wanted);
    (void)job_commit(service, id, waiter, finish_add);
    return 0;
}

static int busy(const struct schedule_entry *entry, struct problem *ret_problem)
{
    return problem_set(ret_problem, PROBLEM_BUSY, NULL,
                       "schedule \"%s\" is being changed; try again", entry->plan->id);
}

static void finish_replace(struct service_job *job)
{
    struct service *service = job->service;
    struct schedule_entry *entry = entry_of(service, job->object);
    if (!entry)
        return;
    if (!job->error) {
        plan_replace(entry->plan, entry->pending, now_s(service));
        schedule_tell(service, entry);
        schedule_look(service);
    }
    mem_free(entry->pending);
    entry->pending = NULL;
}

int service_schedule_replace(const struct permit *permit, const char *id, json_t *schedule,
                             struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_SCHEDULE_CHANGE);
    struct service *service = permit->service;
    struct schedule_entry *entry = NULL;
    struct schedule wanted;
    int r = find(permit, id, ACCESS_OPERATOR, &entry, ret_problem);
    if (r == 0)
        r = read_schedule(permit, schedule, ACCESS_OPERATOR, &wanted, ret_problem);
    if (r < 0)
        return r;
    assert(entry);
    if (entry->pending)
        return busy(entry, ret_problem);
    entry->pending = mem_new(struct schedule);
    *entry->pending = wanted;
    job_begin(service, NULL);
    put(service, id, &wanted);
    (void)job_commit(service, id, waiter, finish_replace);
    return 0;
}

static void finish_remove(struct service_job *job)
{
    struct service *service = job->service;
    struct schedule_entry *entry = entry_of(service, job->object);
    if (job->error || !entry)
        return;
    event_tell(&service->events, &(struct event){.type = EVENT_SCHEDULE_REMOVED,
                                                 .camera_id = entry->plan->schedule.camera,
                                                 .id = entry->plan->id});
    drop(service, entry);
}

int service_schedule_remove(const struct permit *permit, const char *id,
                            struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_SCHEDULE_CHANGE);
    struct service *service = permit->service;
    struct schedule_entry *entry = NULL;
    const int r = find(permit, id, ACCESS_OPERATOR, &entry, ret_problem);
    if (r < 0)
        return r;
    assert(entry);
    if (entry->pending)
        return busy(entry, ret_problem);
    job_begin(service, NULL);
    if (service->store)
        store_remove_schedule(service->store, id);
    (void)job_commit(service, id, waiter, finish_remove);
    return 0;
}

/* --- Loading. --- */

void service_load_schedule(void *ctx, const struct store_schedule *row)
{
    struct service *service = ctx;
    struct schedule schedule;
    char error[SCHEDULE_ERROR_MAX] = "not JSON";
    json_t *json = json_loads(row->json, JSON_REJECT_DUPLICATES, NULL);
    const unsigned long long number = strtoull(row->id, NULL, 10);
    if (number > service->schedules.last_id)
        service->schedules.last_id = number;
    if (json && strlen(row->id) <= PLAN_ID_MAX &&
        schedule_from_json(json, row->changed_s, &schedule, error) == 0)
        add(service, row->id, &schedule, row->changed_s)->is_stored = true;
    else
        log_error("schedule", row->id, "does not run: %s", error);
    json_decref(json);
    schedule_look(service);
}

void service_load_run(void *ctx, const struct store_run *row)
{
    struct schedule_entry *entry = entry_of(ctx, row->schedule);
    json_t *json = json_loads(row->json, JSON_REJECT_DUPLICATES, NULL);
    struct run run;
    if (entry && json && run_from_json(json, &run) == 0)
        plan_load_run(entry->plan, row->number, &run);
    json_decref(json);
}

void schedules_init(struct service *service)
{
    list_init(&service->schedules.entries);
}

void schedules_drop_all(struct service *service)
{
    list_for_each (entry, &service->schedules.entries, struct schedule_entry, node)
        drop(service, entry);
}

uint64_t service_schedule_count(const struct service *service, enum run_result result)
{
    return service->schedules.ended[result];
}
