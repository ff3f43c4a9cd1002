#include "api/reply.h"

void camera_awake_get(const struct call *call, struct http_request *request)
{
    struct camera *camera = endpoint_camera(call, request);
    if (camera)
        reply_json(request, 200, camera_describe_awake(camera, api_now_us(call->api)));
}
