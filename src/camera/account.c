/* Awake accounting: how long the camera was awake, by hour of the day and by lease reason. */
#include <string.h>
#include <time.h>

#include "camera/internal.h"

static const struct clock *clock_of(const struct camera *camera)
{
    return camera->home->env.clock;
}

bool camera_runs(const struct camera *camera)
{
    return camera->demand.state == DEMAND_WAKING || camera->demand.state == DEMAND_AWAKE ||
           camera->demand.state == DEMAND_LINGERING;
}

static void add(const struct camera *camera, int64_t *columns, int64_t span_us)
{
    for (unsigned reason = 0; reason < LEASE_REASONS; reason++)
        if (camera->leases.by_reason[reason] > 0)
            columns[reason] += span_us;
    if (camera->leases.count == 0)
        columns[CAMERA_AWAKE_LINGER] += span_us;
    columns[CAMERA_AWAKE_TOTAL] += span_us;
}

/* Local day and hour of a wall-clock time, and the rest of that hour, at least 1 us. */
static void local(int64_t wall_us, int *ret_day, unsigned *ret_hour, int64_t *ret_left_us)
{
    time_t seconds = wall_us / US_PER_S;
    struct tm tm;
    localtime_r(&seconds, &tm);
    int second = tm.tm_sec < 60 ? tm.tm_sec : 59; /* a leap second */
    *ret_day = (int)((seconds + tm.tm_gmtoff) / (24 * 3600));
    *ret_hour = (unsigned)tm.tm_hour;
    *ret_left_us = (3600 - tm.tm_min * 60 - second) * US_PER_S - wall_us % US_PER_S;
}

static void begin_day(struct camera *camera, int day)
{
    if (camera->awake.day == day)
        return;
    camera->awake.day = day;
    memset(camera->awake.hours_us, 0, sizeof(camera->awake.hours_us));
}

int64_t camera_awake_us(const struct camera *camera, enum lease_reason reason)
{
    return camera->awake.totals_us[reason];
}

void camera_account(struct camera *camera, int64_t now_us)
{
    int64_t wall_us = clock_wall_us(clock_of(camera));
    int64_t span_us = now_us - camera->awake.accounted_us;
    int day;
    unsigned hour;
    int64_t left_us;

    if (span_us < 0)
        return;
    camera->awake.accounted_us = now_us;
    if (camera_runs(camera)) {
        add(camera, camera->awake.totals_us, span_us);
        /* Split by hour, oldest first, so that a long span counts in each hour it covered. */
        while (span_us > 0) {
            local(wall_us - span_us, &day, &hour, &left_us);
            begin_day(camera, day);
            int64_t part_us = span_us < left_us ? span_us : left_us;
            add(camera, camera->awake.hours_us[hour], part_us);
            span_us -= part_us;
        }
    }
    local(wall_us, &day, &hour, &left_us);
    begin_day(camera, day);
}
