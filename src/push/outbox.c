#include "push/outbox.h"

#include <errno.h>

void outbox_finish(struct outbox *outbox)
{
    json_decref(outbox->values);
    *outbox = (struct outbox){0};
}

void outbox_start(struct outbox *outbox, const struct camera_wish *wish)
{
    outbox->run = OUTBOX_START;
    outbox->wish = *wish;
}

void outbox_stop(struct outbox *outbox)
{
    outbox->run = OUTBOX_STOP;
}

void outbox_set(struct outbox *outbox, json_t *values)
{
    if (!outbox->values)
        outbox->values = json_object();
    json_object_update(outbox->values, values);
}

void outbox_time(struct outbox *outbox)
{
    outbox->time = true;
}

void outbox_capture(struct outbox *outbox, uint32_t request)
{
    outbox->still = request;
}

void outbox_was_set(struct outbox *outbox)
{
    outbox->set_us = 0;
}

/* Settings come first, so that later stills are taken with them. A still comes last: taking it may
 * keep the device busy. NULL: nothing. */
static json_t *take_message(struct outbox *outbox, int64_t now_us)
{
    const bool may_set = !outbox->set_us || now_us - outbox->set_us >= OUTBOX_SET_US;
    if (outbox->values && may_set) {
        json_t *values = outbox->values;
        outbox->values = NULL;
        outbox->set_us = now_us;
        return json_pack("{s:s, s:o}", "type", "set", "values", values);
    }
    if (outbox->run != OUTBOX_NO_CHANGE) {
        const struct camera_wish *wish = &outbox->wish;
        bool start = outbox->run == OUTBOX_START;
        outbox->run = OUTBOX_NO_CHANGE;
        return start ? json_pack("{s:s, s:i, s:i, s:i}", "type", "start", "fps", wish->fps, "width",
                                 wish->width, "height", wish->height)
                     : json_pack("{s:s}", "type", "stop");
    }
    if (outbox->time) {
        outbox->time = false;
        return json_pack("{s:s, s:I}", "type", "time", "server_us", (json_int_t)now_us);
    }
    if (outbox->still && !outbox->values) {
        uint32_t request = outbox->still;
        outbox->still = 0;
        return json_pack("{s:s, s:I}", "type", "capture", "request", (json_int_t)request);
    }
    return NULL;
}

int outbox_next(struct outbox *outbox, int64_t now_us, struct buf **ret_buf)
{
    json_t *message = take_message(outbox, now_us);
    if (!message)
        return 0;
    size_t len = json_dumpb(message, NULL, 0, JSON_COMPACT);
    struct buf *buf = NULL;
    int r = len > 0 ? buf_create(PACKET_TRANSPORT_ROOM + len, &buf) : -ENOMEM;
    if (r == 0)
        json_dumpb(message, (char *)buf->data + PACKET_TRANSPORT_ROOM, len, JSON_COMPACT);
    json_decref(message);
    if (r < 0)
        return r;
    *ret_buf = buf;
    return 1;
}
