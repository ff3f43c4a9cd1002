#include "api/still.h"

/* Longer than a snapshot's: a full-size still may be large, and the Wi-Fi weak. */
static const int64_t TIMEOUT_US = 10 * US_PER_S;

void capture_post(const struct call *call, struct http_request *request)
{
    still_reply(call, request, CAPTURE_STILL, TIMEOUT_US);
}
