#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"

/* The schema: each control with its value. */
void camera_controls_get(const struct call *call, struct http_request *request)
{
    reply_json(request, 200, json_pack("{s:o}", "controls", camera_controls(call->permit.camera)));
}

/* Only the values, as PUT takes them. */
void settings_get(const struct call *call, struct http_request *request)
{
    json_t *controls = camera_controls(call->permit.camera), *values = json_object(), *control;
    size_t i;
    json_array_foreach(controls, i, control)
        json_object_set(values, json_string_value(json_object_get(control, "name")),
                        json_object_get(control, "value"));
    json_decref(controls);
    reply_json(request, 200, values);
}

/* The results of the newest changes. */
void settings_changes_get(const struct call *call, struct http_request *request)
{
    reply_json(request, 200, json_pack("{s:o}", "changes", service_changes(&call->permit)));
}

/* 202: stored and sent to the camera. The result follows as an event, and is kept
 * for settings_changes_get. */
static void change(const struct call *call, struct http_request *request, json_t *takes_values,
                   enum service_set_mode mode, enum held_answer answer)
{
    struct problem problem;
    uint64_t number = 0;
    struct held *held = held_create(call, answer);
    const int error =
        service_set(&call->permit, takes_values, mode, held_waiter(held), &number, &problem);
    json_t *body = error || answer == HELD_NOTHING
                       ? NULL
                       : json_pack("{s:s, s:I, s:s, s:O}", "camera", call->id, "change",
                                   (json_int_t)number, "state", "accepted", "values", takes_values);
    json_decref(takes_values);
    held_settle(held, request, error ? &problem : NULL, body);
}

void settings_put(const struct call *call, struct http_request *request)
{
    json_t *values = json_in_body(request);
    if (values)
        change(call, request, values, SERVICE_REPLACE, HELD_ACCEPTED);
}

void settings_patch(const struct call *call, struct http_request *request)
{
    json_t *values = json_in_body(request);
    if (values)
        change(call, request, values, SERVICE_MERGE, HELD_ACCEPTED);
}

/* Resets to the defaults, and removes the stored settings. */
void settings_delete(const struct call *call, struct http_request *request)
{
    change(call, request, json_object(), SERVICE_REPLACE, HELD_NOTHING);
}
