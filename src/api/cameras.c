#include <errno.h>

#include "api/json_in.h"
#include "api/reply.h"

void cameras_list(const struct call *call, struct http_request *request)
{
    json_t *cameras = json_array();
    int64_t now_us = api_now_us(call->api);
    registry_for_each (camera, call->api->params.registry)
        json_array_append_new(cameras, camera_describe(camera, now_us));
    reply_json(request, 200, json_pack("{s:o}", "cameras", cameras));
}

void cameras_get_one(const struct call *call, struct http_request *request)
{
    struct camera *camera = endpoint_camera(call, request);
    if (camera)
        reply_json(request, 200, camera_describe(camera, api_now_us(call->api)));
}

/* Only the name can be changed; a body that asks for anything else is refused rather than half
 * obeyed. */
void cameras_patch(const struct call *call, struct http_request *request)
{
    struct camera *camera = endpoint_adopted(call, request);
    if (!camera)
        return;
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const char *name = json_string_value(json_object_get(body, "name"));
    if (json_object_size(body) != 1 || !name)
        reply_error(request,
                    &(struct reply_error){400, "bad-message", "the body must be {\"name\":\"…\"}"});
    else if (camera_rename(camera, name) < 0)
        reply_error(request, &(struct reply_error){422, "invalid",
                                                   "a name is 1 to 64 bytes of printable text"});
    else
        reply_json(request, 200, camera_describe(camera, api_now_us(call->api)));
    json_decref(body);
}

/* The owner takes a camera that was found; a name may come with it. */
void camera_adopt_post(const struct call *call, struct http_request *request)
{
    struct camera *camera = endpoint_camera(call, request);
    if (!camera)
        return;
    size_t len_bytes;
    (void)http_body(request, &len_bytes);
    json_t *body = len_bytes > 0 ? json_in_body(request) : json_object();
    if (!body)
        return;
    json_t *name = json_object_get(body, "name");
    if (json_object_size(body) != (name != NULL) || (name && !json_is_string(name)))
        reply_error(request, &(struct reply_error){400, "bad-message",
                                                   "the body may be empty or {\"name\":\"…\"}"});
    else if (name && camera_rename(camera, json_string_value(name)) < 0)
        reply_error(request, &(struct reply_error){422, "invalid",
                                                   "a name is 1 to 64 bytes of printable text"});
    else {
        camera_adopt(camera);
        reply_json(request, 200, camera_describe(camera, api_now_us(call->api)));
    }
    json_decref(body);
}

/* Forgets the camera; one that is still there comes again as a new one. */
void camera_delete(const struct call *call, struct http_request *request)
{
    struct camera *camera = endpoint_camera(call, request);
    if (!camera)
        return;
    registry_remove(call->api->params.registry, camera);
    reply_json(request, 200, json_object());
}
