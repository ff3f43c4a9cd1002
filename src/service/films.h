/* Commands about films, which are made one after another, each in a separate process. Like
 * service/service.h; loop only. A film belongs to a camera: principals that may see the camera may
 * see it, and the camera's operators may make and cancel it. */
#pragma once
#include "service/service.h"

enum { SERVICE_FILMS_MAX = 100, SERVICE_FILM_IDS_MAX = 1000 };

/* Loads a row of the store; called while it is opened, ctx is the service. */
void service_load_film(void *ctx, const struct store_film *row);

/* ACTION_FILMS. An array, newest first; new references. */
json_t *service_films(const struct permit *permit) __attribute__((returns_nonnull));
int service_film_get(const struct permit *permit, const char *id, json_t **ret_json,
                     struct problem *ret_problem) __attribute__((warn_unused_result));

/* ACTION_FILM_CHANGE; waiter->done has the film's id as object. "ids" in json: of these photos. */
int service_film_add(const struct permit *permit, json_t *json, struct service_waiter *waiter,
                     struct problem *ret_problem) __attribute__((warn_unused_result));
int service_film_pause(const struct permit *permit, const char *id, bool pause,
                       struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
int service_film_remove(const struct permit *permit, const char *id, struct service_waiter *waiter,
                        struct problem *ret_problem) __attribute__((warn_unused_result));
