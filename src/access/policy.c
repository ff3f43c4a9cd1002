#include "access/policy.h"

#include <errno.h>
#include <string.h>

static const char *const NAMES[ACCESS_ROLES] = {"none", "viewer", "operator", "admin"};

const char *access_role_name(enum access_role role)
{
    return role < ACCESS_ROLES ? NAMES[role] : "none";
}

int access_role_find(const char *name, enum access_role *ret_role)
{
    for (unsigned i = 0; i < ACCESS_ROLES; i++)
        if (strcmp(name, NAMES[i]) == 0) {
            *ret_role = (enum access_role)i;
            return 0;
        }
    return -EINVAL;
}

/* The right on one camera, never more than the role. */
static enum access_role role_on(const struct principal *principal, const char *camera)
{
    if (!principal->is_narrowed)
        return principal->role;
    for (size_t i = 0; i < principal->n_rights; i++) {
        const struct access_right *right = &principal->rights[i];
        if (strcmp(right->camera, camera) == 0)
            return right->role < principal->role ? right->role : principal->role;
    }
    return ACCESS_NONE;
}

static bool has_some(const struct principal *principal, enum access_role needs)
{
    if (!principal->is_narrowed)
        return principal->role >= needs;
    for (size_t i = 0; i < principal->n_rights; i++)
        if (role_on(principal, principal->rights[i].camera) >= needs)
            return true;
    return false;
}

bool access_allows(const struct principal *principal, enum access_role needs,
                   enum access_scope scope, const char *camera)
{
    switch (scope) {
    case ACCESS_UNLISTED:
        return needs == ACCESS_NONE;
    case ACCESS_SERVER:
        return needs > ACCESS_NONE && !principal->is_narrowed && principal->role >= needs;
    case ACCESS_CAMERA:
        return needs > ACCESS_NONE && camera && role_on(principal, camera) >= needs;
    case ACCESS_SOME:
        return needs > ACCESS_NONE && has_some(principal, needs);
    }
    return false;
}
