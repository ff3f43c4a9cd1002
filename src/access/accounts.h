/* Users, their sessions, and tokens of programs. In memory, loaded from the store at start and
 * written to it; access/password.h hashes passwords. Loop only.
 *
 * What a principal may do is decided by the policy (access/policy.h), not here. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "access/factor.h"
#include "access/password.h"
#include "access/policy.h"
#include "access/secret.h"
#include "base/list.h"
#include "store/store.h"

enum {
    ACCOUNTS_NAME_MAX = 32, /* of users and tokens, like ids of cameras */
    ACCOUNTS_AGENT_MAX_BYTES = 96,
    ACCOUNTS_USERS_MAX = 64,
    ACCOUNTS_SESSIONS_MAX = 256, /* beyond it the least recently used one ends */
    ACCOUNTS_TOKENS_MAX = 64,
    ACCOUNTS_SESSION_IDLE_S = 30 * 24 * 3600, /* sessions unused for this long end */
};

/* What a user or token may do. */
struct grant {
    enum access_role role;
    bool is_narrowed;
    char cameras[ACCESS_RIGHTS_MAX][ACCESS_CAMERA_MAX + 1];
    size_t n_cameras;
};

struct user {
    struct list node;
    char name[ACCOUNTS_NAME_MAX + 1];
    char hash[PASSWORD_HASH_MAX_BYTES];
    struct grant grant;
    struct factor factor;
    struct factor offered; /* shown to the user, not confirmed yet; in memory only */
};

struct session {
    struct list node;
    char id[SECRET_ID_CHARS + 1], hash[SECRET_HASH_CHARS + 1];
    struct user *user;
    char agent[ACCOUNTS_AGENT_MAX_BYTES + 1]; /* the browser's User-Agent */
    int64_t created_s, used_s;                /* wall clock */
};

struct token {
    struct list node;
    char id[SECRET_ID_CHARS + 1], hash[SECRET_HASH_CHARS + 1];
    char name[ACCOUNTS_NAME_MAX + 1];
    struct grant grant;
    int64_t created_s, expires_s, used_s; /* wall clock; expires_s 0 = never */
};

/* Plain data; the lists are for reading. */
struct accounts {
    struct store *store; /* NULL: nothing is stored */
    struct list users, sessions, tokens;
    unsigned n_users, n_sessions, n_tokens;
};

void accounts_init(struct accounts *accounts);
void accounts_finish(struct accounts *accounts);

/* Loads a row of the store; invalid ones are skipped. */
void accounts_load_user(struct accounts *accounts, const struct store_user *row);
void accounts_load_session(struct accounts *accounts, const struct store_session *row);
void accounts_load_factor(struct accounts *accounts, const struct store_factor *row);
void accounts_load_token(struct accounts *accounts, const struct store_token *row);

bool accounts_has_admin(const struct accounts *accounts); /* an admin of all cameras */
bool accounts_is_empty(const struct accounts *accounts);  /* neither users nor tokens */
bool accounts_is_last_admin(const struct accounts *accounts, const struct user *user);
struct user *accounts_user(struct accounts *accounts, const char *name);
struct session *accounts_session(struct accounts *accounts, const char *id);
struct token *accounts_token(struct accounts *accounts, const char *id);

/* Reads "*" or blank-separated ids of cameras; -EINVAL, -E2BIG. */
int grant_read(const char *role, const char *cameras, struct grant *ret_grant)
    __attribute__((warn_unused_result));
/* The inverse. */
enum { GRANT_CAMERAS_MAX_BYTES = ACCESS_RIGHTS_MAX * (ACCESS_CAMERA_MAX + 1) + 1 };
void grant_cameras(const struct grant *grant, char ret[GRANT_CAMERAS_MAX_BYTES]);

/* Adds or replaces. A user whose password or grant changed loses its sessions. -ENOSPC: too many.
 */
int accounts_put_user(struct accounts *accounts, const char *name, const char *hash,
                      const struct grant *grant, struct user **ret_user)
    __attribute__((warn_unused_result));
/* Sets and stores it, or removes it if it is not on. */
void accounts_set_factor(struct accounts *accounts, struct user *user, const struct factor *factor);
void accounts_remove_user(struct accounts *accounts, struct user *user); /* and its sessions */

/* A new session and its secret. */
struct session *accounts_add_session(struct accounts *accounts, struct user *user,
                                     const char *agent, int64_t now_s,
                                     char ret_secret[SECRET_CHARS + 1])
    __attribute__((returns_nonnull));
void accounts_remove_session(struct accounts *accounts, struct session *session);

/* A new token and its secret. -ENOSPC: too many. */
int accounts_add_token(struct accounts *accounts, const char *name, const struct grant *grant,
                       int64_t expires_s, int64_t now_s, char ret_secret[SECRET_CHARS + 1],
                       struct token **ret_token) __attribute__((warn_unused_result));
void accounts_remove_token(struct accounts *accounts, struct token *token);

/* The principal of this secret; -ENOENT: unknown or ended. Notes the time of use. */
int accounts_by_session(struct accounts *accounts, const char *secret, int64_t now_s,
                        struct principal *ret_principal) __attribute__((warn_unused_result));
int accounts_by_token(struct accounts *accounts, const char *secret, int64_t now_s,
                      struct principal *ret_principal) __attribute__((warn_unused_result));
/* The user that a trusted proxy names; -ENOENT. */
int accounts_by_name(struct accounts *accounts, const char *name, struct principal *ret_principal)
    __attribute__((warn_unused_result));
/* Whether the principal's credential is still valid, with the same rights. */
bool accounts_is_current(struct accounts *accounts, const struct principal *principal,
                         int64_t now_s);
