/* The owner's settings for motion detection on one camera. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WATCH_ZONES_MAX = 16, WATCH_ZONE_POINTS_MAX = 32, WATCH_FPS_MAX = 10 };

enum watch_profile {
    WATCH_NORMAL,
    WATCH_BUSY, /* permanent motion: a road, a workshop */
};

struct watch_point {
    float x, y; /* 0..1 from the top left */
};

/* A polygon, closed implicitly. If there are including zones, only those are watched; excluding
 * zones are left out. */
struct watch_zone {
    bool exclude;
    unsigned n_points; /* 3 and up */
    struct watch_point points[WATCH_ZONE_POINTS_MAX];
};

struct watch_settings {
    bool armed;
    unsigned sensitivity;   /* 0..100; each 25 more find what is about 1.4 times fainter */
    float min_area_percent; /* of the picture; smaller motion never counts */
    float watch_fps;        /* pictures a second while nothing moves */
    float pre_s, post_s;    /* of a clip, before and after the motion */
    enum watch_profile profile;
    unsigned n_zones;
    struct watch_zone zones[WATCH_ZONES_MAX];
};

/* The defaults of a camera: disarmed, 50, 0.05 %, 2 fps, 5 s, 5 s, normal. */
void watch_settings_init(struct watch_settings *settings);
