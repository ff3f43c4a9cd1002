/* Trying the address of a network camera before it is added, and changing it. As service/service.h;
 * loop only. */
#pragma once
#include "service/service.h"

enum { SERVICE_PROBES_MAX = 4 }; /* at a time */

struct service_probe;
/* ACTION_ADD: one picture from this address. 0, and done is called once, in a later turn of the
 * loop, with a picture, borrowed, or a problem; or a negative errno and *ret_problem. */
int service_probe(const struct permit *permit, const char *url,
                  void (*done)(void *ctx, struct packet *picture, const struct problem *problem),
                  void *ctx, struct service_probe **ret_probe, struct problem *ret_problem)
    __attribute__((warn_unused_result));
/* No call follows. Takes NULL. */
void service_probe_cancel(struct service_probe *probe);

/* ACTION_MOVE: another address for a network camera. */
int service_move(const struct permit *permit, const char *url, struct service_waiter *waiter,
                 struct problem *ret_problem) __attribute__((warn_unused_result));
