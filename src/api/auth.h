/* Who asks: the principal of a request, by its session cookie, its token or the listener that it
 * came in by. Only for src/api. */
#pragma once
#include "api/endpoint.h"
#include "api/routes.h"

/* Of a session. No other site can send it along with more than a link (SameSite), and no script can
 * read it (HttpOnly). */
#define AUTH_COOKIE "eyelid_session"

enum { AUTH_COOKIE_MAX_BYTES = 192 };
/* A Set-Cookie value; secret NULL: the cookie is taken back. */
void auth_cookie(const char *secret, char ret_value[AUTH_COOKIE_MAX_BYTES]);

/* 0 and *ret_principal; or a negative errno and *ret_problem: a token was shown, and it is none of
 * ours. A session that has ended is that of anyone. */
int auth_principal(const struct api_door *door, const struct http_request *request,
                   const struct route *route, struct principal *ret_principal,
                   struct problem *ret_problem) __attribute__((warn_unused_result));

const char *auth_access(const struct api *api); /* "open" or "accounts" */

/* Who it is and what it may do, as JSON; a new reference. */
json_t *auth_describe(const struct api *api, const struct principal *principal);
