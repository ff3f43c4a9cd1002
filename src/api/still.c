#include "api/still.h"

#include <errno.h>

#include "api/reply.h"
#include "base/alloc.h"
#include "base/text.h"

struct still {
    struct api_guest guest;
    struct http_stream *stream;
    struct camera *camera;
    struct capture *capture; /* NULL once it is done */
    bool json;               /* errors are JSON */
};

static void still_leave(struct api_guest *guest)
{
    struct still *still = list_entry(guest, struct still, guest);
    capture_cancel(still->capture);
    still->capture = NULL;
}

static void still_closed(void *ctx)
{
    struct still *still = ctx;
    capture_cancel(still->capture);
    list_remove(&still->guest.node);
    mem_free(still);
}

void still_problem(const struct camera *camera, int error, struct problem *ret_problem)
{
    const char *id = camera_id(camera), *why = camera_view(camera).error;
    if (error == -ENOTCONN)
        (void)problem_set(ret_problem, PROBLEM_OFFLINE, id, "the camera is not connected");
    else if (error == -ETIMEDOUT)
        endpoint_dark(camera, RENDITION_JPEG, ret_problem);
    else if (error == -EBUSY)
        (void)problem_set(ret_problem, PROBLEM_BUSY, id,
                          "the camera is still taking an earlier photo");
    else
        (void)problem_set(ret_problem, PROBLEM_FAILED, id,
                          "the camera could not take a picture%s%s", why[0] ? ": " : "", why);
}

static void still_done(void *ctx, int error, struct packet *packet)
{
    struct still *still = ctx;
    still->capture = NULL;
    if (error == 0) {
        reply_late(still->stream,
                   &(struct http_response){.status = 200,
                                           .content_type = "image/jpeg",
                                           .takes_buf = buf_ref(packet->buf),
                                           .body_off = packet->unit_off,
                                           .len_bytes = packet_unit_len_bytes(packet)});
        return;
    }
    struct problem problem;
    still_problem(still->camera, error, &problem);
    reply_problem_late(still->stream, still->json, &problem);
}

void still_reply(const struct call *call, struct http_request *request, enum capture_kind kind,
                 int64_t timeout_us)
{
    static const struct http_stream_ops OPS = {.closed = still_closed};
    struct still *still = mem_new(struct still);
    still->guest.leave = still_leave;
    still->camera = call->permit.camera;
    still->json = reply_is_json_path(http_path(request));
    list_append(&call->api->guests, &still->guest.node);
    still->stream = http_hold(request, &OPS, still);
    still->capture = service_still(&call->permit, kind, timeout_us, still_done, still);
}
