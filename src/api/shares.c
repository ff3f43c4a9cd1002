/* Share links: their list, and what their visitors see. */
#include "service/shares.h"

#include <stdio.h>
#include <string.h>

#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"
#include "base/text.h"

static json_t *item_json(const struct share *share)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)share->item);
    return share->item ? json_string(id) : json_null();
}

void shares_get(const struct call *call, struct http_request *request)
{
    json_t *list = json_array();
    list_for_each (share, &service_shares(&call->permit)->list, const struct share, node)
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:I}", "id", share->id, "camera",
                      share->camera, "item", item_json(share), "created",
                      reply_instant(share->created_s), "expires", reply_instant(share->expires_s),
                      "used", reply_instant(share->used_s), "uses", (json_int_t)share->n_uses));
    reply_json(request, 200, json_pack("{s:o}", "shares", list));
}

void shares_post(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const char *item = json_string_value(json_object_get(body, "item"));
    struct service_share share = {.camera = json_string_value(json_object_get(body, "camera")),
                                  .expires_in_s =
                                      json_integer_value(json_object_get(body, "expires_s"))};
    if (!share.camera || !json_is_integer(json_object_get(body, "expires_s")) ||
        (item && text_to_int(item, 1, INT64_MAX, &share.item) < 0) ||
        json_object_size(body) != 2 + (size_t)(item != NULL)) {
        (void)problem_set(&problem, PROBLEM_BAD_MESSAGE, NULL,
                          "the body must be {\"camera\":\"ID\",\"expires_s\":86400}, and may have "
                          "\"item\", an id of the archive");
        reply_problem(request, &problem);
    } else {
        char secret[SECRET_CHARS + 1], id[SECRET_ID_CHARS + 1];
        struct held *held = held_create(call, HELD_CREATED_TOKEN);
        const int error =
            service_add_share(&call->permit, &share, secret, id, held_waiter(held), &problem);
        held_settle(held, request, error ? &problem : NULL,
                    error ? NULL
                          : json_pack("{s:s, s:s, s:s+}", "id", id, "token", secret, "path",
                                      "/view.html#share=", secret));
    }
    json_decref(body);
}

void shares_delete(const struct call *call, struct http_request *request)
{
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    const int error = service_remove_share(&call->permit, call->id, held_waiter(held), &problem);
    held_settle(held, request, error ? &problem : NULL, NULL);
}

/* --- For its visitor. --- */

void shared_get(const struct call *call, struct http_request *request)
{
    const struct share *share =
        call->head ? service_shared(&call->permit) : service_open_share(&call->permit);
    const struct camera *camera = service_shared_camera(&call->permit);
    const struct camera_view view = camera ? camera_view(camera) : (struct camera_view){0};
    reply_json(request, 200,
               json_pack("{s:s, s:o, s:o}", "name",
                         camera && view.name[0] ? view.name : share->camera, "item",
                         item_json(share), "expires", reply_instant(share->expires_s)));
}

/* Answers as to a request for the object itself. */
static void serve(const struct call *call, struct http_request *request, bool is_item,
                  endpoint_handler *handle)
{
    const struct share *share = service_shared(&call->permit);
    struct call inner = *call;
    struct problem problem;
    if (is_item != (share->item != 0)) {
        (void)problem_set(&problem, PROBLEM_NOT_FOUND, NULL, "this link shows something else");
        reply_problem(request, &problem);
        return;
    }
    if (service_permit_shared(&call->permit, &inner.permit, &problem) < 0) {
        reply_problem(request, &problem);
        return;
    }
    if (is_item)
        snprintf(inner.id, sizeof(inner.id), "%lld", (long long)share->item);
    else
        snprintf(inner.id, sizeof(inner.id), "%s", share->camera);
    handle(&inner, request);
}

void shared_mp4_get(const struct call *call, struct http_request *request)
{
    serve(call, request, false, stream_mp4_get);
}

void shared_mjpeg_get(const struct call *call, struct http_request *request)
{
    serve(call, request, false, mjpeg_get);
}

void shared_file_get(const struct call *call, struct http_request *request)
{
    serve(call, request, true, archive_file_get);
}

void shared_thumbnail_get(const struct call *call, struct http_request *request)
{
    serve(call, request, true, archive_thumbnail_get);
}
