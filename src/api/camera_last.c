#include "api/reply.h"

/* The last good frame, of any age: for paused walls and offline cameras. Does not wake the
 * camera. */
void camera_last_get(const struct call *call, struct http_request *request)
{
    const struct packet *last = camera_view(call->permit.camera).poster;
    if (!last) {
        struct problem problem;
        (void)problem_set(&problem, PROBLEM_NOT_FOUND, call->id, "no picture of this camera yet");
        reply_problem(request, &problem);
        return;
    }
    reply(request, &(struct http_response){.status = 200,
                                           .content_type = "image/jpeg",
                                           .takes_buf = buf_ref(last->buf),
                                           .body_off = last->unit_off,
                                           .len_bytes = packet_unit_len_bytes(last)});
}
