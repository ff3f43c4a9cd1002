/* Sends notices of movements to external receivers. Each receiver has a separate bounded queue and
 * gets one notice at a time; failures are retried. A receiver that is down does not delay others.
 * Loop only. */
#pragma once
#include "base/clock.h"
#include "net/client.h"
#include "tell/notice.h"

struct tell;

struct tell_params {
    struct net *net;
    const struct clock *clock;
    struct outbound_policy policy; /* which addresses receivers may have; its ranges are borrowed */
    int64_t retry_us; /* before the first retry, then four times longer each; 0 = 2 s */
};
struct tell *tell_create(const struct tell_params *params) __attribute__((returns_nonnull));
void tell_destroy(struct tell *tell); /* waiting notices are lost; takes NULL */

/* Replaces all receivers. Those that remain keep their queue and counters. */
void tell_set(struct tell *tell, const struct receiver *receivers, unsigned n);

/* Takes the notice's reference to its picture. Only webhooks get a movement's end. */
void tell_notice(struct tell *tell, const struct notice *takes_notice);

struct tell_view {
    const struct receiver *receiver;
    uint64_t sent, failed, dropped; /* dropped: the queue was full */
    unsigned queued;
    /* Of the last attempt, a sentence; "" = delivered, or no attempt. */
    const char *error;
};
/* False: no more receivers. */
bool tell_view(const struct tell *tell, unsigned index, struct tell_view *ret_view);

enum { TELL_QUEUE_MAX = 16, TELL_ATTEMPTS_MAX = 5 };
