/* What the log is told of devices that are sent away or break the rules: each device and reason
 * once an hour, a few new ones a minute, and the sum of all others. A flood of devices neither
 * fills the log nor hides what another device is told. Loop only. */
#pragma once
#include "camera/camera.h"

enum { REFUSALS_MAX = 64, REFUSALS_LINES_MAX = 10 /* a minute */ };

struct refusals { /* zero is empty */
    struct refusal {
        char id[CAMERA_ID_MAX + 1];
        const char *why; /* static, compared by its address */
        int64_t told_us; /* 0 = free */
    } told[REFUSALS_MAX];
    int64_t minute_us;    /* when the running minute began; 0 = not yet */
    unsigned lines, more; /* told in it, and not told */
};

/* what: "a device is refused", say. */
void refusals_tell(struct refusals *refusals, int64_t now_us, const char *id, const char *what,
                   const char *why);
