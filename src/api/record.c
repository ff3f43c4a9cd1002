/* Recording: start, extend, stop; continuously. */
#include "api/archive_item.h"
#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"

void record_post(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *body = archive_item_ready(call, request) ? json_in_body(request) : NULL;
    if (!body)
        return;
    const json_t *seconds = json_object_get(body, "seconds");
    const json_int_t n = json_integer_value(seconds);
    const bool is_possible = json_is_integer(seconds) && n >= 1 && n <= SERVICE_RECORD_MAX_S;
    json_decref(body);
    if (!is_possible) {
        (void)problem_set(&problem, PROBLEM_INVALID, call->id, "seconds must be 1 to %d",
                          SERVICE_RECORD_MAX_S);
        reply_problem(request, &problem);
    } else if (service_record(&call->permit, (int)n, &problem) < 0) {
        reply_problem(request, &problem);
    } else {
        reply_json(request, 202,
                   json_pack("{s:s, s:b, s:I}", "camera", call->id, "recording", 1, "seconds", n));
    }
}

void record_delete(const struct call *call, struct http_request *request)
{
    struct problem problem;
    if (!archive_item_ready(call, request))
        return;
    if (service_record_stop(&call->permit, &problem) < 0)
        reply_problem(request, &problem);
    else
        reply_nothing(request);
}

void record_get(const struct call *call, struct http_request *request)
{
    reply_json(request, 200, service_recording(&call->permit));
}

void record_put(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *body = archive_item_ready(call, request) ? json_in_body(request) : NULL;
    if (!body)
        return;
    const json_t *continuous = json_object_get(body, "continuous");
    if (json_is_boolean(continuous) && json_object_size(body) == 1) {
        struct held *held = held_create(call, HELD_NOTHING);
        const int error = service_record_always(&call->permit, json_is_true(continuous),
                                                held_waiter(held), &problem);
        held_settle(held, request, error ? &problem : NULL, NULL);
    } else {
        (void)problem_set(&problem, PROBLEM_INVALID, call->id,
                          "expected {\"continuous\": true} or false");
        reply_problem(request, &problem);
    }
    json_decref(body);
}
