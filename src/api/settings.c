#include <errno.h>

#include "api/json_in.h"
#include "api/reply.h"

/* 202 where the camera is away: the values are remembered and sent when it comes back. */
void settings_put(const struct call *call, struct http_request *request)
{
    struct camera *camera = endpoint_camera(call, request);
    if (!camera)
        return;
    json_t *values = json_in_body(request);
    if (!values)
        return;
    const char *wrong = "the values are not what this camera knows";
    int error = camera_set(camera, values, &wrong);
    json_decref(values);
    if (error == 0 || error == -ENOTCONN)
        reply_json(request, error ? 202 : 200, camera_describe(camera, api_now_us(call->api)));
    else if (error == -EINVAL)
        reply_error(request, &(struct reply_error){422, "invalid", wrong});
    else if (error == -ENOTSUP)
        reply_error(request,
                    &(struct reply_error){422, "unsupported", "this camera has no settings"});
    else
        reply_error(request,
                    &(struct reply_error){502, "failed", "the camera did not take the values"});
}
