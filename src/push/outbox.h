/* Messages to be sent to a controlled device (docs/protocol.md, 1.2). Not a queue but a target
 * state: of several starts, stops and stills the last one counts; settings are
 * merged until earlier ones are answered. So it is bounded, however slowly the device reads, and
 * messages are always current. Plain data, zero is empty; guarded by its owner. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "camera/source.h"

struct outbox {
    enum { OUTBOX_NO_CHANGE, OUTBOX_START, OUTBOX_STOP } run;
    struct camera_wish wish; /* of start */
    json_t *values;          /* object to be set, or NULL */
    int64_t set_us;          /* when the unanswered settings were sent; 0 = none */
    uint32_t still;          /* its request number, 0 = none */
    bool time;
};

void outbox_finish(struct outbox *outbox);

void outbox_start(struct outbox *outbox, const struct camera_wish *wish);
void outbox_stop(struct outbox *outbox);
void outbox_set(struct outbox *outbox, json_t *values); /* borrows them */
void outbox_was_set(struct outbox *outbox);             /* the device has answered */
void outbox_time(struct outbox *outbox);
void outbox_capture(struct outbox *outbox, uint32_t request);

/* An answer is no longer awaited after this time. */
static const int64_t OUTBOX_SET_US = 2 * US_PER_S;

/* Takes the next message out: 1 and *ret_buf, the text from PACKET_TRANSPORT_ROOM to the end; 0:
 * nothing to send, or it must wait; -ENOMEM. now_us, the time of sending, is used for `time`. */
int outbox_next(struct outbox *outbox, int64_t now_us, struct buf **ret_buf)
    __attribute__((warn_unused_result));
