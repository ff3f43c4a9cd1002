#include "service/quota.h"

#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"

void quotas_get(const struct call *call, struct http_request *request)
{
    reply_json(request, 200, service_quotas(&call->permit));
}

void quotas_patch(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    const int error = service_change_quotas(&call->permit, body, held_waiter(held), &problem);
    held_settle(held, request, error ? &problem : NULL, NULL);
    json_decref(body);
}
