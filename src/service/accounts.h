/* Commands about access: logging in, users, sessions, tokens. Like service/service.h; loop only.
 */
#pragma once
#include "access/accounts.h"
#include "service/service.h"

/* Loads rows from the store; called while it is opened. */
void service_load_user(void *service, const struct store_user *row);
void service_load_session(void *service, const struct store_session *row);
void service_load_factor(void *service, const struct store_factor *row);
void service_load_token(void *service, const struct store_token *row);

const struct accounts *service_accounts(const struct service *service);

/* The secret with which the first administrator is created; NULL: there is an administrator. Made
 * on first use. */
const char *service_setup_token(struct service *service);

/* --- Logging in. waiter->done has the secret of the new session as object. A password is checked
 * on a thread; at most a few wait, more are PROBLEM_BUSY. --- */

struct service_login {
    const char *name, *password;
    const char *agent; /* the browser's User-Agent; "" = unknown */
    const char *peer;  /* the client's address: wrong passwords are counted by it */
    const char *code;  /* of the second factor; NULL = not given */
};
/* ACTION_LOGIN. */
int service_login(const struct permit *permit, const struct service_login *login,
                  struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
/* ACTION_LOGIN: with the setup token, makes the first administrator and logs it in. */
int service_set_up(const struct permit *permit, const char *setup_token,
                   const struct service_login *login, struct service_waiter *waiter,
                   struct problem *ret_problem) __attribute__((warn_unused_result));
/* ACTION_OWN: changes one's password; ends all of one's sessions and begins a new one. */
int service_change_password(const struct permit *permit, const char *old_password,
                            const struct service_login *login, struct service_waiter *waiter,
                            struct problem *ret_problem) __attribute__((warn_unused_result));

/* --- The second factor: a code of an authenticator app (RFC 6238), or a recovery code. --- */

struct service_offer {
    char secret[TOTP_SECRET_CHARS + 1]; /* in Base32 */
    char uri[160];                      /* otpauth:, for a QR code */
    char codes[FACTOR_CODES][FACTOR_CODE_CHARS + 1];
};
/* ACTION_OWN: whether it is asked for, and how many recovery codes are left. */
int service_own_factor(const struct permit *permit, bool *ret_is_on, unsigned *ret_codes,
                       struct problem *ret_problem) __attribute__((warn_unused_result));
/* ACTION_OWN: a new one, shown this once. It is asked for once a code of it was given. */
int service_offer_factor(const struct permit *permit, struct service_offer *ret,
                         struct problem *ret_problem) __attribute__((warn_unused_result));
/* ACTION_OWN: login has one's password, and the code of what was offered; or NULL: turns it off. */
int service_set_factor(const struct permit *permit, const struct service_login *login,
                       struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));
/* ACTION_ACCOUNTS: of somebody who lost it. */
int service_reset_factor(const struct permit *permit, const char *name,
                         struct service_waiter *waiter, struct problem *ret_problem)
    __attribute__((warn_unused_result));

/* --- ACTION_ACCOUNTS. waiter->done has the user's name as object. --- */

struct service_user {
    const char *name;
    const char *password; /* NULL = unchanged */
    const char *role;     /* NULL = unchanged */
    const char *cameras;  /* "*", or ids separated by blanks; NULL = unchanged */
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
/* The secret is returned only here. */
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
