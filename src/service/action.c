#include "service/action.h"

const struct action_rule *action_rule(enum service_action action)
{
    static const struct action_rule RULES[SERVICE_ACTIONS] = {
        [ACTION_UNDECLARED] = {ACCESS_ROLES, ACCESS_SERVER, false},
        [ACTION_PUBLIC] = {ACCESS_NONE, ACCESS_UNLISTED, false},
        [ACTION_CONNECT] = {ACCESS_NONE, ACCESS_UNLISTED, false},
        [ACTION_METRICS] = {ACCESS_VIEWER, ACCESS_SERVER, false},
        [ACTION_LIST] = {ACCESS_VIEWER, ACCESS_SOME, false},
        [ACTION_SEE] = {ACCESS_VIEWER, ACCESS_CAMERA, false},
        [ACTION_WATCH] = {ACCESS_VIEWER, ACCESS_CAMERA, true},
        [ACTION_STILL] = {ACCESS_VIEWER, ACCESS_CAMERA, true},
        [ACTION_KEEP] = {ACCESS_OPERATOR, ACCESS_CAMERA, true},
        [ACTION_RECORD] = {ACCESS_OPERATOR, ACCESS_CAMERA, true},
        [ACTION_ARM] = {ACCESS_OPERATOR, ACCESS_CAMERA, true},
        [ACTION_RECEIVERS] = {ACCESS_ADMIN, ACCESS_SERVER, false},
        [ACTION_ARM_ALL] = {ACCESS_OPERATOR, ACCESS_SOME, false},
        [ACTION_ARCHIVE] = {ACCESS_VIEWER, ACCESS_SOME, false},
        [ACTION_FILES] = {ACCESS_VIEWER, ACCESS_SOME, false},
        [ACTION_QUOTAS] = {ACCESS_ADMIN, ACCESS_SERVER, false},
        [ACTION_ARCHIVE_CHANGE] = {ACCESS_OPERATOR, ACCESS_SOME, false},
        [ACTION_SCHEDULES] = {ACCESS_VIEWER, ACCESS_SOME, false},
        [ACTION_SCHEDULE_CHANGE] = {ACCESS_OPERATOR, ACCESS_SOME, false},
        [ACTION_FILMS] = {ACCESS_VIEWER, ACCESS_SOME, false},
        [ACTION_FILM_CHANGE] = {ACCESS_OPERATOR, ACCESS_SOME, false},
        [ACTION_SET] = {ACCESS_OPERATOR, ACCESS_CAMERA, true},
        [ACTION_RENAME] = {ACCESS_OPERATOR, ACCESS_CAMERA, true},
        [ACTION_ADD] = {ACCESS_ADMIN, ACCESS_SERVER, false},
        [ACTION_ADOPT] = {ACCESS_ADMIN, ACCESS_CAMERA, false},
        [ACTION_REVOKE] = {ACCESS_ADMIN, ACCESS_CAMERA, false},
        [ACTION_REMOVE] = {ACCESS_ADMIN, ACCESS_CAMERA, false},
        [ACTION_MOVE] = {ACCESS_ADMIN, ACCESS_CAMERA, false},
        [ACTION_SEE_LAYOUT] = {ACCESS_VIEWER, ACCESS_SOME, false},
        [ACTION_ARRANGE] = {ACCESS_OPERATOR, ACCESS_SERVER, false},
        [ACTION_LOGIN] = {ACCESS_NONE, ACCESS_UNLISTED, false},
        [ACTION_OWN] = {ACCESS_VIEWER, ACCESS_SOME, false},
        [ACTION_ACCOUNTS] = {ACCESS_ADMIN, ACCESS_SERVER, false},
        [ACTION_SHARES] = {ACCESS_ADMIN, ACCESS_SERVER, false},
        [ACTION_SHARED] = {ACCESS_VIEWER, ACCESS_SOME, false},
        [ACTION_LOG] = {ACCESS_ADMIN, ACCESS_SERVER, false},
    };
    return &RULES[action < SERVICE_ACTIONS ? action : ACTION_UNDECLARED];
}

bool action_is_for(enum service_action action, enum principal_kind kind)
{
    if (kind == PRINCIPAL_SHARE)
        return action == ACTION_SHARED || action_rule(action)->needs == ACCESS_NONE;
    return action != ACTION_SHARED;
}
