/* How much of the archive each camera may take. */
#pragma once
#include "service/service.h"

enum { QUOTA_MIN_BYTES = 1000000 };

/* ACTION_QUOTAS: {"cameras":{"porch":10737418240}}; a new reference. */
json_t *service_quotas(const struct permit *permit)
    __attribute__((returns_nonnull, warn_unused_result));

/* ACTION_QUOTAS: merges the like, where null ends a camera's quota. Items beyond one are removed
 * soon after it is stored. */
int service_change_quotas(const struct permit *permit, json_t *json, struct service_waiter *waiter,
                          struct problem *ret_problem) __attribute__((warn_unused_result));

/* Loads what is stored, before the loop runs. */
void service_load_quotas(struct service *service, const char *text);

/* 0 = none. */
uint64_t service_quota(const struct service *service, const char *camera);
