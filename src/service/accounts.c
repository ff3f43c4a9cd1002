/* Users, tokens and sessions. */
#include "service/accounts.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "service/internal.h"

void service_load_user(void *service, const struct store_user *row)
{
    accounts_load_user(&((struct service *)service)->accounts, row);
}

void service_load_session(void *service, const struct store_session *row)
{
    accounts_load_session(&((struct service *)service)->accounts, row);
}

void service_load_factor(void *service, const struct store_factor *row)
{
    accounts_load_factor(&((struct service *)service)->accounts, row);
}

void service_load_token(void *service, const struct store_token *row)
{
    accounts_load_token(&((struct service *)service)->accounts, row);
}

const struct accounts *service_accounts(const struct service *service)
{
    return &service->accounts;
}

static int no_such(const char *what, const char *id, struct problem *ret_problem)
{
    return problem_set(ret_problem, PROBLEM_NO_SUCH, NULL, "there is no %s \"%s\"", what, id);
}

int service_remove_user(const struct permit *permit, const char *name,
                        struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_ACCOUNTS);
    struct service *service = permit->service;
    struct user *user = accounts_user(&service->accounts, name);
    if (!user)
        return no_such("user", name, ret_problem);
    if (strcmp(permit->principal->name, name) == 0 && permit->principal->kind == PRINCIPAL_USER)
        return problem_set(ret_problem, PROBLEM_INVALID, NULL,
                           "you cannot remove yourself; another administrator can");
    if (accounts_is_last_admin(&service->accounts, user))
        return problem_set(ret_problem, PROBLEM_INVALID, NULL,
                           "\"%s\" is the last administrator; add another one first", name);
    job_begin(service, NULL);
    accounts_remove_user(&service->accounts, user);
    (void)job_commit(service, name, waiter, NULL);
    access_changed(service);
    return 0;
}

/* Removes the token if storing it failed. */
static void finish_token(struct service_job *job)
{
    struct accounts *accounts = &job->service->accounts;
    struct token *token = accounts_token(accounts, job->object);
    if (!job->error || !token)
        return;
    struct store *store = accounts->store;
    accounts->store = NULL;
    accounts_remove_token(accounts, token);
    accounts->store = store;
}

int service_add_token(const struct permit *permit, const struct service_token *token,
                      char ret_secret[SECRET_CHARS + 1], char ret_id[SECRET_ID_CHARS + 1],
                      struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_ACCOUNTS);
    struct service *service = permit->service;
    struct grant grant;
    struct token *added;
    if (!text_is_id(token->name))
        return problem_set(ret_problem, PROBLEM_INVALID, NULL,
                           "a name is 1 to 32 of a-z, 0-9 and -");
    if (grant_read(token->role, token->cameras, &grant) < 0)
        return problem_set(ret_problem, PROBLEM_INVALID, NULL,
                           "role is viewer, operator or admin; cameras are up to %d ids",
                           ACCESS_RIGHTS_MAX);
    job_begin(service, NULL);
    if (accounts_add_token(&service->accounts, token->name, &grant, token->expires_s,
                           access_now_s(service), ret_secret, &added) < 0) {
        job_cancel(service);
        return problem_set(ret_problem, PROBLEM_TOO_MANY, NULL, "there are %d tokens already",
                           ACCOUNTS_TOKENS_MAX);
    }
    memcpy(ret_id, added->id, sizeof(added->id));
    (void)job_commit(service, added->id, waiter, finish_token);
    return 0;
}

int service_remove_token(const struct permit *permit, const char *id, struct service_waiter *waiter,
                         struct problem *ret_problem)
{
    assert(permit->action == ACTION_ACCOUNTS);
    struct service *service = permit->service;
    struct token *token = accounts_token(&service->accounts, id);
    if (!token)
        return no_such("token", id, ret_problem);
    job_begin(service, NULL);
    accounts_remove_token(&service->accounts, token);
    (void)job_commit(service, id, waiter, NULL);
    access_changed(service);
    return 0;
}

bool service_may_see_session(const struct permit *permit, const struct session *session)
{
    assert(permit->action == ACTION_OWN);
    const struct principal *principal = permit->principal;
    const bool is_own =
        principal->kind == PRINCIPAL_USER && strcmp(session->user->name, principal->name) == 0;
    return is_own || access_allows(principal, ACCESS_ADMIN, ACCESS_SERVER, NULL);
}

int service_remove_session(const struct permit *permit, const char *id,
                           struct service_waiter *waiter, struct problem *ret_problem)
{
    struct service *service = permit->service;
    struct session *session = accounts_session(&service->accounts, id);
    if (!session || !service_may_see_session(permit, session))
        return no_such("session", id, ret_problem);
    job_begin(service, NULL);
    accounts_remove_session(&service->accounts, session);
    (void)job_commit(service, id, waiter, NULL);
    access_changed(service);
    return 0;
}
