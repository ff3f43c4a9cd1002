#include <string.h>

#include "api/viewer.h"
#include "base/alloc.h"
#include "media/multipart.h"

/* multipart/x-mixed-replace: short part headers between JPEGs, which are sent from their packets
 * without copying. */
struct mjpeg {
    struct viewer viewer;
    enum multipart_form form;
    enum { STEP_OPEN, STEP_BEFORE, STEP_JPEG, STEP_AFTER } step;
    struct packet *packet; /* to be sent in STEP_JPEG; else NULL */
};

/* Does one step: 1: send *ret_out; 0: continue with the next step; -1: out of
 * memory. */
static int mjpeg_step(struct mjpeg *mjpeg, struct net_out *ret_out)
{
    char head[MULTIPART_HEAD_MAX_BYTES];
    size_t len = 0;
    switch (mjpeg->step) {
    case STEP_OPEN:
        len = multipart_open(mjpeg->form, head);
        mjpeg->step = STEP_BEFORE;
        break;
    case STEP_BEFORE:
        len = multipart_before(mjpeg->form, packet_unit_len_bytes(mjpeg->packet), head);
        mjpeg->step = STEP_JPEG;
        break;
    case STEP_JPEG:
        mjpeg->step = STEP_AFTER;
        (void)viewer_send(mjpeg->packet, mjpeg->packet->unit_off, ret_out);
        packet_unref(&mjpeg->packet);
        return 1;
    case STEP_AFTER:
        len = multipart_after(mjpeg->form, head);
        mjpeg->step = STEP_BEFORE;
        break;
    }
    return len > 0 ? viewer_send_copy(head, len, ret_out) : 0;
}

static int mjpeg_next(struct viewer *viewer, struct net_out *ret_out)
{
    struct mjpeg *mjpeg = list_entry(viewer, struct mjpeg, viewer);
    for (;;) {
        if (mjpeg->step == STEP_BEFORE && !mjpeg->packet)
            mjpeg->packet = viewer_packet(viewer);
        if (mjpeg->step == STEP_BEFORE && !mjpeg->packet)
            return 0;
        int result = mjpeg_step(mjpeg, ret_out);
        if (result != 0)
            return result;
    }
}

static void mjpeg_finish(struct viewer *viewer)
{
    packet_unref(&list_entry(viewer, struct mjpeg, viewer)->packet);
}

void mjpeg_get(const struct call *call, struct http_request *request)
{
    static const struct viewer_ops OPS = {.content_type = MULTIPART_CONTENT_TYPE,
                                          .rendition = RENDITION_JPEG,
                                          .next = mjpeg_next,
                                          .finish = mjpeg_finish};
    char value[16];
    struct mjpeg *mjpeg = mem_new(struct mjpeg);
    /* Software for printers reads Content-Length: its addresses have no id. */
    bool classic = strncmp(http_path(request), "/stream/", strlen("/stream/")) != 0 ||
                   http_query(request, "classic", value, sizeof(value)) ||
                   (http_query(request, "action", value, sizeof(value)) &&
                    strcmp(value, "stream") == 0); /* as mjpg-streamer has it */
    mjpeg->form = classic ? MULTIPART_CLASSIC : MULTIPART_FAST;
    viewer_reply(call, request, &OPS, &mjpeg->viewer);
}
