#include "api/still.h"

/* Longer than a snapshot's: the device's best may be a large picture over weak Wi-Fi. */
static const int64_t TIMEOUT_US = 10 * US_PER_S;

void capture_post(const struct call *call, struct http_request *request)
{
    still_reply(call, request, CAPTURE_STILL, TIMEOUT_US);
}
