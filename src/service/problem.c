#include "service/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *name, *title;
    int status, error;
} TYPES[PROBLEM_TYPES] = {
    [PROBLEM_BAD_MESSAGE] = {"bad-message", "The message is malformed", 400, -EBADMSG},
    [PROBLEM_NOT_LOGGED_IN] = {"not-logged-in", "Not logged in", 401, -ENOKEY},
    [PROBLEM_BAD_LOGIN] = {"bad-login", "Wrong name or password", 401, -EKEYREJECTED},
    [PROBLEM_CODE_NEEDED] = {"code-needed", "A code is needed", 401, -ENOKEY},
    [PROBLEM_NOT_ALLOWED] = {"not-allowed", "Not allowed", 403, -EACCES},
    [PROBLEM_NOT_FOUND] = {"not-found", "Not found", 404, -ENOENT},
    [PROBLEM_NO_SUCH] = {"no-such", "No such object", 404, -ESRCH},
    [PROBLEM_NO_SUCH_CAMERA] = {"no-such-camera", "No such camera", 404, -ENODEV},
    [PROBLEM_BAD_METHOD] = {"bad-method", "Method not allowed", 405, -EOPNOTSUPP},
    [PROBLEM_WEBSOCKET_ONLY] = {"websocket-only", "WebSocket required", 426, -EPROTO},
    [PROBLEM_BAD_TYPE] = {"bad-type", "Unsupported media type", 415, -EMEDIUMTYPE},
    [PROBLEM_NOT_ACCEPTABLE] = {"not-acceptable", "Not acceptable", 406, -EMEDIUMTYPE},
    [PROBLEM_NOT_ADOPTED] = {"not-adopted", "The camera is not adopted yet", 409, -EPERM},
    [PROBLEM_EXISTS] = {"exists", "It exists already", 409, -EEXIST},
    [PROBLEM_TOO_MANY] = {"too-many", "Too many", 409, -E2BIG},
    [PROBLEM_INVALID] = {"invalid", "Invalid value", 422, -EINVAL},
    [PROBLEM_UNSUPPORTED] = {"unsupported", "Not supported", 422, -ENOTSUP},
    [PROBLEM_OFFLINE] = {"offline", "The camera is offline", 503, -ENOTCONN},
    [PROBLEM_BUSY] = {"busy", "Busy", 503, -EBUSY},
    [PROBLEM_TIMEOUT] = {"timeout", "The camera did not deliver in time", 504, -ETIMEDOUT},
    [PROBLEM_FAILED] = {"failed", "The camera failed", 502, -EIO},
    [PROBLEM_DISK_FULL] = {"disk-full", "The disk is full", 507, -ENOSPC},
    [PROBLEM_NOT_STORED] = {"not-stored", "It could not be stored", 500, -EROFS},
    [PROBLEM_NO_MEMORY] = {"no-memory", "Out of memory", 503, -ENOMEM},
};

const char *problem_name(enum problem_type type)
{
    return TYPES[type].name;
}

const char *problem_title(enum problem_type type)
{
    return TYPES[type].title;
}

int problem_status(enum problem_type type)
{
    return TYPES[type].status;
}

int problem_set(struct problem *problem, enum problem_type type, const char *camera,
                const char *detail, ...)
{
    struct text text = text_over(problem->detail, sizeof(problem->detail));
    va_list args;
    problem->type = type;
    snprintf(problem->camera, sizeof(problem->camera), "%s", camera ? camera : "");
    va_start(args, detail);
    text_add_list(&text, detail, args);
    va_end(args);
    return TYPES[type].error;
}

int problem_not_stored(struct problem *problem, const char *camera, int error)
{
    if (error == -ENOSPC)
        return problem_set(problem, PROBLEM_DISK_FULL, camera,
                           "the disk is full, nothing was stored; make room and try again");
    if (error == -EBADMSG)
        return problem_set(problem, PROBLEM_NOT_STORED, camera,
                           "the database is damaged, nothing was stored; restore a backup of "
                           "eyelid.db");
    return problem_set(problem, PROBLEM_NOT_STORED, camera, "storing failed: %s; try again",
                       strerror(-error));
}
