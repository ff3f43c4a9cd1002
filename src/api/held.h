/* A request that waits until its command is on disk: answers that promise something lasting are
 * sent after the commit. Only for src/api. */
#pragma once
#include <jansson.h>

#include "api/endpoint.h"

enum held_answer {
    HELD_CAMERA,           /* 200 and the camera object */
    HELD_CREATED,          /* 201, Location and the camera object */
    HELD_NOTHING,          /* 204 */
    HELD_ACCEPTED,         /* 202 and what was given to held_settle */
    HELD_LOGIN,            /* 201, the session's cookie, and who it is */
    HELD_LOGOUT,           /* 204, and the cookie is taken back */
    HELD_CREATED_USER,     /* 201 and Location */
    HELD_CREATED_TOKEN,    /* of tokens and share links: 201 and what was given to held_settle */
    HELD_FILM,             /* 200 and the film */
    HELD_CREATED_FILM,     /* 201, Location and the film */
    HELD_SCHEDULE,         /* 200 and the schedule */
    HELD_CREATED_SCHEDULE, /* 201, Location and the schedule */
};

struct held;
struct held *held_create(const struct call *call, enum held_answer answer)
    __attribute__((returns_nonnull));
void held_destroy(struct held *held); /* if it was not settled */
/* For the service's commands. */
struct service_waiter *held_waiter(struct held *held);

/* Called right after the command, with the problem that it returned, or NULL to hold the request.
 * Takes held, and the body of HELD_ACCEPTED and HELD_CREATED_TOKEN; else NULL. */
void held_settle(struct held *takes_held, struct http_request *request,
                 const struct problem *problem, json_t *takes_body);
