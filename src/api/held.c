#include "api/held.h"

#include <stdio.h>

#include "api/auth.h"
#include "api/reply.h"
#include "base/alloc.h"
#include "service/films.h"
#include "service/schedules.h"

struct held {
    struct api_guest guest;
    struct service_waiter waiter;
    struct api *api;
    struct principal principal;
    struct http_stream *stream;
    enum held_answer answer;
    bool is_secure; /* as in struct call */
    json_t *body;
};

static void held_leave(struct api_guest *guest)
{
    service_forget(&list_entry(guest, struct held, guest)->waiter);
}

void held_destroy(struct held *held)
{
    service_forget(&held->waiter);
    list_remove(&held->guest.node);
    json_decref(held->body);
    mem_free(held);
}

static void held_closed(void *ctx)
{
    held_destroy(ctx);
}

static const int STATUS[] = {
    [HELD_CAMERA] = 200,           [HELD_CREATED] = 201,       [HELD_NOTHING] = 204,
    [HELD_ACCEPTED] = 202,         [HELD_LOGIN] = 201,         [HELD_LOGOUT] = 204,
    [HELD_CREATED_USER] = 201,     [HELD_CREATED_TOKEN] = 201, [HELD_SCHEDULE] = 200,
    [HELD_CREATED_SCHEDULE] = 201, [HELD_FILM] = 200,          [HELD_CREATED_FILM] = 201};

/* The camera's current state; a new reference; NULL if it was removed meanwhile. */
static json_t *describe(const struct held *held, const char *camera)
{
    struct permit permit;
    struct problem problem;
    if (service_permit(held->api->params.service, &held->principal, ACTION_SEE, camera, &permit,
                       &problem) < 0)
        return NULL;
    return camera_describe(permit.camera, api_now_us(held->api));
}

/* The same for a schedule. */
static json_t *describe_schedule(const struct held *held, const char *id)
{
    const struct permit permit = {held->api->params.service, &held->principal, ACTION_SCHEDULES,
                                  NULL};
    struct problem problem;
    json_t *schedule = NULL;
    return service_schedule_get(&permit, id, &schedule, &problem) < 0 ? NULL : schedule;
}

/* The same for a film. */
static json_t *describe_film(const struct held *held, const char *id)
{
    const struct permit permit = {held->api->params.service, &held->principal, ACTION_FILMS, NULL};
    struct problem problem;
    json_t *film = NULL;
    return service_film_get(&permit, id, &film, &problem) < 0 ? NULL : film;
}

/* The body, a new reference; NULL: none. object: see struct service_waiter. */
static json_t *body_of(const struct held *held, const char *object)
{
    struct principal principal;
    switch (held->answer) {
    case HELD_CAMERA:
    case HELD_CREATED:
        return describe(held, object);
    case HELD_ACCEPTED:
    case HELD_CREATED_TOKEN:
        return json_incref(held->body);
    case HELD_FILM:
    case HELD_CREATED_FILM:
        return describe_film(held, object);
    case HELD_SCHEDULE:
    case HELD_CREATED_SCHEDULE:
        return describe_schedule(held, object);
    case HELD_LOGIN:
        return service_by_session(held->api->params.service, object, &principal) == 0
                   ? auth_describe(held->api, &principal)
                   : NULL;
    default:
        return NULL;
    }
}

/* One more header; false: none. */
static bool field_of(const struct held *held, const char *object, char value[AUTH_COOKIE_MAX_BYTES],
                     struct http_field *ret_field)
{
    const char *created = held->answer == HELD_CREATED            ? "cameras"
                          : held->answer == HELD_CREATED_USER     ? "users"
                          : held->answer == HELD_CREATED_SCHEDULE ? "schedules"
                          : held->answer == HELD_CREATED_FILM     ? "films"
                                                                  : NULL;
    const bool is_cookie = held->answer == HELD_LOGIN || held->answer == HELD_LOGOUT;
    if (is_cookie)
        auth_cookie(held->answer == HELD_LOGIN ? object : NULL, held->is_secure, value);
    else
        snprintf(value, AUTH_COOKIE_MAX_BYTES, "/api/v1/%s/%s", created ? created : "", object);
    *ret_field = (struct http_field){is_cookie ? "set-cookie" : "location", value};
    return created || is_cookie;
}

static void held_done(struct service_waiter *waiter, const char *object,
                      const struct problem *problem)
{
    struct held *held = list_entry(waiter, struct held, waiter);
    if (problem) {
        reply_problem_late(held->stream, true, problem);
        return;
    }
    char value[AUTH_COOKIE_MAX_BYTES];
    struct http_field field;
    struct http_response response = {.status = STATUS[held->answer]};
    if (field_of(held, object, value, &field)) {
        response.fields = &field;
        response.n_fields = 1;
    }
    json_t *json = body_of(held, object);
    if (json)
        reply_json_late(held->stream, &response, json);
    else
        reply_late(held->stream, &response);
}

struct held *held_create(const struct call *call, enum held_answer answer)
{
    struct held *held = mem_new(struct held);
    list_init(&held->guest.node);
    held->guest.leave = held_leave;
    held->waiter.done = held_done;
    held->api = call->api;
    held->principal = call->principal;
    held->answer = answer;
    held->is_secure = call->is_secure;
    return held;
}

struct service_waiter *held_waiter(struct held *held)
{
    return &held->waiter;
}

void held_settle(struct held *takes_held, struct http_request *request,
                 const struct problem *problem, json_t *takes_body)
{
    static const struct http_stream_ops OPS = {.closed = held_closed};
    struct held *held = takes_held;
    held->body = takes_body;
    if (problem) {
        reply_problem(request, problem);
        held_destroy(held);
        return;
    }
    list_append(&held->api->guests, &held->guest.node);
    held->stream = http_hold(request, &OPS, held);
}
