/* Commands about schedules. Like service/service.h; loop only. A schedule belongs to a camera:
 * principals that may see the camera may see it, and the camera's operators may change it. */
#pragma once
#include "schedule/plan.h"
#include "service/service.h"

enum { SERVICE_SCHEDULES_MAX = 100, SERVICE_NEXT_RUNS = 10 };

/* Loads a stored schedule; called while the store is opened. Rows that this program cannot read are
 * logged and left alone. */
void service_load_schedule(void *ctx, const struct store_schedule *row);
void service_load_run(void *ctx, const struct store_run *row);

/* ACTION_SCHEDULES. Lists are arrays; all of them new references. */
json_t *service_schedules(const struct permit *permit) __attribute__((returns_nonnull));
int service_schedule_get(const struct permit *permit, const char *id, json_t **ret_json,
                         struct problem *ret_problem) __attribute__((warn_unused_result));
int service_schedule_runs(const struct permit *permit, const char *id, json_t **ret_runs,
                          struct problem *ret_problem) __attribute__((warn_unused_result));
int service_schedule_next(const struct permit *permit, const char *id, json_t **ret_times,
                          struct problem *ret_problem) __attribute__((warn_unused_result));
/* The next runs of a schedule that is not stored; changes nothing. */
int service_schedule_preview(const struct permit *permit, json_t *schedule, json_t **ret_times,
                             struct problem *ret_problem) __attribute__((warn_unused_result));

/* ACTION_SCHEDULE_CHANGE; waiter->done has the schedule's id as object. If storing fails, nothing
 * changes. */
int service_schedule_add(const struct permit *permit, json_t *schedule,
                         struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
int service_schedule_replace(const struct permit *permit, const char *id, json_t *schedule,
                             struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
int service_schedule_remove(const struct permit *permit, const char *id,
                            struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));

/* Runs with this result since the server started; RUN_MISSED counts every missed run. */
uint64_t service_schedule_count(const struct service *service, enum run_result result);
