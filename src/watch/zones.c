#include "watch/zones.h"

#include <string.h>

/* Even-odd rule: a ray to the left crosses the polygon's edges an odd number of times. */
static bool contains(const struct watch_zone *zone, float x, float y)
{
    bool inside = false;
    for (unsigned i = 0, j = zone->n_points - 1; i < zone->n_points; j = i++) {
        const struct watch_point a = zone->points[i], b = zone->points[j];
        if ((a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x)
            inside = !inside;
    }
    return inside;
}

static void paint(const struct watch_zone *zone, const struct grid *grid, uint8_t *watched)
{
    for (unsigned y = 0; y < grid->height; y++)
        for (unsigned x = 0; x < grid->width; x++)
            if (contains(zone, ((float)x + 0.5f) / (float)grid->width,
                         ((float)y + 0.5f) / (float)grid->height))
                watched[y * grid->width + x] = !zone->exclude;
}

static bool any_includes(const struct watch_zone *zones, unsigned n_zones)
{
    for (unsigned i = 0; i < n_zones; i++)
        if (!zones[i].exclude)
            return true;
    return false;
}

unsigned zones_mask(const struct watch_zone *zones, unsigned n_zones, const struct grid *grid,
                    uint8_t *watched)
{
    const unsigned cells = grid->width * grid->height;
    unsigned count = 0;
    memset(watched, !any_includes(zones, n_zones), cells);
    for (unsigned i = 0; i < n_zones; i++)
        if (!zones[i].exclude)
            paint(&zones[i], grid, watched);
    for (unsigned i = 0; i < n_zones; i++)
        if (zones[i].exclude)
            paint(&zones[i], grid, watched);
    for (unsigned i = 0; i < cells; i++)
        count += watched[i];
    return count;
}
