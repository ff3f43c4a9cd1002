/* Limits log lines about devices that are refused or break the protocol: each device and reason
 * once an hour, a few new ones a minute, and a count of all others, so that a flood of devices can
 * neither fill the log nor hide the line about another device. Loop only. */
#pragma once
#include "camera/camera.h"

enum { REFUSALS_MAX = 64, REFUSALS_LINES_MAX = 10 /* a minute */ };

struct refusals { /* zero is empty */
    struct refusal {
        char id[CAMERA_ID_MAX + 1];
        const char *why; /* static, compared by its address */
        int64_t told_us; /* 0 = free */
    } told[REFUSALS_MAX];
    int64_t minute_us;    /* when the current minute began; 0 = not yet */
    unsigned lines, more; /* in this minute: logged, suppressed */
};

/* what: for example "a device is refused". */
void refusals_tell(struct refusals *refusals, int64_t now_us, const char *id, const char *what,
                   const char *why);
