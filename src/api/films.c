/* Films over REST: docs/protocol.md, section 3.3. */
#include "service/films.h"
#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"

void films_list(const struct call *call, struct http_request *request)
{
    reply_json(request, 200, json_pack("{s:o}", "films", service_films(&call->permit)));
}

void films_get(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *json = NULL;
    if (service_film_get(&call->permit, call->id, &json, &problem) < 0)
        reply_problem(request, &problem);
    else
        reply_json(request, 200, json);
}

void films_post(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *body = json_in_body(request);
    if (!body)
        return;
    struct held *held = held_create(call, HELD_CREATED_FILM);
    const int error = service_film_add(&call->permit, body, held_waiter(held), &problem);
    json_decref(body);
    held_settle(held, request, error ? &problem : NULL, NULL);
}

void films_patch(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const json_t *paused = json_object_get(body, "paused");
    const bool is_fine = json_object_size(body) == 1 && json_is_boolean(paused);
    const bool pause = json_is_true(paused);
    json_decref(body);
    if (!is_fine) {
        (void)problem_set(&problem, PROBLEM_INVALID, NULL, "expected {\"paused\": true or false}");
        reply_problem(request, &problem);
        return;
    }
    struct held *held = held_create(call, HELD_FILM);
    const int error =
        service_film_pause(&call->permit, call->id, pause, held_waiter(held), &problem);
    held_settle(held, request, error ? &problem : NULL, NULL);
}

void films_delete(const struct call *call, struct http_request *request)
{
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    const int error = service_film_remove(&call->permit, call->id, held_waiter(held), &problem);
    held_settle(held, request, error ? &problem : NULL, NULL);
}
