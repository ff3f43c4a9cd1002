#include "api/reply.h"

void healthz_get(const struct call *call, struct http_request *request)
{
    (void)call;
    reply_text(request, 200, "ok");
}
