/* What the policy costs: questions of a principal that is limited to as many cameras as can be,
 * about the last one.
 *
 * prints one line of JSON: nanoseconds of one question. */
#include <stdio.h>
#include <time.h>

#include "access/policy.h"

enum { QUESTIONS = 10000000 };

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(void)
{
    struct principal principal = {.kind = PRINCIPAL_USER,
                                  .role = ACCESS_OPERATOR,
                                  .is_narrowed = true,
                                  .n_rights = ACCESS_RIGHTS_MAX};
    char last[ACCESS_CAMERA_MAX + 1] = "";
    for (unsigned i = 0; i < ACCESS_RIGHTS_MAX; i++) {
        snprintf(last, sizeof(last), "camera-in-the-north-garden-%04u", i);
        snprintf(principal.rights[i].camera, sizeof(last), "%s", last);
        principal.rights[i].role = ACCESS_OPERATOR;
    }
    unsigned allowed = 0;
    const double from_ns = now_ns();
    for (unsigned i = 0; i < QUESTIONS; i++) {
        const enum access_role needs = i % 2 ? ACCESS_VIEWER : ACCESS_ADMIN;
        allowed += access_allows(&principal, needs, ACCESS_CAMERA, last);
    }
    printf("{\"ns\":%.1f}\n", (now_ns() - from_ns) / QUESTIONS);
    return allowed == QUESTIONS / 2 ? 0 : 1;
}
