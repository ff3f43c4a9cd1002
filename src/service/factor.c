/* The second factor: asked for by logins, offered to its user, confirmed, removed. */
#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "service/accounts.h"
#include "service/internal.h"

int factor_check(struct service *service, struct user *user, const char *code,
                 struct problem *ret_problem)
{
    const int64_t now_us = clock_now_us(service->params.clock);
    struct tries_ticket ticket;
    if (!user->factor.is_on)
        return 0;
    if (!code[0])
        return problem_set(ret_problem, PROBLEM_CODE_NEEDED, NULL,
                           "the code of the authenticator app is needed as well");
    /* By the user, too: its codes are few, and addresses are cheap. */
    if (tries_begin(&service->tries, tries_network_of_code(user->name), now_us, &ticket) !=
        TRIES_GO)
        return problem_set(ret_problem, PROBLEM_BUSY, NULL,
                           "too many wrong codes; try again in a minute");
    const bool is_right = factor_takes(&user->factor, code, access_now_s(service));
    if (tries_end(&service->tries, &ticket, is_right, now_us))
        log_warn("service", NULL, "a login as \"%s\" had the right password and a wrong code",
                 user->name);
    if (!is_right) {
        (void)problem_set(ret_problem, PROBLEM_CODE_NEEDED, NULL,
                          "the code is wrong, or was used before");
        return -EKEYREJECTED;
    }
    accounts_set_factor(&service->accounts, user, &user->factor);
    return 0;
}

static json_t *factor_json(const struct factor *factor)
{
    char state[FACTOR_TEXT_MAX];
    if (!factor->is_on)
        return json_null();
    factor_format(factor, state);
    return json_string(state);
}

/* Puts back what could not be changed on disk. */
static void undo_factor(struct service *service, const char *name, json_t *before)
{
    struct accounts *accounts = &service->accounts;
    struct user *user = accounts_user(accounts, name);
    struct factor factor = {0};
    struct store *store = accounts->store;
    if (!user || (json_is_string(before) && factor_parse(json_string_value(before), &factor) < 0))
        return;
    accounts->store = NULL;
    accounts_set_factor(accounts, user, &factor);
    accounts->store = store;
}

int factor_change(struct service_job *job, struct user *user, const char *code)
{
    struct service *service = job->service;
    struct factor factor = {0};
    if (code[0]) {
        factor = user->offered;
        if (!factor.codes[0][0] || !factor_takes_time_code(&factor, code, access_now_s(service))) {
            (void)problem_set(&job->problem, PROBLEM_CODE_NEEDED, NULL,
                              "the code does not fit; the clocks of this server and of the phone "
                              "may differ by half a minute");
            return -EKEYREJECTED;
        }
        factor.is_on = true;
    }
    job_undo(job, undo_factor, factor_json(&user->factor));
    user->offered = (struct factor){0};
    accounts_set_factor(&service->accounts, user, &factor);
    log_info("service", NULL, "the second factor of \"%s\" is %s", user->name,
             factor.is_on ? "on" : "off");
    return 0;
}

static struct user *own_user(const struct permit *permit, struct problem *ret_problem)
{
    assert(permit->action == ACTION_OWN);
    struct user *user = permit->principal->kind == PRINCIPAL_USER
                            ? accounts_user(&permit->service->accounts, permit->principal->name)
                            : NULL;
    if (!user)
        (void)problem_set(ret_problem, PROBLEM_UNSUPPORTED, NULL,
                          "only users have a second factor");
    return user;
}

int service_own_factor(const struct permit *permit, bool *ret_is_on, unsigned *ret_codes,
                       struct problem *ret_problem)
{
    const struct user *user = own_user(permit, ret_problem);
    if (!user)
        return -ENOTSUP;
    *ret_is_on = user->factor.is_on;
    *ret_codes = user->factor.is_on ? factor_codes_left(&user->factor) : 0;
    return 0;
}

int service_offer_factor(const struct permit *permit, struct service_offer *ret,
                         struct problem *ret_problem)
{
    struct user *user = own_user(permit, ret_problem);
    if (!user)
        return -ENOTSUP;
    factor_create(&user->offered, ret->codes);
    totp_base32(user->offered.secret, sizeof(user->offered.secret), ret->secret);
    snprintf(ret->uri, sizeof(ret->uri), "otpauth://totp/eyelid:%s?secret=%s&issuer=eyelid",
             user->name, ret->secret);
    return 0;
}

int service_reset_factor(const struct permit *permit, const char *name,
                         struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_ACCOUNTS);
    struct service *service = permit->service;
    struct user *user = accounts_user(&service->accounts, name);
    if (!user)
        return problem_set(ret_problem, PROBLEM_NO_SUCH, NULL, "there is no user \"%s\"", name);
    json_t *before = factor_json(&user->factor);
    job_begin(service, NULL);
    accounts_set_factor(&service->accounts, user, &(struct factor){0});
    job_undo(job_commit(service, name, waiter, NULL), undo_factor, before);
    log_info("service", NULL, "the second factor of \"%s\" was removed by %s", name,
             permit->principal->kind == PRINCIPAL_OWNER ? "this machine's owner"
                                                        : permit->principal->name);
    return 0;
}
