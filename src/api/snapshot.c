#include <string.h>

#include "api/reply.h"
#include "api/still.h"
#include "base/text.h"

static const int64_t TIMEOUT_US = 3 * US_PER_S, MAX_AGE_MAX_S = 7 * 24 * 3600;

static void reply_jpeg(struct http_request *request, const struct packet *packet)
{
    reply(request, &(struct http_response){.status = 200,
                                           .content_type = "image/jpeg",
                                           .takes_buf = buf_ref(packet->buf),
                                           .body_off = packet->unit_off,
                                           .len_bytes = packet_unit_len_bytes(packet)});
}

static void reply_head(struct http_request *request)
{
    reply(request, &(struct http_response){.status = 200, .content_type = "image/jpeg"});
}

/* One picture of the running stream; with max_age=S the last one if it is no older. */
void snapshot_get(const struct call *call, struct http_request *request)
{
    char text[16];
    int64_t max_age_s = -1;
    const struct packet *last = camera_view(call->permit.camera).poster;
    if (call->head) { /* HEAD must not wake a camera */
        reply_head(request);
        return;
    }
    if (http_query(request, "max_age", text, sizeof(text)) &&
        text_to_int(text, 0, MAX_AGE_MAX_S, &max_age_s) < 0) {
        static const struct problem WRONG = {PROBLEM_BAD_MESSAGE, "",
                                             "max_age must be 0 to 604800 seconds"};
        reply_problem(request, &WRONG);
        return;
    }
    if (last && api_now_us(call->api) - last->arrival_us <= max_age_s * US_PER_S)
        reply_jpeg(request, last);
    else
        still_reply(call, request, CAPTURE_FRAME, TIMEOUT_US);
}

/* The last picture, of any age: never wakes a camera. */
void poster_get(const struct call *call, struct http_request *request)
{
    static const struct problem NONE = {PROBLEM_NOT_FOUND, "", "no picture has been taken yet"};
    const struct packet *last = camera_view(call->permit.camera).poster;
    if (!last)
        reply_problem(request, &NONE);
    else if (call->head)
        reply_head(request);
    else
        reply_jpeg(request, last);
}
