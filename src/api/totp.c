/* The second factor. */
#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"
#include "service/accounts.h"

void totp_get(const struct call *call, struct http_request *request)
{
    struct problem problem;
    bool is_on;
    unsigned codes;
    if (service_own_factor(&call->permit, &is_on, &codes, &problem) < 0)
        reply_problem(request, &problem);
    else
        reply_json(request, 200,
                   json_pack("{s:b, s:i}", "enabled", is_on, "recovery_codes", (int)codes));
}

/* The only answer that has the secret. */
void totp_post(const struct call *call, struct http_request *request)
{
    struct problem problem;
    struct service_offer offer;
    json_t *body = json_in_body(request);
    if (!body)
        return;
    if (json_object_size(body) != 0) {
        (void)problem_set(&problem, PROBLEM_BAD_MESSAGE, NULL, "the body must be {}");
        reply_problem(request, &problem);
    } else if (service_offer_factor(&call->permit, &offer, &problem) < 0) {
        reply_problem(request, &problem);
    } else {
        json_t *codes = json_array();
        for (unsigned i = 0; i < FACTOR_CODES; i++)
            json_array_append_new(codes, json_string(offer.codes[i]));
        reply_json(request, 201,
                   json_pack("{s:s, s:s, s:o}", "secret", offer.secret, "uri", offer.uri,
                             "recovery_codes", codes));
    }
    json_decref(body);
}

void totp_put(const struct call *call, struct http_request *request)
{
    struct problem problem;
    json_t *body = json_in_body(request);
    if (!body)
        return;
    json_t *code = json_object_get(body, "code");
    const struct service_login login = {.password =
                                            json_string_value(json_object_get(body, "password")),
                                        .agent = "",
                                        .peer = call->client,
                                        .code = json_string_value(code)};
    if (!login.password || json_object_size(body) != 2 ||
        !(json_is_null(code) || (login.code && login.code[0]))) {
        (void)problem_set(&problem, PROBLEM_BAD_MESSAGE, NULL,
                          "the body must be {\"password\":\"…\",\"code\":\"…\"}; code null turns "
                          "it off");
        reply_problem(request, &problem);
    } else {
        struct held *held = held_create(call, HELD_NOTHING);
        const int error = service_set_factor(&call->permit, &login, held_waiter(held), &problem);
        held_settle(held, request, error ? &problem : NULL, NULL);
    }
    json_decref(body);
}

void users_totp_delete(const struct call *call, struct http_request *request)
{
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    const int error = service_reset_factor(&call->permit, call->id, held_waiter(held), &problem);
    held_settle(held, request, error ? &problem : NULL, NULL);
}
