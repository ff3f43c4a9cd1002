#include "camera/battery.h"

#include <time.h>

#include "base/clock.h"

static int32_t hour_of(int64_t wall_us)
{
    return (int32_t)(wall_us / (3600 * US_PER_S));
}

static unsigned at(const struct battery_history *history, unsigned index)
{
    return (history->first + index) % BATTERY_HOURS;
}

void battery_note(struct battery_history *history, int64_t wall_us, int percent)
{
    const int32_t hour = hour_of(wall_us);
    while (history->count > 0 && history->reports[at(history, history->count - 1)].hour >= hour)
        history->count--;
    if (history->count == BATTERY_HOURS) {
        history->first = at(history, 1);
        history->count--;
    }
    const unsigned last = at(history, history->count++);
    history->reports[last].hour = hour;
    history->reports[last].percent = (int8_t)percent;
}

json_t *battery_describe(const struct battery_history *history, int64_t wall_us)
{
    json_t *reports = json_array();
    for (unsigned i = 0; i < history->count; i++) {
        const unsigned index = at(history, i);
        const int32_t hour = history->reports[index].hour;
        if (hour <= hour_of(wall_us) - BATTERY_HOURS)
            continue;
        const time_t start = (time_t)hour * 3600;
        struct tm tm;
        char text[32];
        gmtime_r(&start, &tm);
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
        json_array_append_new(reports, json_pack("{s:s, s:i}", "at", text, "percent",
                                                 (int)history->reports[index].percent));
    }
    return reports;
}
