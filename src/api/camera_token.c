/* POST /api/v1/cameras/ID/token: another token for the device. */
#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"

void camera_token_post(const struct call *call, struct http_request *request)
{
    struct problem problem;
    char token[TOKEN_MADE_CHARS + 1];
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const bool is_empty = json_object_size(body) == 0;
    json_decref(body);
    if (!is_empty) {
        (void)problem_set(&problem, PROBLEM_BAD_MESSAGE, call->id, "the body must be {}");
        reply_problem(request, &problem);
        return;
    }
    struct held *held = held_create(call, HELD_CREATED_TOKEN);
    const int error = service_replace_token(&call->permit, token, held_waiter(held), &problem);
    held_settle(held, request, error ? &problem : NULL,
                error ? NULL : json_pack("{s:s, s:s}", "camera", call->id, "token", token));
}
