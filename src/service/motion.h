/* Motion detection: its settings and state per camera. Movements are sent as EVENT_MOTION. Loop
 * only. */
#pragma once
#include "service/service.h"

/* ACTION_SEE: all settings as JSON (watch/settings_json.h); a new reference. */
json_t *service_motion(const struct permit *permit)
    __attribute__((returns_nonnull, warn_unused_result));

/* ACTION_ARM: replaces the settings of the camera. */
int service_motion_set(const struct permit *permit, const json_t *settings,
                       struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));

/* ACTION_ARM: changes only the given settings. */
int service_motion_merge(const struct permit *permit, json_t *settings,
                         struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));

/* ACTION_ARM: one camera; ACTION_ARM_ALL: all adopted cameras that the principal may arm. */
void service_motion_arm(const struct permit *permit, bool armed, struct service_waiter *waiter);

/* ACTION_SEE: movement by place and time. done: once, in a later turn of the loop. */
int service_motion_ask(const struct permit *permit, const struct maps_query *query,
                       void (*done)(void *ctx, int error, const struct maps_answer *answer),
                       void *ctx, struct problem *ret_problem) __attribute__((warn_unused_result));
/* ACTION_SEE: limits the query to movement that could be found with these settings instead of the
 * camera's; absent ones are the camera's. Only zones and smallest size matter: what was not found
 * at its time left no trace. */
int service_motion_try(const struct permit *permit, json_t *settings, struct maps_query *query,
                       struct problem *ret_problem) __attribute__((warn_unused_result));

/* From now on minutes of watching are stored below this data folder. Once. */
void service_keep_motion(struct service *service, const char *data);

/* How it goes with a camera. */
struct guard_view service_motion_view(const struct service *service, const char *camera);

/* Loads the stored settings of all cameras. Before the loop runs; invalid settings are
 * ignored. */
void service_load_motion(struct service *service, const char *json);
