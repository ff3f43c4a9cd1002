#include "api/endpoint.h"
#include "push/push.h"

int device_upgrade(const struct call *call, struct http_request *request,
                   struct ws_accept *ret_accept)
{
    return push_upgrade(call->api->params.registry, request, call->id[0] ? call->id : NULL,
                        ret_accept);
}
