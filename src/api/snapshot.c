#include "api/reply.h"
#include "api/still.h"

static const int64_t TIMEOUT_US = 3 * US_PER_S;

void snapshot_get(const struct call *call, struct http_request *request)
{
    if (call->head) /* HEAD must not wake a camera */
        reply(request, &(struct http_response){.status = 200, .content_type = "image/jpeg"});
    else
        still_reply(call, request, CAPTURE_FRAME, TIMEOUT_US);
}
