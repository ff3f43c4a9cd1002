/* Commands about share links. Like service/service.h; loop only. */
#pragma once
#include "access/share.h"
#include "service/service.h"

enum { SERVICE_SHARE_MAX_S = 366 * 24 * 3600 };

/* Loads a row from the store; called while it is opened. */
void service_load_share(void *service, const struct store_share *row);

/* ACTION_SHARES: those that have not expired. */
const struct shares *service_shares(const struct permit *permit);

struct service_share {
    const char *camera;
    int64_t item; /* of the archive; 0 = the camera, live */
    int64_t expires_in_s;
};
/* ACTION_SHARES. The secret is returned only here. */
int service_add_share(const struct permit *permit, const struct service_share *share,
                      char ret_secret[SECRET_CHARS + 1], char ret_id[SECRET_ID_CHARS + 1],
                      struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
/* ACTION_SHARES: its visitors are disconnected. */
int service_remove_share(const struct permit *permit, const char *id, struct service_waiter *waiter,
                         struct problem *ret_problem) __attribute__((warn_unused_result));

/* ACTION_SHARED: the visitor's share. */
const struct share *service_shared(const struct permit *permit) __attribute__((returns_nonnull));
/* The camera of it; NULL: it was removed. */
const struct camera *service_shared_camera(const struct permit *permit);
/* The same; counts that it was opened. */
const struct share *service_open_share(const struct permit *permit)
    __attribute__((returns_nonnull));
/* ACTION_SHARED: the permit to watch the camera that is shared live, or to read the item that is
 * shared. */
int service_permit_shared(const struct permit *permit, struct permit *ret_permit,
                          struct problem *ret_problem) __attribute__((warn_unused_result));
