/* Tells receivers outside what moves. Each receiver has a bounded queue of its own and is told one
 * thing at a time; what fails is retried. A receiver that is down costs its own queue alone. Loop
 * only. */
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
void tell_destroy(struct tell *tell); /* what waits is lost; takes NULL */

/* Replaces all receivers. What waits for those that are still there, and their figures, stay. */
void tell_set(struct tell *tell, const struct receiver *receivers, unsigned n);

/* Takes the notice's reference to its picture. Of a movement's end only webhooks are told. */
void tell_notice(struct tell *tell, const struct notice *takes_notice);

struct tell_view {
    const struct receiver *receiver;
    uint64_t sent, failed, dropped; /* dropped: the queue was full */
    unsigned queued;
    const char
        *error; /* of the last attempt, a sentence; "" = it was delivered, or there was none */
};
/* False: there are no more. */
bool tell_view(const struct tell *tell, unsigned index, struct tell_view *ret_view);

enum { TELL_QUEUE_MAX = 16, TELL_ATTEMPTS_MAX = 5 };
