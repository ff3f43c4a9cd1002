/* Commands that need a password, which is hashed on a thread, a few at a time. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "service/accounts.h"
#include "service/internal.h"

int64_t access_now_s(const struct service *service)
{
    return clock_wall_us(service->params.clock) / US_PER_S;
}

enum service_access service_access(const struct service *service)
{
    return service->params.access;
}

struct principal service_anyone(const struct service *service, bool on_loopback)
{
    const struct service_params *params = &service->params;
    struct principal anyone = {.kind = PRINCIPAL_ANYONE, .on_loopback = on_loopback};
    if (params->access == SERVICE_OPEN)
        anyone.role = params->open_role;
    else if (on_loopback && accounts_is_empty(&service->accounts))
        anyone.role = ACCESS_VIEWER;
    return anyone;
}

struct principal service_owner(void)
{
    return (struct principal){.kind = PRINCIPAL_OWNER, .role = ACCESS_ADMIN};
}

int service_by_session(struct service *service, const char *secret, struct principal *ret_principal)
{
    return accounts_by_session(&service->accounts, secret, access_now_s(service), ret_principal);
}

int service_by_token(struct service *service, const char *secret, struct principal *ret_principal)
{
    const int64_t now_s = access_now_s(service);
    if (accounts_by_token(&service->accounts, secret, now_s, ret_principal) == 0)
        return 0;
    return shares_by_secret(&service->shares, secret, now_s, ret_principal);
}

int service_by_proxy(struct service *service, const char *name, struct principal *ret_principal)
{
    return accounts_by_name(&service->accounts, name, ret_principal);
}

bool service_is_current(struct service *service, const struct principal *principal)
{
    if (principal->kind == PRINCIPAL_ANYONE)
        return service_anyone(service, principal->on_loopback).role >= principal->role;
    if (principal->kind == PRINCIPAL_USER || principal->kind == PRINCIPAL_TOKEN)
        return accounts_is_current(&service->accounts, principal, access_now_s(service));
    if (principal->kind == PRINCIPAL_SHARE)
        return shares_is_current(&service->shares, principal, access_now_s(service));
    return true;
}

void service_listen_access(struct service *service, struct service_access_listener *listener)
{
    list_append(&service->access_listeners, &listener->node);
}

void access_changed(struct service *service)
{
    registry_ask_for_devices(service->params.registry, service->params.admin_adopts &&
                                                           service->params.access != SERVICE_OPEN &&
                                                           accounts_has_admin(&service->accounts));
    list_for_each (listener, &service->access_listeners, struct service_access_listener, node)
        listener->changed(listener->ctx);
}

const char *service_setup_token(struct service *service)
{
    if (service->params.access == SERVICE_OPEN || accounts_has_admin(&service->accounts))
        return NULL;
    if (!service->setup_token[0])
        secret_create(service->setup_token);
    return service->setup_token;
}

/* --- Work on a thread. --- */

struct password_work {
    struct pool_work work;
    struct service_job *job;
    char name[ACCOUNTS_NAME_MAX + 1];
    bool checks, has_user; /* check the old password against known_hash */
    char known_hash[PASSWORD_HASH_MAX_BYTES];
    char old_password[PASSWORD_MAX_BYTES + 1];
    char new_password[PASSWORD_MAX_BYTES + 1]; /* "" = unchanged */
    struct grant grant;                        /* of a new user, or to be set */
    bool is_new, is_setup, logs_in, sets_grant;
    bool asks_code, sets_factor;
    char code[FACTOR_TYPED_MAX_BYTES]; /* "" = none */
    char agent[ACCOUNTS_AGENT_MAX_BYTES + 1];
    struct tries_network network; /* by which tries are counted, if a password is checked */
    struct tries_ticket ticket;
    /* Results. */
    bool is_right;
    int error;
    char new_hash[PASSWORD_HASH_MAX_BYTES];
};

static void run(struct pool_work *pool_work)
{
    struct password_work *work = list_entry(pool_work, struct password_work, work);
    work->is_right =
        !work->checks || password_is(work->old_password, work->has_user ? work->known_hash : NULL);
    if (work->is_right && work->new_password[0])
        work->error = password_hash(work->new_password, work->new_hash);
}

static void destroy(struct password_work *work)
{
    password_forget(work->old_password);
    password_forget(work->new_password);
    password_forget(work->code);
    mem_free(work);
}

/* Removes what could not be stored, so that the command can be repeated. */
static void finish_session(struct service_job *job)
{
    struct accounts *accounts = &job->service->accounts;
    char hash[SECRET_HASH_CHARS + 1];
    if (!job->error)
        return;
    secret_hash(job->object, hash);
    struct store *store = accounts->store;
    accounts->store = NULL;
    list_for_each (session, &accounts->sessions, struct session, node)
        if (secret_hash_equal(session->hash, hash))
            accounts_remove_session(accounts, session);
    accounts->store = store;
}

/* What is to be counted of a password that was looked at; error: of the code, 0 = right. */
static void end_try(struct service *service, const struct password_work *work, bool is_right,
                    int error)
{
    const int64_t now_us = clock_now_us(service->params.clock);
    if (!work->checks)
        return;
    if (is_right && error && error != -EKEYREJECTED)
        tries_cancel(&service->tries, &work->ticket, now_us);
    else if (tries_end(&service->tries, &work->ticket, is_right && !error, now_us))
        log_warn("service", NULL, "a login as \"%s\" failed", work->name);
}

/* Without an administrator, the server is open to the next one who sets it up. */
static int would_be_last_admin(const struct accounts *accounts, const struct user *user,
                               const struct grant *grant, struct problem *ret_problem)
{
    if ((grant->role == ACCESS_ADMIN && !grant->is_narrowed) ||
        !accounts_is_last_admin(accounts, user))
        return 0;
    return problem_set(ret_problem, PROBLEM_INVALID, NULL,
                       "\"%s\" is the last administrator; add another one first", user->name);
}

static int set_factor(struct password_work *work, struct user *user)
{
    snprintf(work->job->object, sizeof(work->job->object), "%s", work->name);
    return factor_change(work->job, user, work->code);
}

/* 0, or the job's problem is filled in. */
static int apply(struct password_work *work)
{
    struct service *service = work->job->service;
    struct accounts *accounts = &service->accounts;
    struct user *user = accounts_user(accounts, work->name);
    /* The user may have been changed, removed or added meanwhile. */
    const bool is_same = user && strcmp(user->hash, work->known_hash) == 0;
    const bool is_right = work->is_right && (!work->checks || is_same);
    const int code_error = is_right && work->asks_code
                               ? factor_check(service, user, work->code, &work->job->problem)
                               : 0;
    end_try(service, work, is_right, code_error);
    if (code_error)
        return code_error;
    if (work->error)
        return problem_set(&work->job->problem, PROBLEM_NO_MEMORY, NULL,
                           "not enough memory to hash a password");
    if (!is_right)
        return problem_set(&work->job->problem, PROBLEM_BAD_LOGIN, NULL,
                           "the name or the password is wrong");
    if (work->is_new && user)
        return problem_set(&work->job->problem, PROBLEM_EXISTS, NULL, "a user has this name");
    if (!work->is_new && !user)
        return problem_set(&work->job->problem, PROBLEM_NO_SUCH, NULL, "there is no user \"%s\"",
                           work->name);
    if (work->sets_factor)
        return set_factor(work, user);
    /* Rights that were not part of the request may have been changed meanwhile. */
    const struct grant grant = user && !work->sets_grant ? user->grant : work->grant;
    if (work->is_setup && accounts_has_admin(accounts))
        return problem_set(&work->job->problem, PROBLEM_BAD_LOGIN, NULL,
                           "there is an administrator already");
    if (user && would_be_last_admin(accounts, user, &grant, &work->job->problem) < 0)
        return -EINVAL;
    if (work->new_password[0] &&
        accounts_put_user(accounts, work->name, work->new_hash, &grant, &user) < 0)
        return problem_set(&work->job->problem, PROBLEM_TOO_MANY, NULL,
                           "there are %d users already", ACCOUNTS_USERS_MAX);
    snprintf(work->job->object, sizeof(work->job->object), "%s", work->name);
    if (work->logs_in) {
        tries_know(&service->tries, work->network, clock_now_us(service->params.clock));
        (void)accounts_add_session(accounts, user, work->agent, access_now_s(service),
                                   work->job->object);
        work->job->finish = finish_session;
    }
    return 0;
}

static void done(struct pool_work *pool_work)
{
    struct password_work *work = list_entry(pool_work, struct password_work, work);
    struct service *service = work->job->service;
    job_begin(service, NULL);
    if (apply(work) < 0) {
        job_cancel(service);
        job_refuse(work->job);
    } else {
        job_store(work->job);
        access_changed(service);
    }
    destroy(work);
}

static int check_password(const char *password, struct problem *ret_problem)
{
    const size_t len = strlen(password);
    if (len >= PASSWORD_MIN_BYTES && len <= PASSWORD_MAX_BYTES)
        return 0;
    return problem_set(ret_problem, PROBLEM_INVALID, NULL, "a password has %d to %d bytes",
                       PASSWORD_MIN_BYTES, PASSWORD_MAX_BYTES);
}

static int check_name(const char *name, struct problem *ret_problem)
{
    if (text_is_id(name))
        return 0;
    return problem_set(ret_problem, PROBLEM_INVALID, NULL, "a name is 1 to 32 of a-z, 0-9 and -");
}

static struct password_work *create(const char *name, const struct service_login *login)
{
    struct password_work *work = mem_new(struct password_work);
    struct text text = text_over(work->agent, sizeof(work->agent));
    work->work.run = run;
    work->work.done = done;
    snprintf(work->name, sizeof(work->name), "%s", name);
    text_add(&text, "%s", login ? login->agent : "");
    if (login && login->code)
        snprintf(work->code, sizeof(work->code), "%s", login->code);
    if (login)
        work->network = tries_network_of(login->peer);
    for (char *p = work->agent; *p; p++) /* JSON is UTF-8; browsers send ASCII */
        if (*p < ' ' || *p > '~')
            *p = '?';
    return work;
}

/* Takes the work. */
static int submit(struct service *service, struct password_work *takes_work,
                  struct service_waiter *waiter, struct problem *ret_problem)
{
    struct password_work *work = takes_work;
    enum tries_answer answer = service->pool ? TRIES_GO : TRIES_BUSY;
    if (answer == TRIES_GO && work->checks)
        answer = tries_begin(&service->tries, work->network, clock_now_us(service->params.clock),
                             &work->ticket);
    if (answer == TRIES_GO && pool_submit(service->pool, &work->work) < 0) {
        if (work->checks)
            tries_cancel(&service->tries, &work->ticket, clock_now_us(service->params.clock));
        answer = TRIES_BUSY;
    }
    if (answer != TRIES_GO) {
        destroy(work);
        return problem_set(ret_problem, PROBLEM_BUSY, NULL,
                           answer == TRIES_BUSY
                               ? "too many logins at once; try again"
                               : "too many wrong passwords; try again in a minute");
    }
    work->job = job_create(service, waiter);
    return 0;
}

int service_login(const struct permit *permit, const struct service_login *login,
                  struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_LOGIN);
    struct service *service = permit->service;
    const struct user *user = accounts_user(&service->accounts, login->name);
    if (strlen(login->password) > PASSWORD_MAX_BYTES)
        return check_password(login->password, ret_problem);
    struct password_work *work = create(login->name, login);
    work->checks = work->logs_in = work->asks_code = true;
    work->has_user = user != NULL;
    if (user)
        memcpy(work->known_hash, user->hash, sizeof(user->hash));
    snprintf(work->old_password, sizeof(work->old_password), "%s", login->password);
    return submit(service, work, waiter, ret_problem);
}

int service_set_up(const struct permit *permit, const char *setup_token,
                   const struct service_login *login, struct service_waiter *waiter,
                   struct problem *ret_problem)
{
    assert(permit->action == ACTION_LOGIN);
    struct service *service = permit->service;
    char shown[SECRET_HASH_CHARS + 1], ours[SECRET_HASH_CHARS + 1];
    const char *wanted = service_setup_token(service);
    secret_hash(setup_token, shown);
    secret_hash(wanted ? wanted : "", ours);
    if (!wanted || !secret_hash_equal(shown, ours)) {
        return problem_set(ret_problem, PROBLEM_BAD_LOGIN, NULL,
                           "that is not the setup token; the server's log has it");
    }
    int error = check_name(login->name, ret_problem);
    if (!error)
        error = check_password(login->password, ret_problem);
    if (error)
        return error;
    struct password_work *work = create(login->name, login);
    work->is_new = work->is_setup = work->logs_in = true;
    work->grant = (struct grant){.role = ACCESS_ADMIN};
    snprintf(work->new_password, sizeof(work->new_password), "%s", login->password);
    return submit(service, work, waiter, ret_problem);
}

int service_change_password(const struct permit *permit, const char *old_password,
                            const struct service_login *login, struct service_waiter *waiter,
                            struct problem *ret_problem)
{
    assert(permit->action == ACTION_OWN);
    struct service *service = permit->service;
    const struct principal *principal = permit->principal;
    const struct user *user = principal->kind == PRINCIPAL_USER
                                  ? accounts_user(&service->accounts, principal->name)
                                  : NULL;
    if (!user)
        return problem_set(ret_problem, PROBLEM_UNSUPPORTED, NULL, "only users have a password");
    const int error = check_password(login->password, ret_problem);
    if (error)
        return error;
    if (strlen(old_password) > PASSWORD_MAX_BYTES)
        return check_password(old_password, ret_problem);
    struct password_work *work = create(user->name, login);
    work->checks = work->has_user = work->logs_in = true;
    work->network = tries_network_of_user(user->name);
    memcpy(work->known_hash, user->hash, sizeof(user->hash));
    snprintf(work->old_password, sizeof(work->old_password), "%s", old_password);
    snprintf(work->new_password, sizeof(work->new_password), "%s", login->password);
    return submit(service, work, waiter, ret_problem);
}

int service_set_factor(const struct permit *permit, const struct service_login *login,
                       struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_OWN);
    struct service *service = permit->service;
    const struct principal *principal = permit->principal;
    const struct user *user = principal->kind == PRINCIPAL_USER
                                  ? accounts_user(&service->accounts, principal->name)
                                  : NULL;
    if (!user)
        return problem_set(ret_problem, PROBLEM_UNSUPPORTED, NULL,
                           "only users have a second factor");
    if (strlen(login->password) > PASSWORD_MAX_BYTES)
        return check_password(login->password, ret_problem);
    struct password_work *work = create(user->name, login);
    work->checks = work->has_user = work->sets_factor = true;
    work->network = tries_network_of_user(user->name);
    memcpy(work->known_hash, user->hash, sizeof(user->hash));
    snprintf(work->old_password, sizeof(work->old_password), "%s", login->password);
    return submit(service, work, waiter, ret_problem);
}

/* --- Users. --- */

static int read_grant(const struct service_user *user, const struct grant *before,
                      struct grant *ret_grant, struct problem *ret_problem)
{
    char cameras[GRANT_CAMERAS_MAX_BYTES] = "*";
    if (before)
        grant_cameras(before, cameras);
    if (grant_read(user->role ? user->role : access_role_name(before ? before->role : 0),
                   user->cameras ? user->cameras : cameras, ret_grant) == 0)
        return 0;
    return problem_set(ret_problem, PROBLEM_INVALID, NULL,
                       "role is viewer, operator or admin; cameras are up to %d ids",
                       ACCESS_RIGHTS_MAX);
}

int service_add_user(const struct permit *permit, const struct service_user *user,
                     struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_ACCOUNTS);
    struct service *service = permit->service;
    struct grant grant;
    int error = check_name(user->name, ret_problem);
    if (!error)
        error = check_password(user->password ? user->password : "", ret_problem);
    if (!error)
        error = read_grant(user, NULL, &grant, ret_problem);
    if (error)
        return error;
    if (accounts_user(&service->accounts, user->name))
        return problem_set(ret_problem, PROBLEM_EXISTS, NULL, "a user has this name");
    struct password_work *work = create(user->name, NULL);
    work->is_new = true;
    work->grant = grant;
    snprintf(work->new_password, sizeof(work->new_password), "%s", user->password);
    return submit(service, work, waiter, ret_problem);
}

int service_change_user(const struct permit *permit, const struct service_user *user,
                        struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_ACCOUNTS);
    struct service *service = permit->service;
    struct user *known = accounts_user(&service->accounts, user->name);
    struct grant grant;
    if (!known)
        return problem_set(ret_problem, PROBLEM_NO_SUCH, NULL, "there is no user \"%s\"",
                           user->name);
    int error = read_grant(user, &known->grant, &grant, ret_problem);
    if (!error && user->password)
        error = check_password(user->password, ret_problem);
    if (error)
        return error;
    if (permit->principal->kind == PRINCIPAL_USER &&
        strcmp(permit->principal->name, user->name) == 0 &&
        (grant.role != ACCESS_ADMIN || grant.is_narrowed))
        return problem_set(ret_problem, PROBLEM_INVALID, NULL,
                           "you cannot take the role admin from yourself");
    error = would_be_last_admin(&service->accounts, known, &grant, ret_problem);
    if (error)
        return error;
    if (!user->password) {
        job_begin(service, NULL);
        (void)!accounts_put_user(&service->accounts, known->name, known->hash, &grant, &known);
        (void)job_commit(service, known->name, waiter, NULL);
        access_changed(service);
        return 0;
    }
    struct password_work *work = create(user->name, NULL);
    work->sets_grant = user->role || user->cameras;
    work->grant = grant;
    snprintf(work->new_password, sizeof(work->new_password), "%s", user->password);
    return submit(service, work, waiter, ret_problem);
}
