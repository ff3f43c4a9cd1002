#include "access/accounts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"

/* The last use of a session is stored at most this often. */
enum { USED_WRITE_S = 3600 };

/* --- Grants. --- */

int grant_read(const char *role, const char *cameras, struct grant *ret_grant)
{
    struct grant grant = {0};
    if (access_role_find(role, &grant.role) < 0 || grant.role == ACCESS_NONE)
        return -EINVAL;
    grant.is_narrowed = strcmp(cameras, "*") != 0;
    for (const char *p = grant.is_narrowed ? cameras : ""; *(p += strspn(p, " "));) {
        const size_t n = strcspn(p, " ");
        if (grant.n_cameras == ACCESS_RIGHTS_MAX)
            return -E2BIG;
        if (n > ACCESS_CAMERA_MAX)
            return -EINVAL;
        char *camera = grant.cameras[grant.n_cameras++];
        memcpy(camera, p, n);
        camera[n] = '\0';
        if (!text_is_id(camera))
            return -EINVAL;
        p += n;
    }
    *ret_grant = grant;
    return 0;
}

void grant_cameras(const struct grant *grant, char ret[GRANT_CAMERAS_MAX_BYTES])
{
    struct text text = text_over(ret, GRANT_CAMERAS_MAX_BYTES);
    if (!grant->is_narrowed)
        text_add(&text, "*");
    for (size_t i = 0; i < grant->n_cameras; i++)
        text_add(&text, "%s%s", i ? " " : "", grant->cameras[i]);
}

static bool grant_equal(const struct grant *a, const struct grant *b)
{
    char of_a[GRANT_CAMERAS_MAX_BYTES], of_b[GRANT_CAMERAS_MAX_BYTES];
    grant_cameras(a, of_a);
    grant_cameras(b, of_b);
    return a->role == b->role && strcmp(of_a, of_b) == 0;
}

static struct principal principal_of(const struct grant *grant, enum principal_kind kind,
                                     const char *name, const char *id)
{
    struct principal principal = {.kind = kind,
                                  .role = grant->role,
                                  .is_narrowed = grant->is_narrowed,
                                  .n_rights = grant->n_cameras};
    for (size_t i = 0; i < grant->n_cameras; i++) {
        memcpy(principal.rights[i].camera, grant->cameras[i], sizeof(grant->cameras[i]));
        principal.rights[i].role = grant->role;
    }
    snprintf(principal.name, sizeof(principal.name), "%s", name);
    snprintf(principal.credential, sizeof(principal.credential), "%s", id);
    return principal;
}

/* --- Finding. --- */

void accounts_init(struct accounts *accounts)
{
    *accounts = (struct accounts){0};
    list_init(&accounts->users);
    list_init(&accounts->sessions);
    list_init(&accounts->tokens);
}

static void drop_session(struct accounts *accounts, struct session *session)
{
    list_remove(&session->node);
    accounts->n_sessions--;
    mem_free(session);
}

static void drop_token(struct accounts *accounts, struct token *token)
{
    list_remove(&token->node);
    accounts->n_tokens--;
    mem_free(token);
}

static void drop_user(struct accounts *accounts, struct user *user)
{
    list_for_each (session, &accounts->sessions, struct session, node)
        if (session->user == user)
            drop_session(accounts, session);
    list_remove(&user->node);
    accounts->n_users--;
    mem_free(user);
}

void accounts_finish(struct accounts *accounts)
{
    list_for_each (token, &accounts->tokens, struct token, node)
        drop_token(accounts, token);
    while (!list_empty(&accounts->users))
        drop_user(accounts, list_entry(accounts->users.next, struct user, node));
}

static bool is_admin(const struct user *user)
{
    return user->grant.role == ACCESS_ADMIN && !user->grant.is_narrowed;
}

bool accounts_has_admin(const struct accounts *accounts)
{
    list_for_each (user, &accounts->users, const struct user, node)
        if (is_admin(user))
            return true;
    return false;
}

bool accounts_is_empty(const struct accounts *accounts)
{
    return list_empty(&accounts->users) && list_empty(&accounts->tokens);
}

bool accounts_is_last_admin(const struct accounts *accounts, const struct user *user)
{
    list_for_each (other, &accounts->users, const struct user, node)
        if (other != user && is_admin(other))
            return false;
    return is_admin(user);
}

struct user *accounts_user(struct accounts *accounts, const char *name)
{
    list_for_each (user, &accounts->users, struct user, node)
        if (strcmp(user->name, name) == 0)
            return user;
    return NULL;
}

struct session *accounts_session(struct accounts *accounts, const char *id)
{
    list_for_each (session, &accounts->sessions, struct session, node)
        if (strcmp(session->id, id) == 0)
            return session;
    return NULL;
}

struct token *accounts_token(struct accounts *accounts, const char *id)
{
    list_for_each (token, &accounts->tokens, struct token, node)
        if (strcmp(token->id, id) == 0)
            return token;
    return NULL;
}

/* --- Users. --- */

static void write_user(const struct accounts *accounts, const struct user *user)
{
    char cameras[GRANT_CAMERAS_MAX_BYTES];
    grant_cameras(&user->grant, cameras);
    if (accounts->store)
        store_put_user(accounts->store,
                       &(struct store_user){.name = user->name,
                                            .hash = user->hash,
                                            .role = access_role_name(user->grant.role),
                                            .cameras = cameras});
}

static void end_sessions(struct accounts *accounts, const struct user *user)
{
    list_for_each (session, &accounts->sessions, struct session, node)
        if (session->user == user)
            accounts_remove_session(accounts, session);
}

int accounts_put_user(struct accounts *accounts, const char *name, const char *hash,
                      const struct grant *grant, struct user **ret_user)
{
    struct user *user = accounts_user(accounts, name);
    if (!user && accounts->n_users >= ACCOUNTS_USERS_MAX)
        return -ENOSPC;
    if (!user) {
        user = mem_new(struct user);
        snprintf(user->name, sizeof(user->name), "%s", name);
        list_append(&accounts->users, &user->node);
        accounts->n_users++;
    } else if (strcmp(user->hash, hash) != 0 || !grant_equal(&user->grant, grant)) {
        end_sessions(accounts, user);
    }
    if (hash != user->hash)
        snprintf(user->hash, sizeof(user->hash), "%s", hash);
    user->grant = *grant;
    write_user(accounts, user);
    *ret_user = user;
    return 0;
}

void accounts_remove_user(struct accounts *accounts, struct user *user)
{
    if (accounts->store)
        store_remove_user(accounts->store, user->name); /* also its sessions */
    drop_user(accounts, user);
}

void accounts_set_factor(struct accounts *accounts, struct user *user, const struct factor *factor)
{
    char state[FACTOR_TEXT_MAX];
    if (factor != &user->factor)
        user->factor = *factor;
    if (!accounts->store)
        return;
    if (user->factor.is_on) {
        factor_format(&user->factor, state);
        store_put_factor(accounts->store,
                         &(struct store_factor){.user = user->name, .state = state});
    } else {
        store_remove_factor(accounts->store, user->name);
    }
}

void accounts_load_factor(struct accounts *accounts, const struct store_factor *row)
{
    struct user *user = accounts_user(accounts, row->user);
    char codes[FACTOR_CODES][FACTOR_CODE_CHARS + 1];
    if (!user || factor_parse(row->state, &user->factor) == 0)
        return;
    /* It is asked for, and nobody can have it. */
    factor_create(&user->factor, codes);
    user->factor.is_on = true;
    log_error("access", NULL,
              "the second factor of \"%s\" is damaged; `eyelid user reset-totp %s` removes it",
              user->name, user->name);
}

void accounts_load_user(struct accounts *accounts, const struct store_user *row)
{
    struct grant grant;
    struct user *user;
    struct store *store = accounts->store;
    if (!text_is_id(row->name) || strlen(row->hash) >= PASSWORD_HASH_MAX_BYTES ||
        grant_read(row->role, row->cameras, &grant) < 0)
        return;
    accounts->store = NULL; /* it is in the store already */
    (void)!accounts_put_user(accounts, row->name, row->hash, &grant, &user);
    accounts->store = store;
}

/* --- Sessions. --- */

static void write_session(const struct accounts *accounts, const struct session *session)
{
    if (accounts->store)
        store_put_session(accounts->store, &(struct store_session){.id = session->id,
                                                                   .hash = session->hash,
                                                                   .user = session->user->name,
                                                                   .agent = session->agent,
                                                                   .created_s = session->created_s,
                                                                   .used_s = session->used_s});
}

static bool has_ended(const struct session *session, int64_t now_s)
{
    return now_s - session->used_s > ACCOUNTS_SESSION_IDLE_S;
}

static void make_room(struct accounts *accounts, int64_t now_s)
{
    struct session *oldest = NULL;
    list_for_each (session, &accounts->sessions, struct session, node)
        if (!oldest || session->used_s < oldest->used_s)
            oldest = session;
    if (oldest && (accounts->n_sessions >= ACCOUNTS_SESSIONS_MAX || has_ended(oldest, now_s)))
        accounts_remove_session(accounts, oldest);
}

static struct session *add_session(struct accounts *accounts, struct user *user)
{
    struct session *session = mem_new(struct session);
    session->user = user;
    list_append(&accounts->sessions, &session->node);
    accounts->n_sessions++;
    return session;
}

struct session *accounts_add_session(struct accounts *accounts, struct user *user,
                                     const char *agent, int64_t now_s,
                                     char ret_secret[SECRET_CHARS + 1])
{
    make_room(accounts, now_s);
    struct session *session = add_session(accounts, user);
    secret_create(ret_secret);
    secret_create_id(session->id);
    secret_hash(ret_secret, session->hash);
    struct text text = text_over(session->agent, sizeof(session->agent));
    text_add(&text, "%s", agent);
    session->created_s = session->used_s = now_s;
    write_session(accounts, session);
    return session;
}

void accounts_remove_session(struct accounts *accounts, struct session *session)
{
    if (accounts->store)
        store_remove_session(accounts->store, session->id);
    drop_session(accounts, session);
}

void accounts_load_session(struct accounts *accounts, const struct store_session *row)
{
    struct user *user = accounts_user(accounts, row->user);
    if (!user || strlen(row->id) != SECRET_ID_CHARS || strlen(row->hash) != SECRET_HASH_CHARS ||
        accounts->n_sessions >= ACCOUNTS_SESSIONS_MAX)
        return;
    struct session *session = add_session(accounts, user);
    memcpy(session->id, row->id, sizeof(session->id));
    memcpy(session->hash, row->hash, sizeof(session->hash));
    snprintf(session->agent, sizeof(session->agent), "%s", row->agent);
    session->created_s = row->created_s;
    session->used_s = row->used_s;
}

/* --- Tokens. --- */

static void write_token(const struct accounts *accounts, const struct token *token)
{
    char cameras[GRANT_CAMERAS_MAX_BYTES];
    grant_cameras(&token->grant, cameras);
    if (accounts->store)
        store_put_token(accounts->store,
                        &(struct store_token){.id = token->id,
                                              .hash = token->hash,
                                              .name = token->name,
                                              .role = access_role_name(token->grant.role),
                                              .cameras = cameras,
                                              .created_s = token->created_s,
                                              .expires_s = token->expires_s});
}

static struct token *add_token(struct accounts *accounts, const char *name,
                               const struct grant *grant)
{
    struct token *token = mem_new(struct token);
    snprintf(token->name, sizeof(token->name), "%s", name);
    token->grant = *grant;
    list_append(&accounts->tokens, &token->node);
    accounts->n_tokens++;
    return token;
}

int accounts_add_token(struct accounts *accounts, const char *name, const struct grant *grant,
                       int64_t expires_s, int64_t now_s, char ret_secret[SECRET_CHARS + 1],
                       struct token **ret_token)
{
    if (accounts->n_tokens >= ACCOUNTS_TOKENS_MAX)
        return -ENOSPC;
    struct token *token = add_token(accounts, name, grant);
    secret_create(ret_secret);
    secret_create_id(token->id);
    secret_hash(ret_secret, token->hash);
    token->created_s = now_s;
    token->expires_s = expires_s;
    write_token(accounts, token);
    *ret_token = token;
    return 0;
}

void accounts_remove_token(struct accounts *accounts, struct token *token)
{
    if (accounts->store)
        store_remove_token(accounts->store, token->id);
    drop_token(accounts, token);
}

void accounts_load_token(struct accounts *accounts, const struct store_token *row)
{
    struct grant grant;
    if (strlen(row->id) != SECRET_ID_CHARS || strlen(row->hash) != SECRET_HASH_CHARS ||
        accounts->n_tokens >= ACCOUNTS_TOKENS_MAX ||
        grant_read(row->role, row->cameras, &grant) < 0)
        return;
    struct token *token = add_token(accounts, row->name, &grant);
    memcpy(token->id, row->id, sizeof(token->id));
    memcpy(token->hash, row->hash, sizeof(token->hash));
    token->created_s = row->created_s;
    token->expires_s = row->expires_s;
}

/* --- Authentication. --- */

int accounts_by_session(struct accounts *accounts, const char *secret, int64_t now_s,
                        struct principal *ret_principal)
{
    char hash[SECRET_HASH_CHARS + 1];
    secret_hash(secret, hash);
    list_for_each (session, &accounts->sessions, struct session, node) {
        if (!secret_hash_equal(session->hash, hash))
            continue;
        if (has_ended(session, now_s)) {
            accounts_remove_session(accounts, session);
            return -ENOENT;
        }
        if (now_s - session->used_s >= USED_WRITE_S) {
            session->used_s = now_s;
            write_session(accounts, session);
        }
        *ret_principal =
            principal_of(&session->user->grant, PRINCIPAL_USER, session->user->name, session->id);
        return 0;
    }
    return -ENOENT;
}

static bool has_expired(const struct token *token, int64_t now_s)
{
    return token->expires_s && now_s >= token->expires_s;
}

int accounts_by_token(struct accounts *accounts, const char *secret, int64_t now_s,
                      struct principal *ret_principal)
{
    char hash[SECRET_HASH_CHARS + 1];
    secret_hash(secret, hash);
    list_for_each (token, &accounts->tokens, struct token, node) {
        if (!secret_hash_equal(token->hash, hash) || has_expired(token, now_s))
            continue;
        token->used_s = now_s;
        *ret_principal = principal_of(&token->grant, PRINCIPAL_TOKEN, token->name, token->id);
        return 0;
    }
    return -ENOENT;
}

int accounts_by_name(struct accounts *accounts, const char *name, struct principal *ret_principal)
{
    const struct user *user = accounts_user(accounts, name);
    if (!user)
        return -ENOENT;
    *ret_principal = principal_of(&user->grant, PRINCIPAL_USER, user->name, "");
    return 0;
}

/* For a user without a session: only its rights can have changed. */
static bool has_same_rights(struct accounts *accounts, const struct principal *principal)
{
    struct principal now;
    if (accounts_by_name(accounts, principal->name, &now) < 0 || now.role != principal->role ||
        now.is_narrowed != principal->is_narrowed || now.n_rights != principal->n_rights)
        return false;
    for (size_t i = 0; i < now.n_rights; i++)
        if (strcmp(now.rights[i].camera, principal->rights[i].camera) != 0)
            return false;
    return true;
}

bool accounts_is_current(struct accounts *accounts, const struct principal *principal,
                         int64_t now_s)
{
    const char *id = principal->credential;
    if (principal->kind == PRINCIPAL_USER && !id[0])
        return has_same_rights(accounts, principal);
    if (principal->kind == PRINCIPAL_USER) {
        const struct session *session = accounts_session(accounts, id);
        return session && !has_ended(session, now_s);
    }
    const struct token *token = accounts_token(accounts, id);
    return token && !has_expired(token, now_s);
}
