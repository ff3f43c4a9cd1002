/* Principals, and the only policy function: who may do what with which camera. Deny by default. Any
 * thread; pure.
 *
 * A principal has a role on all cameras and on the server, or it is limited to a list of cameras
 * with a role on each: then it has none on the server as a whole. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum access_role {
    ACCESS_NONE,
    ACCESS_VIEWER,   /* views pictures and states */
    ACCESS_OPERATOR, /* also changes settings and names */
    ACCESS_ADMIN,    /* everything */
    ACCESS_ROLES
};
const char *access_role_name(enum access_role role); /* "none", "viewer", …; immutable */
/* -EINVAL: no such role. "none" is a role. */
int access_role_find(const char *name, enum access_role *ret_role)
    __attribute__((warn_unused_result));

enum principal_kind {
    PRINCIPAL_ANYONE,   /* anyone who can reach the address */
    PRINCIPAL_OWNER,    /* this machine's owner */
    PRINCIPAL_DEVICE,   /* a camera */
    PRINCIPAL_USER,     /* a person who is logged in */
    PRINCIPAL_TOKEN,    /* a program with a token */
    PRINCIPAL_SHARE,    /* a visitor with a share link: only what it shows, by its own addresses */
    PRINCIPAL_SCHEDULE, /* the server itself, following a schedule */
    PRINCIPAL_BROKER,   /* anyone who may write to the MQTT broker's topics */
};

enum {
    ACCESS_CAMERA_MAX = 32, /* characters of a camera's id */
    ACCESS_RIGHTS_MAX = 32, /* cameras to which a principal can be limited */
    ACCESS_NAME_MAX = 32,
    ACCESS_CREDENTIAL_MAX = 16,
};
struct access_right {
    char camera[ACCESS_CAMERA_MAX + 1];
    enum access_role role;
};

struct principal {
    enum principal_kind kind;
    enum access_role role; /* on all cameras and the server, unless limited */
    bool is_narrowed;      /* limited to the rights below, and never above role */
    struct access_right rights[ACCESS_RIGHTS_MAX];
    size_t n_rights;
    bool on_loopback;               /* PRINCIPAL_ANYONE: only this machine reaches the listener */
    char name[ACCESS_NAME_MAX + 1]; /* of the user or token; else "" */
    char credential[ACCESS_CREDENTIAL_MAX + 1]; /* id of the session or token; else "" */
};

/* What an action is about. */
enum access_scope {
    ACCESS_SERVER,   /* the server: adding a camera, metrics */
    ACCESS_CAMERA,   /* one camera */
    ACCESS_SOME,     /* any cameras the principal has rights on: the list of cameras */
    ACCESS_UNLISTED, /* needs no rights: health, the page's own files */
};

/* camera: the id, with ACCESS_CAMERA only; else NULL. */
bool access_allows(const struct principal *principal, enum access_role needs,
                   enum access_scope scope, const char *camera);
