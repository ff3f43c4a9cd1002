/* The service: every action of eyelid is one function here. REST, the page's WebSocket and the
 * command line are adapters without rules: they name the principal and the action, get a permit or
 * a problem, and hand the permit to the function.
 *
 *     permit  = service_permit(principal, action, camera)   the policy is asked here, once
 *     service_rename(permit, name, waiter)                  accepted, or a problem
 *     waiter->done(waiter, problem)                         on disk, or a problem
 *     event_bus                                             events, to those who may see them
 *
 * Loop only. */
#pragma once
#include <jansson.h>

#include "access/policy.h"
#include "access/token.h"
#include "camera/capture.h"
#include "camera/registry.h"
#include "push/push.h"
#include "service/action.h"
#include "service/event.h"
#include "service/problem.h"

struct service;

enum service_access {
    SERVICE_OPEN, /* no accounts: everyone has the open role */
    /* Until there is an administrator, everyone on this machine is a viewer, and the holder of the
     * setup token can become the administrator. After that everyone has to log in. */
    SERVICE_ACCOUNTS,
};

struct service_params {
    struct net *net;
    struct registry *registry;
    const struct clock *clock;
    enum service_access access;
    enum access_role open_role; /* of everyone, under SERVICE_OPEN */
    /* New devices wait to be adopted once there is an administrator who can. */
    bool admin_adopts;
};

/* Borrows all that params points to. */
struct service *service_create(const struct service_params *params)
    __attribute__((returns_nonnull, warn_unused_result));
/* Before store_close: ends commands that are still working. */
void service_stop(struct service *service);
/* After all waiters and subscribers, and after store_close; before registry_destroy. Takes NULL. */
void service_destroy(struct service *service);

/* From now on commands wait for the store; without one nothing is stored, and a command is done in
 * the next turn of the loop. NULL: the store is about to be closed. */
void service_use_store(struct service *service, struct store *store);

/* From now on the commands of service/archive.h may be used; borrowed. NULL: it was closed. */
struct archive;
void service_use_archive(struct service *service, struct archive *archive);
/* NULL: there is none. */
struct archive *service_archive(const struct service *service);

struct event_bus *service_events(struct service *service);

/* --- Principals. --- */

enum service_access service_access(const struct service *service);

/* The principal without credentials. on_loopback: only this machine reaches the listener, and no
 * proxy says that it forwarded the request. */
struct principal service_anyone(const struct service *service, bool on_loopback);
/* The principal on this machine's control socket. */
struct principal service_owner(void);
/* The principal of a session's or token's secret; -ENOENT. */
int service_by_session(struct service *service, const char *secret, struct principal *ret_principal)
    __attribute__((warn_unused_result));
int service_by_token(struct service *service, const char *secret, struct principal *ret_principal)
    __attribute__((warn_unused_result));
/* By the name that a trusted proxy gives; -ENOENT: no such user. */
int service_by_proxy(struct service *service, const char *name, struct principal *ret_principal)
    __attribute__((warn_unused_result));
/* False if its session or token has ended, or the rights of everyone have changed. */
bool service_is_current(struct service *service, const struct principal *principal);

/* Called when rights may have been lost. Removed by the listener. */
struct service_access_listener {
    struct list node;
    void (*changed)(void *ctx);
    void *ctx;
};
void service_listen_access(struct service *service, struct service_access_listener *listener);

/* --- Permits. --- */

/* Permits the principal to do this, to this camera. Valid in the current turn of the loop. */
struct permit {
    struct service *service;
    const struct principal *principal;
    enum service_action action;
    struct camera *camera; /* NULL if the action is not about one camera */
};

/* Asks the policy. camera: an id if the action is about one camera, else ignored. A camera that the
 * principal may not see is reported as nonexistent. 0, or a negative errno and *ret_problem. */
int service_permit(struct service *service, const struct principal *principal,
                   enum service_action action, const char *camera, struct permit *ret_permit,
                   struct problem *ret_problem) __attribute__((warn_unused_result));

/* --- Devices. --- */

/* ACTION_CONNECT: as push_upgrade. */
int service_connect(const struct permit *permit, const struct push_knock *knock,
                    struct http_request *request, struct ws_accept *ret_accept)
    __attribute__((warn_unused_result));
/* Logs why a device was refused; see registry_log_refusal. */
void service_log_refusal(struct service *service, const char *device, const char *why);

/* --- Queries. --- */

/* ACTION_LIST, ACTION_METRICS: the next camera (NULL gives the first) that the principal
 * may see. */
struct camera *service_next(const struct permit *permit, const struct camera *camera);

/* For addresses without an id: the id of the number-th camera (from 0) whose pictures the principal
 * may have, in the order of the wall. -ENOENT. */
int service_numbered(struct service *service, const struct principal *principal, unsigned number,
                     char ret_id[CAMERA_ID_MAX + 1]) __attribute__((warn_unused_result));

/* ACTION_WATCH. */
struct lease *service_watch(const struct permit *permit, const struct lease_params *params)
    __attribute__((returns_nonnull, warn_unused_result));

/* ACTION_STILL, ACTION_KEEP or, for a frame of the stream, ACTION_WATCH. As capture_begin. */
struct capture *service_still(const struct permit *permit, enum capture_kind kind,
                              int64_t timeout_us,
                              void (*done)(void *ctx, int error, struct packet *still), void *ctx)
    __attribute__((returns_nonnull, warn_unused_result));

/* --- Commands with a lasting effect. Each returns 0, and waiter->done is called once, in a later
 * turn of the loop; or a negative errno and *ret_problem, and the waiter is not used. A failed
 * write is tried again when the same command is repeated. --- */

struct service_job;
struct service_waiter {
    /* problem: NULL = done, and on disk. object: the id of the camera, the name of the user, or the
     * secret of the session. */
    void (*done)(struct service_waiter *waiter, const char *object, const struct problem *problem);
    struct service_job *job; /* the service's; NULL while no command is pending */
};
/* Withdraws the waiter; its command continues. Also takes a waiter without a command. */
void service_forget(struct service_waiter *waiter);

struct service_network_camera {
    const char *id, *url;
    const char *name; /* NULL = its id */
};
/* ACTION_ADD: adds a network camera. */
int service_add(const struct permit *permit, const struct service_network_camera *camera,
                struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
/* ACTION_ADOPT; name: NULL = unchanged. */
int service_adopt(const struct permit *permit, const char *name, struct service_waiter *waiter,
                  struct problem *ret_problem) __attribute__((warn_unused_result));
/* ACTION_REVOKE: another token for the camera's device, which is told this once; the device that is
 * connected is sent away. */
int service_replace_token(const struct permit *permit, char ret_token[TOKEN_MADE_CHARS + 1],
                          struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
/* ACTION_RENAME. */
int service_rename(const struct permit *permit, const char *name, struct service_waiter *waiter,
                   struct problem *ret_problem) __attribute__((warn_unused_result));
/* ACTION_REMOVE: removes the camera, once that is on disk. */
int service_remove(const struct permit *permit, struct service_waiter *waiter,
                   struct problem *ret_problem) __attribute__((warn_unused_result));

/* ACTION_SEE_LAYOUT: the arrangement of the wall of cameras; an object, a new reference. */
json_t *service_layout(const struct permit *permit)
    __attribute__((returns_nonnull, warn_unused_result));
/* ACTION_ARRANGE: {"order":[ids],"hidden":[ids],"groups":[{"name":text,"cameras":[ids]}]},
 * which replaces the previous one. It may contain ids of removed cameras. */
int service_arrange(const struct permit *permit, json_t *layout, struct service_waiter *waiter,
                    struct problem *ret_problem) __attribute__((warn_unused_result));
/* Loads the stored layout, before the loop runs; an invalid one is ignored. */
void service_load_layout(struct service *service, const char *json);

enum service_set_mode {
    SERVICE_MERGE,   /* other controls stay as they are */
    SERVICE_REPLACE, /* other controls go back to their defaults */
};
/* ACTION_SET: values is an object of name → value. Accepted, not yet applied: a later EVENT_SETTING
 * with the number *ret_change has the result. */
int service_set(const struct permit *permit, json_t *values, enum service_set_mode mode,
                struct service_waiter *waiter, uint64_t *ret_change, struct problem *ret_problem)
    __attribute__((warn_unused_result));
/* ACTION_SEE: the newest changes of the camera's settings, those that have ended behind those that
 * have not, the newest of each first: [{"change":17,"state":"accepted", "applied", "corrected" or
 * "refused","values":{…},"detail":text}]. A new reference. */
json_t *service_changes(const struct permit *permit)
    __attribute__((returns_nonnull, warn_unused_result));
