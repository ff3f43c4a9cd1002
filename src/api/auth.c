#include "api/auth.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "access/credential.h"
#include "access/proxy.h"
#include "net/outbound.h"
#include "service/accounts.h"

void auth_cookie(const char *secret, bool is_secure, char ret_value[AUTH_COOKIE_MAX_BYTES])
{
    snprintf(ret_value, AUTH_COOKIE_MAX_BYTES,
             "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%d%s",
             is_secure ? AUTH_COOKIE_SECURE : AUTH_COOKIE, secret ? secret : "",
             secret ? ACCOUNTS_SESSION_IDLE_S : 0, is_secure ? "; Secure" : "");
}

static bool is_trusted(const void *ctx, const char *address)
{
    const struct api_proxies *proxies = ctx;
    struct outbound_range range;
    return outbound_range_parse(address, &range) == 0 &&
           outbound_ranges_have(proxies->trusted, proxies->n_trusted, range.address);
}

bool auth_is_proxied(const struct api_door *door, const struct http_request *request)
{
    return is_trusted(&door->api->params.proxies, http_peer(request));
}

void auth_client(const struct api_door *door, const struct http_request *request,
                 char out[PROXY_ADDRESS_MAX_BYTES])
{
    if (auth_is_proxied(door, request))
        proxy_client(http_header_text(request, HTTP_FORWARDED_FOR),
                     http_header_text(request, HTTP_FORWARDED_LAST), http_peer(request), is_trusted,
                     &door->api->params.proxies, out);
    else
        snprintf(out, PROXY_ADDRESS_MAX_BYTES, "%s", http_peer(request));
}

bool auth_is_secure(const struct api_door *door, const struct http_request *request)
{
    return door->is_secure || (auth_is_proxied(door, request) &&
                               proxy_says_https(http_header_text(request, HTTP_FORWARDED_PROTO),
                                                http_header_text(request, HTTP_FORWARDED)));
}

/* For players that can send no header, the token may be in the address; only for pictures, because
 * addresses are kept in histories and logs. */
static bool takes_token_in_address(const struct route *route)
{
    return route && (route->action == ACTION_WATCH || route->action == ACTION_FILES ||
                     route->action == ACTION_SHARED);
}

/* 0 and the token; -ENOENT: none; -EINVAL: it cannot be a token. */
static int shown_token(const struct http_request *request, const struct route *route,
                       char ret_secret[SECRET_CHARS + 1])
{
    char text[SECRET_CHARS + 2];
    const char *authorization = http_header_text(request, HTTP_AUTHORIZATION);
    if (authorization)
        return credential_token(authorization, ret_secret);
    if (!takes_token_in_address(route) || !http_query(request, "token", text, sizeof(text)))
        return -ENOENT;
    return credential_check(text, ret_secret);
}

/* The user that a trusted proxy names. The secret is required, because other programs on the
 * proxy's machine have its address too. */
static bool by_proxy(const struct api_door *door, const struct http_request *request,
                     struct principal *ret_principal)
{
    const struct api_proxies *proxies = &door->api->params.proxies;
    const char *name = proxies->secret ? http_header_text(request, proxies->user) : NULL;
    return name && auth_is_proxied(door, request) &&
           proxy_secret_is(http_header_text(request, HTTP_PROXY_SECRET), proxies->secret) &&
           service_by_proxy(door->api->params.service, name, ret_principal) == 0;
}

int auth_principal(const struct api_door *door, const struct http_request *request,
                   const struct route *route, struct principal *ret_principal,
                   struct problem *ret_problem)
{
    struct service *service = door->api->params.service;
    char secret[SECRET_CHARS + 1];
    if (door->is_control) {
        *ret_principal = service_owner();
        return 0;
    }
    if (route && route->action == ACTION_CONNECT) {
        *ret_principal = (struct principal){.kind = PRINCIPAL_DEVICE};
        return 0;
    }
    int r = shown_token(request, route, secret);
    if (r == 0)
        r = service_by_token(service, secret, ret_principal);
    else if (r == -ENOENT)
        r = 1;
    if (r < 0)
        return problem_set(ret_problem, PROBLEM_NOT_LOGGED_IN, NULL,
                           "this token is unknown, or has expired");
    if (r > 0 && by_proxy(door, request, ret_principal))
        r = 0;
    const char *cookies = http_header_text(request, HTTP_COOKIE);
    const char *name = auth_is_secure(door, request) ? AUTH_COOKIE_SECURE : AUTH_COOKIE;
    if (r > 0 && cookies && credential_cookie(cookies, name, secret) == 0)
        r = service_by_session(service, secret, ret_principal) == 0 ? 0 : 1;
    if (r > 0)
        *ret_principal = service_anyone(service, door->is_loopback && !http_is_forwarded(request) &&
                                                     !auth_is_proxied(door, request));
    return 0;
}

static const char *kind_name(enum principal_kind kind)
{
    static const char *const NAMES[] = {
        [PRINCIPAL_ANYONE] = "anyone", [PRINCIPAL_OWNER] = "owner",
        [PRINCIPAL_DEVICE] = "device", [PRINCIPAL_USER] = "user",
        [PRINCIPAL_TOKEN] = "token",   [PRINCIPAL_SCHEDULE] = "schedule",
        [PRINCIPAL_BROKER] = "broker", [PRINCIPAL_SHARE] = "share",
    };
    return NAMES[kind];
}

const char *auth_access(const struct api *api)
{
    return service_access(api->params.service) == SERVICE_OPEN ? "open" : "accounts";
}

json_t *auth_describe(const struct api *api, const struct principal *principal)
{
    json_t *cameras = principal->is_narrowed ? json_array() : json_null();
    for (size_t i = 0; i < principal->n_rights; i++)
        json_array_append_new(cameras, json_string(principal->rights[i].camera));
    return json_pack("{s:s, s:s, s:s, s:o, s:b, s:s}", "principal", kind_name(principal->kind),
                     "name", principal->name, "role", access_role_name(principal->role), "cameras",
                     cameras, "needs_setup", service_setup_token(api->params.service) != NULL,
                     "access", auth_access(api));
}
