#include <errno.h>
#include <string.h>

#include "api/json_in.h"
#include "api/reply.h"
#include "base/text.h"
#include "pull/mjpeg.h"

static const char *text_of(json_t *body, const char *member)
{
    return json_string_value(json_object_get(body, member));
}

static void reply_why_not(struct http_request *request, int error, const char *wrong)
{
    if (error == -EEXIST)
        reply_error(request, &(struct reply_error){409, "exists", wrong});
    else if (error == -ENOSPC)
        reply_error(request, &(struct reply_error){409, "too-many", wrong});
    else
        reply_error(request, &(struct reply_error){422, "invalid", wrong});
}

/* A camera that is pulled from the network. What connects or is plugged in needs no such word. */
void camera_add_post(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const char *source = text_of(body, "source"), *name = text_of(body, "name");
    const struct camera_identity identity = {
        .id = text_of(body, "id"), .name = name, .address = text_of(body, "url"), .adopted = true};
    struct camera *camera = NULL;
    char wrong[MJPEG_SENTENCE_MAX_BYTES];
    int error = 0;
    enum camera_kind kind;
    if (!source || camera_kind_find(source, &kind) < 0 || kind != CAMERA_HTTP || !identity.id ||
        !identity.address || json_object_size(body) != 3 + (name != NULL)) {
        reply_error(request,
                    &(struct reply_error){400, "bad-message",
                                          "the body must be {\"source\":\"http\",\"id\":\"…\","
                                          "\"url\":\"…\"}, and may have a \"name\""});
    } else if (name && !text_is_name(name, CAMERA_NAME_MAX)) {
        reply_error(request, &(struct reply_error){422, "invalid",
                                                   "a name is 1 to 64 bytes of printable text"});
    } else if (registry_find(call->api->params.registry, identity.id)) {
        reply_error(request,
                    &(struct reply_error){409, "exists", "there is a camera of that id already"});
    } else if ((error = mjpeg_add(call->api->params.registry, &identity, &camera, wrong)) < 0) {
        reply_why_not(request, error, wrong);
    } else {
        reply_json(request, 201, camera_describe(camera, api_now_us(call->api)));
    }
    json_decref(body);
}
