/* Authentication: the principal of a request, by its session cookie, its token or its listener.
 * Only for src/api. */
#pragma once
#include "api/endpoint.h"
#include "api/routes.h"

/* The session's cookie. Requests from other sites carry it only for links (SameSite), and scripts
 * cannot read it (HttpOnly). */
#define AUTH_COOKIE "eyelid_session"
/* The same over https, where an attacker on plain connections cannot have set it (RFC 6265bis
 * section 4.1.3.2). */
#define AUTH_COOKIE_SECURE "__Host-eyelid_session"

enum { AUTH_COOKIE_MAX_BYTES = 192 };
/* A Set-Cookie value; secret NULL: deletes the cookie. */
void auth_cookie(const char *secret, bool is_secure, char ret_value[AUTH_COOKIE_MAX_BYTES]);

/* The peer is a trusted proxy. */
bool auth_is_proxied(const struct api_door *door, const struct http_request *request);
/* The client's address: that of the connection, or as trusted proxies say. */
void auth_client(const struct api_door *door, const struct http_request *request,
                 char out[PROXY_ADDRESS_MAX_BYTES]);
/* The browser uses https, to this server or to a trusted proxy. */
bool auth_is_secure(const struct api_door *door, const struct http_request *request);

/* 0 and *ret_principal; or a negative errno and *ret_problem: the token is unknown. A request with
 * an expired session is treated as one without. */
int auth_principal(const struct api_door *door, const struct http_request *request,
                   const struct route *route, struct principal *ret_principal,
                   struct problem *ret_problem) __attribute__((warn_unused_result));

const char *auth_access(const struct api *api); /* "open" or "accounts" */

/* The principal and its rights as JSON; a new reference. */
json_t *auth_describe(const struct api *api, const struct principal *principal);
