/* Logging in, and users, sessions and tokens. */
#include "service/accounts.h"

#include <errno.h>
#include <string.h>

#include "api/auth.h"
#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"
#include "base/text.h"

static const json_int_t EXPIRES_MAX_S = 100LL * 365 * 86400;

static const char *text_of(json_t *body, const char *member)
{
    return json_string_value(json_object_get(body, member));
}

static void reply_bad_body(struct http_request *request, const char *detail)
{
    struct problem problem;
    (void)problem_set(&problem, PROBLEM_BAD_MESSAGE, NULL, "%s", detail);
    reply_problem(request, &problem);
}

/* --- One's own session and password. --- */

void session_get(const struct call *call, struct http_request *request)
{
    reply_json(request, 200, auth_describe(call->api, &call->principal));
}

static const char *agent_of(const struct http_request *request)
{
    const char *agent = http_header_text(request, HTTP_USER_AGENT);
    return agent ? agent : "";
}

static void settle(struct held *held, struct http_request *request, int error,
                   const struct problem *problem)
{
    held_settle(held, request, error ? problem : NULL, NULL);
}

void session_post(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const struct service_login login = {.name = text_of(body, "name"),
                                        .password = text_of(body, "password"),
                                        .agent = agent_of(request),
                                        .peer = call->client,
                                        .code = text_of(body, "code")};
    if (!login.name || !login.password ||
        json_object_size(body) != 2 + (size_t)(login.code != NULL)) {
        reply_bad_body(request, "the body must be {\"name\":\"…\",\"password\":\"…\"}, and may "
                                "have \"code\"");
    } else {
        struct problem problem;
        struct held *held = held_create(call, HELD_LOGIN);
        settle(held, request, service_login(&call->permit, &login, held_waiter(held), &problem),
               &problem);
    }
    json_decref(body);
}

/* The fragment of an address stays in the browser: no log has the token. */
void setup_get(const struct call *call, struct http_request *request)
{
    const char *token = service_setup_token(call->api->params.service);
    struct problem problem;
    if (!token) {
        (void)problem_set(&problem, PROBLEM_NO_SUCH, NULL,
                          "there is nothing to set up: the server has an administrator, or access "
                          "= open");
        reply_problem(request, &problem);
        return;
    }
    json_t *links = json_array();
    for (const char *const *page = call->api->pages; page && *page; page++)
        json_array_append_new(links, json_sprintf("%s#setup=%s", *page, token));
    reply_json(request, 200, json_pack("{s:s, s:o}", "token", token, "links", links));
}

void setup_post(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const char *token = text_of(body, "token");
    const struct service_login login = {.name = text_of(body, "name"),
                                        .password = text_of(body, "password"),
                                        .agent = agent_of(request),
                                        .peer = call->client};
    if (!token || !login.name || !login.password || json_object_size(body) != 3) {
        reply_bad_body(request,
                       "the body must be {\"token\":\"…\",\"name\":\"…\",\"password\":\"…\"}");
    } else {
        struct problem problem;
        struct held *held = held_create(call, HELD_LOGIN);
        settle(held, request,
               service_set_up(&call->permit, token, &login, held_waiter(held), &problem), &problem);
    }
    json_decref(body);
}

void password_post(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const char *old_password = text_of(body, "password");
    const struct service_login login = {.password = text_of(body, "new_password"),
                                        .agent = agent_of(request),
                                        .peer = call->client};
    if (!old_password || !login.password || json_object_size(body) != 2) {
        reply_bad_body(request, "the body must be {\"password\":\"…\",\"new_password\":\"…\"}");
    } else {
        struct problem problem;
        struct held *held = held_create(call, HELD_LOGIN);
        settle(held, request,
               service_change_password(&call->permit, old_password, &login, held_waiter(held),
                                       &problem),
               &problem);
    }
    json_decref(body);
}

/* Logs out: its session ends. */
void session_delete(const struct call *call, struct http_request *request)
{
    char cookie[AUTH_COOKIE_MAX_BYTES];
    struct permit permit;
    struct problem problem;
    struct held *held = held_create(call, HELD_LOGOUT);
    if (call->principal.kind == PRINCIPAL_USER &&
        service_permit(call->api->params.service, &call->principal, ACTION_OWN, NULL, &permit,
                       &problem) == 0) {
        settle(held, request,
               service_remove_session(&permit, call->principal.credential, held_waiter(held),
                                      &problem),
               &problem);
        return;
    }
    held_destroy(held);
    auth_cookie(NULL, call->is_secure, cookie);
    const struct http_field field = {"set-cookie", cookie};
    reply(request, &(struct http_response){.status = 204, .fields = &field, .n_fields = 1});
}

/* --- Sessions. --- */

void sessions_get(const struct call *call, struct http_request *request)
{
    json_t *list = json_array();
    list_for_each (session, &service_accounts(call->api->params.service)->sessions,
                   const struct session, node)
        if (service_may_see_session(&call->permit, session))
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:o, s:o, s:b}", "id", session->id,
                                            "user", session->user->name, "agent", session->agent,
                                            "created", reply_instant(session->created_s), "used",
                                            reply_instant(session->used_s), "current",
                                            strcmp(session->id, call->principal.credential) == 0));
    reply_json(request, 200, json_pack("{s:o}", "sessions", list));
}

void sessions_delete(const struct call *call, struct http_request *request)
{
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    settle(held, request,
           service_remove_session(&call->permit, call->id, held_waiter(held), &problem), &problem);
}

/* --- Users. --- */

/* Reads null as "*", and a list of ids as ids separated by blanks; false: neither. */
static bool read_cameras(json_t *body, struct text *out, const char **ret_cameras)
{
    json_t *cameras = json_object_get(body, "cameras"), *camera;
    size_t i;
    *ret_cameras = NULL;
    if (!cameras)
        return true;
    *ret_cameras = out->bytes;
    if (json_is_null(cameras)) {
        text_add(out, "*");
        return true;
    }
    if (!json_is_array(cameras))
        return false;
    json_array_foreach(cameras, i, camera)
    {
        const char *id = json_string_value(camera);
        if (!id || !text_is_id(id))
            return false;
        text_add(out, "%s%s", i ? " " : "", id);
    }
    return !out->cut;
}

static json_t *cameras_json(const struct grant *grant)
{
    json_t *cameras = grant->is_narrowed ? json_array() : json_null();
    for (size_t i = 0; i < grant->n_cameras; i++)
        json_array_append_new(cameras, json_string(grant->cameras[i]));
    return cameras;
}

void users_get(const struct call *call, struct http_request *request)
{
    json_t *list = json_array();
    list_for_each (user, &service_accounts(call->api->params.service)->users, const struct user,
                   node)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:o, s:b}", "name", user->name, "role",
                                        access_role_name(user->grant.role), "cameras",
                                        cameras_json(&user->grant), "totp", user->factor.is_on));
    reply_json(request, 200, json_pack("{s:o}", "users", list));
}

static const char USER_BODY[] = "the body may have \"name\", \"password\", \"role\" and "
                                "\"cameras\", a list of ids or null for all";

/* Only known members, with the right types. */
static bool is_user_body(json_t *body)
{
    const char *name;
    json_t *value;
    json_object_foreach(body, name, value)
    {
        const bool is_text =
            strcmp(name, "name") == 0 || strcmp(name, "password") == 0 || strcmp(name, "role") == 0;
        if (is_text ? !json_is_string(value) : strcmp(name, "cameras") != 0)
            return false;
    }
    return true;
}

static void put_user(const struct call *call, struct http_request *request, const char *name)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    char cameras[GRANT_CAMERAS_MAX_BYTES] = "";
    struct text text = text_over(cameras, sizeof(cameras));
    struct service_user user = {.name = name ? name : text_of(body, "name"),
                                .password = text_of(body, "password"),
                                .role = text_of(body, "role")};
    if (!is_user_body(body) || !user.name || !read_cameras(body, &text, &user.cameras) ||
        (name && json_object_get(body, "name"))) {
        reply_bad_body(request, USER_BODY);
    } else {
        struct problem problem;
        struct held *held = held_create(call, name ? HELD_NOTHING : HELD_CREATED_USER);
        const int error =
            name ? service_change_user(&call->permit, &user, held_waiter(held), &problem)
                 : service_add_user(&call->permit, &user, held_waiter(held), &problem);
        settle(held, request, error, &problem);
    }
    json_decref(body);
}

void users_post(const struct call *call, struct http_request *request)
{
    put_user(call, request, NULL);
}

void users_patch(const struct call *call, struct http_request *request)
{
    put_user(call, request, call->id);
}

void users_delete(const struct call *call, struct http_request *request)
{
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    settle(held, request, service_remove_user(&call->permit, call->id, held_waiter(held), &problem),
           &problem);
}

/* --- Tokens. --- */

void tokens_get(const struct call *call, struct http_request *request)
{
    json_t *list = json_array();
    list_for_each (token, &service_accounts(call->api->params.service)->tokens, const struct token,
                   node)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "id", token->id, "name",
                            token->name, "role", access_role_name(token->grant.role), "cameras",
                            cameras_json(&token->grant), "created", reply_instant(token->created_s),
                            "expires", reply_instant(token->expires_s), "used",
                            reply_instant(token->used_s)));
    reply_json(request, 200, json_pack("{s:o}", "tokens", list));
}

void tokens_post(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    char cameras[GRANT_CAMERAS_MAX_BYTES] = "";
    struct text text = text_over(cameras, sizeof(cameras));
    struct service_token token = {.name = text_of(body, "name"), .role = text_of(body, "role")};
    json_t *expires = json_object_get(body, "expires_s");
    const size_t n_members =
        2 + (size_t)(expires != NULL) + (size_t)(json_object_get(body, "cameras") != NULL);
    const bool is_fine = token.name && token.role && read_cameras(body, &text, &token.cameras) &&
                         (!expires || json_is_null(expires) ||
                          (json_is_integer(expires) && json_integer_value(expires) > 0 &&
                           json_integer_value(expires) <= EXPIRES_MAX_S)) &&
                         json_object_size(body) == n_members;
    if (!is_fine) {
        reply_bad_body(request, "the body must be {\"name\":\"…\",\"role\":\"…\"}, and may have "
                                "\"cameras\" and \"expires_s\", seconds from now");
    } else {
        struct problem problem;
        char secret[SECRET_CHARS + 1], id[SECRET_ID_CHARS + 1];
        const int64_t now_s = clock_wall_us(call->api->params.clock) / US_PER_S;
        struct held *held = held_create(call, HELD_CREATED_TOKEN);
        if (!token.cameras)
            token.cameras = "*";
        if (json_is_integer(expires))
            token.expires_s = now_s + json_integer_value(expires);
        const int error =
            service_add_token(&call->permit, &token, secret, id, held_waiter(held), &problem);
        held_settle(
            held, request, error ? &problem : NULL,
            error ? NULL
                  : json_pack("{s:s, s:s, s:s}", "id", id, "name", token.name, "token", secret));
    }
    json_decref(body);
}

void tokens_delete(const struct call *call, struct http_request *request)
{
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    settle(held, request,
           service_remove_token(&call->permit, call->id, held_waiter(held), &problem), &problem);
}
