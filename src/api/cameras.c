#include <errno.h>
#include <string.h>

#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"
#include "service/probe.h"

static const char *text_of(json_t *body, const char *member)
{
    return json_string_value(json_object_get(body, member));
}

static void reply_bad_body(struct http_request *request, const char *camera, const char *detail)
{
    struct problem problem;
    (void)problem_set(&problem, PROBLEM_BAD_MESSAGE, camera, "%s", detail);
    reply_problem(request, &problem);
}

void cameras_list(const struct call *call, struct http_request *request)
{
    json_t *cameras = json_array();
    int64_t now_us = api_now_us(call->api);
    for (struct camera *camera = NULL; (camera = service_next(&call->permit, camera));)
        json_array_append_new(cameras, camera_describe(camera, now_us));
    reply_json(request, 200, json_pack("{s:o}", "cameras", cameras));
}

void cameras_get_one(const struct call *call, struct http_request *request)
{
    reply_json(request, 200, camera_describe(call->permit.camera, api_now_us(call->api)));
}

void camera_awake_get(const struct call *call, struct http_request *request)
{
    reply_json(request, 200, camera_describe_awake(call->permit.camera, api_now_us(call->api)));
}

/* Adds a network camera. Others need not be added: they connect or are found. */
void camera_add_post(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const char *source = text_of(body, "source");
    const struct service_network_camera camera = {
        .id = text_of(body, "id"), .url = text_of(body, "url"), .name = text_of(body, "name")};
    enum camera_kind kind;
    if (!source || camera_kind_find(source, &kind) < 0 || kind != CAMERA_HTTP || !camera.id ||
        !camera.url || json_object_size(body) != 3 + (camera.name != NULL)) {
        reply_bad_body(request, NULL,
                       "the body must be {\"source\":\"http\",\"id\":\"…\",\"url\":\"…\"}, with or "
                       "without a \"name\"");
    } else {
        struct problem problem;
        struct held *held = held_create(call, HELD_CREATED);
        const int error = service_add(&call->permit, &camera, held_waiter(held), &problem);
        held_settle(held, request, error ? &problem : NULL, NULL);
    }
    json_decref(body);
}

/* Only the name can be changed; a body with other members is refused. */
void cameras_patch(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const char *name = text_of(body, "name");
    if (json_object_size(body) != 1 || !name) {
        reply_bad_body(request, call->id, "the body must be {\"name\":\"…\"}");
    } else {
        struct problem problem;
        struct held *held = held_create(call, HELD_CAMERA);
        const int error = service_rename(&call->permit, name, held_waiter(held), &problem);
        held_settle(held, request, error ? &problem : NULL, NULL);
    }
    json_decref(body);
}

void camera_address_put(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const char *url = text_of(body, "url");
    if (json_object_size(body) != 1 || !url) {
        reply_bad_body(request, call->id, "the body must be {\"url\":\"…\"}");
    } else {
        struct problem problem;
        struct held *held = held_create(call, HELD_CAMERA);
        const int error = service_move(&call->permit, url, held_waiter(held), &problem);
        held_settle(held, request, error ? &problem : NULL, NULL);
    }
    json_decref(body);
}

/* The body may contain a name. */
void camera_adopt_post(const struct call *call, struct http_request *request)
{
    size_t len_bytes;
    (void)http_body(request, &len_bytes);
    json_t *body = len_bytes > 0 ? json_in_body(request) : json_object();
    if (!body)
        return;
    json_t *name = json_object_get(body, "name");
    if (json_object_size(body) != (name != NULL) || (name && !json_is_string(name))) {
        reply_bad_body(request, call->id, "the body may be empty or {\"name\":\"…\"}");
    } else {
        struct problem problem;
        struct held *held = held_create(call, HELD_CAMERA);
        const int error =
            service_adopt(&call->permit, json_string_value(name), held_waiter(held), &problem);
        held_settle(held, request, error ? &problem : NULL, NULL);
    }
    json_decref(body);
}

/* Removes the camera; one that is still connected reappears as a new one. */
void camera_delete(const struct call *call, struct http_request *request)
{
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    const int error = service_remove(&call->permit, held_waiter(held), &problem);
    held_settle(held, request, error ? &problem : NULL, NULL);
}
