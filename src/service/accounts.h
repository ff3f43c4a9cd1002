/* Commands about who may ask: logging in, users, sessions, tokens. As service/service.h; loop only.
 */
#pragma once
#include "access/accounts.h"
#include "service/service.h"

/* What the store remembers; called while it is opened, ctx is the service. */
void service_load_user(void *service, const struct store_user *row);
void service_load_session(void *service, const struct store_session *row);
void service_load_token(void *service, const struct store_token *row);

const struct accounts *service_accounts(const struct service *service);

/* The secret that makes its holder the first administrator, or NULL: there is one. Made when it is
 * first asked for. */
const char *service_setup_token(struct service *service);

/* --- Logging in. waiter->done has the secret of the new session as object. A password is checked
 * on a thread; at most a few wait, more are PROBLEM_BUSY. --- */

struct service_login {
    const char *name, *password;
    const char *agent; /* what the browser calls itself; "" = unknown */
};
/* ACTION_LOGIN. */
int service_login(const struct permit *permit, const struct service_login *login,
                  struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
/* ACTION_LOGIN: with the setup token, makes the first administrator and logs it in. */
int service_set_up(const struct permit *permit, const char *setup_token,
                   const struct service_login *login, struct service_waiter *waiter,
                   struct problem *ret_problem) __attribute__((warn_unused_result));
/* ACTION_OWN: another password for oneself; all of one's sessions end, and a new one begins. */
int service_change_password(const struct permit *permit, const char *old_password,
                            const struct service_login *login, struct service_waiter *waiter,
                            struct problem *ret_problem) __attribute__((warn_unused_result));

/* --- ACTION_ACCOUNTS. waiter->done has the user's name as object. --- */

struct service_user {
    const char *name;
    const char *password; /* NULL = as it is */
    const char *role;     /* NULL = as it is */
    const char *cameras;  /* "*", or ids separated by blanks; NULL = as they are */
};
int service_add_user(const struct permit *permit, const struct service_user *user,
                     struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
int service_change_user(const struct permit *permit, const struct service_user *user,
                        struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
int service_remove_user(const struct permit *permit, const char *name,
                        struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));

struct service_token {
    const char *name, *role, *cameras;
    int64_t expires_s; /* wall clock; 0 = never */
};
/* The secret is told this once. */
int service_add_token(const struct permit *permit, const struct service_token *token,
                      char ret_secret[SECRET_CHARS + 1], char ret_id[SECRET_ID_CHARS + 1],
                      struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
int service_remove_token(const struct permit *permit, const char *id, struct service_waiter *waiter,
                         struct problem *ret_problem) __attribute__((warn_unused_result));

/* ACTION_OWN: one's own session; those of others with the role admin on the server. */
int service_remove_session(const struct permit *permit, const char *id,
                           struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
/* ACTION_OWN: whether this session is to be listed. */
bool service_may_see_session(const struct permit *permit, const struct session *session);
