/* The credentials that a request carries: reads outside bytes. Pure; any thread. */
#pragma once
#include "access/secret.h"

/* The token of a program in an Authorization header: Bearer (RFC 6750 section 2.1), or the password
 * of Basic (RFC 7617), whose user name does not matter. -ENOENT: another scheme; -EINVAL: not a
 * token. */
int credential_token(const char *authorization, char ret_secret[SECRET_CHARS + 1])
    __attribute__((warn_unused_result));

/* The value of this cookie (RFC 6265 section 4.2), if it can be a secret; -ENOENT. */
int credential_cookie(const char *cookies, const char *name, char ret_secret[SECRET_CHARS + 1])
    __attribute__((warn_unused_result));

/* Checks for SECRET_CHARS lower-case hexadecimal digits, the form in which secrets are issued. */
int credential_check(const char *text, char ret_secret[SECRET_CHARS + 1])
    __attribute__((warn_unused_result)); /* -EINVAL */
