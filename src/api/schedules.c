/* Schedules over REST: docs/protocol.md, section 3.2. */
#include "service/schedules.h"
#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"

/* Replies with a query's result, as the member name; NULL: the result itself. */
static void reply_look(struct http_request *request, int error, const struct problem *problem,
                       const char *name, json_t *takes_json)
{
    if (error)
        reply_problem(request, problem);
    else
        reply_json(request, 200, name ? json_pack("{s:o}", name, takes_json) : takes_json);
}

void schedules_list(const struct call *call, struct http_request *request)
{
    reply_json(request, 200, json_pack("{s:o}", "schedules", service_schedules(&call->permit)));
}

void schedules_get(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *json = NULL;
    const int error = service_schedule_get(&call->permit, call->id, &json, &problem);
    reply_look(request, error, &problem, NULL, json);
}

void schedule_runs_get(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *json = NULL;
    const int error = service_schedule_runs(&call->permit, call->id, &json, &problem);
    reply_look(request, error, &problem, "runs", json);
}

void schedule_next_get(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *json = NULL;
    const int error = service_schedule_next(&call->permit, call->id, &json, &problem);
    reply_look(request, error, &problem, "next", json);
}

void schedule_preview_post(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *body = json_in_body(request), *json = NULL;
    if (!body)
        return;
    const int error = service_schedule_preview(&call->permit, body, &json, &problem);
    json_decref(body);
    reply_look(request, error, &problem, "next", json);
}

void schedules_post(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *body = json_in_body(request);
    if (!body)
        return;
    struct held *held = held_create(call, HELD_CREATED_SCHEDULE);
    const int error = service_schedule_add(&call->permit, body, held_waiter(held), &problem);
    json_decref(body);
    held_settle(held, request, error ? &problem : NULL, NULL);
}

void schedules_put(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *body = json_in_body(request);
    if (!body)
        return;
    struct held *held = held_create(call, HELD_SCHEDULE);
    const int error =
        service_schedule_replace(&call->permit, call->id, body, held_waiter(held), &problem);
    json_decref(body);
    held_settle(held, request, error ? &problem : NULL, NULL);
}

void schedules_delete(const struct call *call, struct http_request *request)
{
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    const int error = service_schedule_remove(&call->permit, call->id, held_waiter(held), &problem);
    held_settle(held, request, error ? &problem : NULL, NULL);
}
