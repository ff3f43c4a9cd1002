/* One picture from the address of a network camera, before it is added. */
#include "service/probe.h"
#include "api/json_in.h"
#include "api/reply.h"
#include "base/alloc.h"

struct probing {
    struct api_guest guest;
    struct http_stream *stream;
    struct service_probe *probe; /* NULL once it is done */
};

static void probing_leave(struct api_guest *guest)
{
    struct probing *probing = list_entry(guest, struct probing, guest);
    service_probe_cancel(probing->probe);
    probing->probe = NULL;
}

static void probing_closed(void *ctx)
{
    struct probing *probing = ctx;
    probing_leave(&probing->guest);
    list_remove(&probing->guest.node);
    mem_free(probing);
}

static void probing_done(void *ctx, struct packet *picture, const struct problem *problem)
{
    struct probing *probing = ctx;
    probing->probe = NULL;
    if (problem)
        reply_problem_late(probing->stream, true, problem);
    else
        reply_late(probing->stream,
                   &(struct http_response){.status = 200,
                                           .content_type = "image/jpeg",
                                           .takes_buf = buf_ref(picture->buf),
                                           .body_off = picture->unit_off,
                                           .len_bytes = packet_unit_len_bytes(picture)});
}

void probe_post(const struct call *call, struct http_request *request)
{
    static const struct http_stream_ops OPS = {.closed = probing_closed};
    json_t *body = json_in_body(request);
    if (!body)
        return;
    struct problem problem;
    const char *url = json_string_value(json_object_get(body, "url"));
    struct probing *probing = mem_new(struct probing);
    list_init(&probing->guest.node);
    probing->guest.leave = probing_leave;
    int error;
    if (!url || json_object_size(body) != 1)
        error =
            problem_set(&problem, PROBLEM_BAD_MESSAGE, NULL, "the body must be {\"url\":\"…\"}");
    else
        error = service_probe(&call->permit, url, probing_done, probing, &probing->probe, &problem);
    if (error) {
        reply_problem(request, &problem);
        mem_free(probing);
    } else {
        list_append(&call->api->guests, &probing->guest.node);
        probing->stream = http_hold(request, &OPS, probing);
    }
    json_decref(body);
}
