/* Why a command failed: one type for REST (RFC 9457), the page's WebSocket and the command line.
 * The types and their names are stable. Any thread; plain data. */
#pragma once
#include <stddef.h>

enum problem_type {
    PROBLEM_BAD_MESSAGE,    /* not the JSON that was expected */
    PROBLEM_NOT_LOGGED_IN,  /* no session and no token */
    PROBLEM_BAD_LOGIN,      /* the name or the password is wrong */
    PROBLEM_CODE_NEEDED,    /* the password is right; the second factor is missing or wrong */
    PROBLEM_NOT_ALLOWED,    /* the principal lacks the right */
    PROBLEM_NOT_FOUND,      /* nothing has this address */
    PROBLEM_NO_SUCH,        /* no such user, session or token */
    PROBLEM_NO_SUCH_CAMERA, /* or the principal may not see it */
    PROBLEM_BAD_METHOD,     /* the address does not take this method */
    PROBLEM_WEBSOCKET_ONLY, /* the address takes WebSockets only */
    PROBLEM_BAD_TYPE,       /* the body is not application/json */
    PROBLEM_NOT_ACCEPTABLE, /* not available in a form that the client accepts */
    PROBLEM_NOT_ADOPTED,    /* the camera was found and waits for the owner */
    PROBLEM_EXISTS,         /* the id is taken */
    PROBLEM_TOO_MANY,       /* a limit is reached */
    PROBLEM_INVALID,        /* well-formed, but the value is not allowed */
    PROBLEM_UNSUPPORTED,    /* this camera cannot do it */
    PROBLEM_OFFLINE,        /* the camera is not connected */
    PROBLEM_BUSY,           /* try again later */
    PROBLEM_TIMEOUT,        /* the camera did not deliver in time */
    PROBLEM_FAILED,         /* the camera failed or refused */
    PROBLEM_DISK_FULL,      /* it could not be stored */
    PROBLEM_NOT_STORED,     /* the same for another reason */
    PROBLEM_NO_MEMORY,
    PROBLEM_TYPES
};

enum { PROBLEM_CAMERA_MAX = 32, PROBLEM_DETAIL_MAX_BYTES = 512 };

struct problem {
    enum problem_type type;
    char camera[PROBLEM_CAMERA_MAX + 1];   /* an id, or "" */
    char detail[PROBLEM_DETAIL_MAX_BYTES]; /* a sentence */
};

const char *problem_name(enum problem_type type);  /* "no-such-camera"; immutable */
const char *problem_title(enum problem_type type); /* the same for every problem of the type */
int problem_status(enum problem_type type);        /* of HTTP */

/* Fills it in and returns the negative errno that commands return with it; detail is cut to fit.
 * camera may be NULL. */
int problem_set(struct problem *problem, enum problem_type type, const char *camera,
                const char *detail, ...) __attribute__((format(printf, 4, 5)));

/* A write failed with this negative errno. */
int problem_not_stored(struct problem *problem, const char *camera, int error);
