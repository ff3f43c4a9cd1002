/* Awake accounting: how long, in which hour, for whom. */
#include <time.h>

#include "camera/internal.h"

static const struct clock *clock_of(const struct camera *camera)
{
    return registry_params(camera->registry)->clock;
}

bool camera_runs(const struct camera *camera)
{
    return camera->demand.state == DEMAND_WAKING || camera->demand.state == DEMAND_AWAKE ||
           camera->demand.state == DEMAND_LINGERING;
}

static void add(struct camera *camera, unsigned hour, int64_t span_us)
{
    int64_t *columns = camera->awake.hours_us[hour];
    for (unsigned reason = 0; reason < LEASE_REASONS; reason++)
        if (camera->leases.by_reason[reason] > 0)
            columns[reason] += span_us;
    if (camera->leases.count == 0)
        columns[CAMERA_AWAKE_LINGER] += span_us;
    columns[CAMERA_AWAKE_TOTAL] += span_us;
}

/* Local day and hour of a wall-clock time, and how far into that hour it is. */
static void local(int64_t wall_us, int *ret_day, unsigned *ret_hour, int64_t *ret_into_us)
{
    time_t seconds = wall_us / US_PER_S;
    struct tm tm;
    localtime_r(&seconds, &tm);
    *ret_day = (int)((seconds + tm.tm_gmtoff) / (24 * 3600));
    *ret_hour = (unsigned)tm.tm_hour;
    *ret_into_us = (tm.tm_min * 60 + tm.tm_sec) * US_PER_S + wall_us % US_PER_S;
}

static void begin_day(struct camera *camera, int day)
{
    if (camera->awake.day == day)
        return;
    camera->awake.day = day;
    for (unsigned h = 0; h < CAMERA_HOURS; h++)
        for (unsigned c = 0; c < CAMERA_AWAKE_COLUMNS; c++)
            camera->awake.hours_us[h][c] = 0;
}

void camera_account(struct camera *camera, int64_t now_us)
{
    int64_t span_us = now_us - camera->awake.accounted_us;
    int64_t wall_us = clock_wall_us(clock_of(camera));
    bool runs = camera_runs(camera);
    camera->awake.accounted_us = now_us;
    if (runs)
        camera->awake.total_us += span_us;

    /* Hour by hour from the oldest on, so that a long span lands in the hours that it covered. */
    while (runs && span_us > 0) {
        int day;
        unsigned hour;
        int64_t into_us;
        local(wall_us - span_us, &day, &hour, &into_us);
        begin_day(camera, day);
        int64_t left_us = 3600 * US_PER_S - into_us;
        int64_t part_us = span_us < left_us ? span_us : left_us;
        add(camera, hour, part_us);
        span_us -= part_us;
    }
    int day;
    unsigned hour;
    int64_t into_us;
    local(wall_us, &day, &hour, &into_us);
    begin_day(camera, day);
}
