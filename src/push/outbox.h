/* What waits to be told to a controlled device (docs/protocol.md, 1.2). Not a queue but what is to
 * be: of several starts and stops the last one counts, and so of several stills; settings add up.
 * So it is bounded however slowly the device reads, and what it reads at last is true. Plain data,
 * zero is empty; guarded by its owner. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "camera/camera.h"

struct outbox {
    enum { OUTBOX_NO_CHANGE, OUTBOX_START, OUTBOX_STOP } run;
    struct camera_wish wish; /* of start */
    json_t *values;          /* object to be set, or NULL */
    uint32_t still;          /* its request number, 0 = none */
    bool time;
};

void outbox_finish(struct outbox *outbox);

void outbox_start(struct outbox *outbox, const struct camera_wish *wish);
void outbox_stop(struct outbox *outbox);
void outbox_set(struct outbox *outbox, json_t *values); /* borrows them */
void outbox_time(struct outbox *outbox);
void outbox_capture(struct outbox *outbox, uint32_t request);

/* Takes the next message out: 1 and *ret_buf, the text at PACKET_TRANSPORT_ROOM up to the end; 0:
 * nothing waits; -ENOMEM. now_us is what `time` carries: when it goes. */
int outbox_next(struct outbox *outbox, int64_t now_us, struct buf **ret_buf)
    __attribute__((warn_unused_result));
