#include <errno.h>

#include "api/json_in.h"
#include "api/reply.h"

/* What came of a change: the camera object, with 202 where the camera is away and the values wait
 * for it, or why not. */
static void reply_changed(const struct call *call, struct http_request *request,
                          struct camera *camera, int error, const char *wrong)
{
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

void settings_get(const struct call *call, struct http_request *request)
{
    struct camera *camera = endpoint_camera(call, request);
    if (camera)
        reply_json(request, 200, json_pack("{s:o}", "controls", camera_controls(camera)));
}

void settings_put(const struct call *call, struct http_request *request)
{
    struct camera *camera = endpoint_adopted(call, request);
    if (!camera)
        return;
    json_t *values = json_in_body(request);
    if (!values)
        return;
    const char *wrong = "the values are not what this camera knows";
    int error = camera_set(camera, values, &wrong);
    json_decref(values);
    reply_changed(call, request, camera, error, wrong);
}

/* Back to the defaults; what was remembered is forgotten. */
void settings_delete(const struct call *call, struct http_request *request)
{
    struct camera *camera = endpoint_adopted(call, request);
    if (camera)
        reply_changed(call, request, camera, camera_reset(camera), "");
}
