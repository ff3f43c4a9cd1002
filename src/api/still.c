#include "api/still.h"

#include <errno.h>

#include "api/reply.h"
#include "base/alloc.h"
#include "base/text.h"

struct still {
    struct api_guest guest;
    struct http_stream *stream;
    struct capture *capture; /* NULL once it is done */
    bool json;               /* errors are */
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

/* Never streams: the answer is one reply. */
static int still_next(void *ctx, struct net_out *ret_out)
{
    (void)ctx;
    (void)ret_out;
    return 0;
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
    static const struct reply_error OFFLINE = {503, "offline", "the camera is not connected"};
    static const struct reply_error TIMEOUT = {504, "timeout",
                                               "the camera did not deliver a picture in time"};
    static const struct reply_error BUSY = {503, "too-many",
                                            "the camera is taking as many stills as it can"};
    static const struct reply_error FAILED = {502, "failed", "the camera could not take a still"};
    reply_error_late(still->stream, still->json,
                     error == -ENOTCONN    ? &OFFLINE
                     : error == -ETIMEDOUT ? &TIMEOUT
                     : error == -EBUSY     ? &BUSY
                                           : &FAILED);
}

void still_reply(const struct call *call, struct http_request *request, struct camera *camera,
                 enum capture_kind kind, int64_t timeout_us)
{
    static const struct http_stream_ops OPS = {.next = still_next, .closed = still_closed};
    struct still *still = mem_new(struct still);
    still->guest.leave = still_leave;
    still->json = reply_is_json_path(http_path(request));
    list_append(&call->api->guests, &still->guest.node);
    still->stream = http_hold(request, &OPS, still);
    still->capture = capture_begin(camera, kind, timeout_us, still_done, still);
}
