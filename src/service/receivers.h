/* External receivers of notices about movements. Loop only. */
#pragma once
#include "service/service.h"
#include "tell/tell.h"

/* ACTION_RECEIVERS: {"receivers":[…]}, without secrets, with their state; a new reference. */
json_t *service_receivers(const struct permit *permit)
    __attribute__((returns_nonnull, warn_unused_result));

/* ACTION_RECEIVERS: replaces all of them. */
int service_receivers_set(const struct permit *permit, const json_t *json,
                          struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));

/* ACTION_METRICS: their state, see tell_view. */
bool service_receiver_view(const struct permit *permit, unsigned index, struct tell_view *ret_view);

/* Loads the stored receivers. Before the loop runs; invalid ones are ignored. */
void service_load_receivers(struct service *service, const char *text);
