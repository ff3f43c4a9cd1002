/* Every kind of action, and the rights it needs: routes, messages of the page and commands of the
 * command line each declare one. Any thread; a table. */
#pragma once
#include "access/policy.h"

enum service_action {
    ACTION_UNDECLARED, /* denied to everyone */
    ACTION_PUBLIC,     /* the page's own files, health, the API's description */
    ACTION_CONNECT,    /* a device connects; its token is checked by the registry */
    ACTION_METRICS,
    ACTION_LIST,  /* the cameras that the principal may see, and their events */
    ACTION_SEE,   /* one camera's state */
    ACTION_WATCH, /* its pictures */
    ACTION_STILL, /* a photo */
    ACTION_KEEP,  /* a photo that is stored in the archive */
    ACTION_RECORD,
    ACTION_ARM,             /* whether and how motion is detected */
    ACTION_RECEIVERS,       /* external receivers of notices */
    ACTION_ARM_ALL,         /* on all cameras on which the principal may do that */
    ACTION_ARCHIVE,         /* what the archive holds of the cameras that the principal may see */
    ACTION_FILES,           /* the same as plain files, which other pages may show */
    ACTION_QUOTAS,          /* how much of the archive each camera may take */
    ACTION_ARCHIVE_CHANGE,  /* stars, notes, removal */
    ACTION_SCHEDULES,       /* those of cameras that the principal may see */
    ACTION_SCHEDULE_CHANGE, /* to make, replace and remove them */
    ACTION_FILMS,           /* films of cameras that the principal may see */
    ACTION_FILM_CHANGE,     /* make and cancel them */
    ACTION_SET,             /* its controls */
    ACTION_RENAME,
    ACTION_ADD,
    ACTION_ADOPT,
    ACTION_REVOKE, /* its device's token */
    ACTION_REMOVE,
    ACTION_MOVE,       /* a network camera to another address */
    ACTION_SEE_LAYOUT, /* of the wall of cameras */
    ACTION_ARRANGE,    /* to change it */
    ACTION_LOGIN,      /* who am I, log in, log out, set up: checked by the command itself */
    ACTION_OWN,        /* one's own password and sessions */
    ACTION_ACCOUNTS,   /* users, tokens, other people's sessions */
    ACTION_SHARES,     /* share links: list, make, end them */
    ACTION_SHARED,     /* what a share link shows, for its visitor alone */
    ACTION_LOG,        /* the last warnings */
    SERVICE_ACTIONS
};

struct action_rule {
    enum access_role needs;
    enum access_scope scope;
    bool needs_adopted; /* it would wake or change the camera */
};
/* Whether principals of this kind may ask at all: share links open their own addresses and the
 * public ones, and nothing else opens theirs. */
bool action_is_for(enum service_action action, enum principal_kind kind);

const struct action_rule *action_rule(enum service_action action);
