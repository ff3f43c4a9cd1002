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
        [ACTION_ARCHIVE] = {ACCESS_VIEWER, ACCESS_SOME, false},
        [ACTION_ARCHIVE_CHANGE] = {ACCESS_OPERATOR, ACCESS_SOME, false},
        [ACTION_SET] = {ACCESS_OPERATOR, ACCESS_CAMERA, true},
        [ACTION_RENAME] = {ACCESS_OPERATOR, ACCESS_CAMERA, true},
        [ACTION_ADD] = {ACCESS_ADMIN, ACCESS_SERVER, false},
        [ACTION_ADOPT] = {ACCESS_ADMIN, ACCESS_CAMERA, false},
        [ACTION_REMOVE] = {ACCESS_ADMIN, ACCESS_CAMERA, false},
        [ACTION_SEE_LAYOUT] = {ACCESS_VIEWER, ACCESS_SOME, false},
        [ACTION_ARRANGE] = {ACCESS_OPERATOR, ACCESS_SERVER, false},
    };
    return &RULES[action < SERVICE_ACTIONS ? action : ACTION_UNDECLARED];
}
