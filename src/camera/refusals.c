#include "camera/refusals.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

static const int64_t MINUTE_US = 60 * US_PER_S, AGAIN_US = 3600 * US_PER_S;

/* Logs the last minute's total, when the first line after it is due. */
static void begin_minute(struct refusals *refusals, int64_t now_us)
{
    if (refusals->minute_us && now_us - refusals->minute_us < MINUTE_US)
        return;
    if (refusals->more)
        log_warn("camera", NULL, "devices: %u more complaints since then, not shown",
                 refusals->more);
    refusals->minute_us = now_us;
    refusals->lines = refusals->more = 0;
}

static bool is_told(const struct refusal *told, int64_t now_us, const char *id, const char *why)
{
    return told->told_us && now_us - told->told_us < AGAIN_US && told->why == why &&
           strncmp(told->id, id, CAMERA_ID_MAX) == 0;
}

void refusals_tell(struct refusals *refusals, int64_t now_us, const char *id, const char *what,
                   const char *why)
{
    struct refusal *oldest = &refusals->told[0];
    bool is_new = true;
    begin_minute(refusals, now_us);
    for (unsigned i = 0; i < REFUSALS_MAX; i++) {
        struct refusal *told = &refusals->told[i];
        is_new = is_new && !is_told(told, now_us, id, why);
        if (told->told_us < oldest->told_us)
            oldest = told;
    }
    if (!is_new || refusals->lines == REFUSALS_LINES_MAX) {
        refusals->more++;
        return;
    }
    refusals->lines++;
    *oldest = (struct refusal){.why = why, .told_us = now_us ? now_us : 1};
    snprintf(oldest->id, sizeof(oldest->id), "%s", id);
    log_warn("camera", oldest->id, "%s: %s", what, why);
}
