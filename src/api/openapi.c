#include "api/openapi_bytes.h"
#include "api/reply.h"

void openapi_get(const struct call *call, struct http_request *request)
{
    (void)call;
    reply(request, &(struct http_response){.status = 200,
                                           .content_type = "application/json",
                                           .body = openapi_bytes,
                                           .body_is_static = true,
                                           .len_bytes = sizeof(openapi_bytes)});
}
