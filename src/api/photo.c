/* A photo: taken, and archived unless the request says otherwise. */
#include <errno.h>
#include <stdio.h>

#include "api/archive_item.h"
#include "api/json_in.h"
#include "api/reply.h"
#include "api/still.h"
#include "base/alloc.h"

/* Longer than a snapshot's: a full-size still may be large, and the Wi-Fi weak. */
static const int64_t TIMEOUT_US = 10 * US_PER_S;

/* Freed when the connection is closed and neither capture nor archive is busy. */
struct photo {
    struct api_guest guest;
    struct http_stream *stream; /* NULL: the connection is closed */
    struct permit permit;       /* of the principal below */
    struct principal principal;
    char camera[CAMERA_ID_MAX + 1];
    struct capture *capture; /* NULL once it is done */
    bool is_kept;            /* given to the archive, which has not answered yet */
};

static void photo_leave(struct api_guest *guest)
{
    struct photo *photo = list_entry(guest, struct photo, guest);
    capture_cancel(photo->capture);
    photo->capture = NULL;
}

static void release(struct photo *photo)
{
    if (!photo->stream && !photo->is_kept)
        mem_free(photo);
}

static void photo_closed(void *ctx)
{
    struct photo *photo = ctx;
    capture_cancel(photo->capture);
    photo->capture = NULL;
    list_remove(&photo->guest.node);
    photo->stream = NULL;
    release(photo);
}

static void on_kept(void *ctx, const struct archive_item *item, const struct problem *problem)
{
    struct photo *photo = ctx;
    photo->is_kept = false;
    if (!photo->stream) {
        release(photo);
        return;
    }
    if (problem) {
        reply_problem_late(photo->stream, true, problem);
        return;
    }
    char location[64];
    snprintf(location, sizeof(location), "/api/v1/archive/%lld", (long long)item->id);
    const struct http_field field = {"location", location};
    reply_json_late(photo->stream,
                    &(struct http_response){.status = 201, .fields = &field, .n_fields = 1},
                    archive_item_json(item));
}

static void on_still(void *ctx, int error, struct packet *still)
{
    struct photo *photo = ctx;
    photo->capture = NULL;
    if (error) {
        struct problem problem;
        still_problem(photo->permit.camera, error, &problem);
        reply_problem_late(photo->stream, true, &problem);
        return;
    }
    photo->is_kept = true;
    service_archive_keep(&photo->permit, still, on_kept, photo);
}

void photo_post(const struct call *call, struct http_request *request)
{
    static const struct http_stream_ops OPS = {.closed = photo_closed};
    size_t len_bytes;
    bool keeps = true;
    if (http_body(request, &len_bytes), len_bytes > 0) {
        json_t *body = json_in_body(request);
        if (!body)
            return;
        const json_t *keep = json_object_get(body, "keep");
        keeps = !keep || json_is_true(keep);
        json_decref(body);
    }
    if (keeps && !archive_item_ready(call, request))
        return;
    if (!keeps) {
        still_reply(call, request, CAPTURE_STILL, TIMEOUT_US);
        return;
    }
    struct photo *photo = mem_new(struct photo);
    photo->guest.leave = photo_leave;
    photo->principal = call->principal;
    photo->permit = call->permit;
    photo->permit.principal = &photo->principal;
    list_append(&call->api->guests, &photo->guest.node);
    photo->stream = http_hold(request, &OPS, photo);
    photo->capture = service_still(&photo->permit, CAPTURE_STILL, TIMEOUT_US, on_still, photo);
}
