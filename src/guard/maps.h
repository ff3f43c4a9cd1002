/* Where something moved, per minute: one file per camera and day (UTC).
 *
 *     FOLDER/CAMERA/DAY.map     DAY: days since 1970-01-01
 *
 * A file is records of MAPS_RECORD_BYTES, one for each minute that was watched, a quiet one too:
 * the minute since 1970-01-01 (4 bytes), then the 12 rows of the map (2 bytes each, bit x of row
 * y), little-endian. A record that a crash cut off is not read, and removed before the next one is
 * written.
 *
 * Blocks on the disk: one thread, never the loop. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "watch/detector.h"

enum {
    MAPS_RECORD_BYTES = 4 + 2 * WATCH_MAP_HEIGHT,
    MAPS_DAY_MINUTES = 1440,
    MAPS_KEPT_DAYS = 400, /* older ones are removed when a day begins */
    MAPS_MINUTES_MAX = 1000,
    MAPS_PATH_MAX_BYTES = 4096,
};

struct maps_record {
    uint32_t minute; /* since 1970-01-01 UTC */
    struct watch_map map;
};

/* Appends, in the order of their minutes. */
int maps_append(const char *folder, const char *camera, const struct maps_record *records,
                unsigned n) __attribute__((warn_unused_result));

struct maps_query {
    uint32_t from_minute, until_minute; /* [from, until) */
    struct watch_map area;              /* only movement here counts */
    unsigned min_fields;                /* fewer of its fields do not count; 0: 1 */
    unsigned max_minutes;               /* up to MAPS_MINUTES_MAX */
};

struct maps_answer {
    unsigned watched;                                   /* minutes */
    unsigned moved;                                     /* of these: something moved in the area */
    uint32_t fields[WATCH_MAP_HEIGHT][WATCH_MAP_WIDTH]; /* minutes with movement there, the whole
                                                         * picture */
    uint32_t
        minutes[MAPS_MINUTES_MAX]; /* the newest in which something moved in the area, rising */
    unsigned n_minutes;
};

/* For a camera that was never watched all results are 0. */
int maps_ask(const char *folder, const char *camera, const struct maps_query *query,
             struct maps_answer *ret_answer) __attribute__((warn_unused_result));

/* Removes all files of a camera. */
void maps_forget(const char *folder, const char *camera);

/* The fields that a box (fractions of the picture) touches. */
struct watch_map maps_area(const struct watch_box *box);

/* The fields that zones leave to be watched, at least in part. */
struct watch_map maps_zones(const struct watch_zone *zones, unsigned n_zones);

/* How many fields a movement of this part of the picture touches at least, 1 and up. */
unsigned maps_min_fields(float area_percent);

/* One record, from and to bytes. Pure. */
void maps_encode(const struct maps_record *record, uint8_t out[MAPS_RECORD_BYTES]);
struct maps_record maps_decode(const uint8_t bytes[MAPS_RECORD_BYTES]);
