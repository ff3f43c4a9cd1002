/* Detects motion in a series of grey pictures, and ignores changes by light, weather, noise and a
 * shaking camera. Pictures with their times in, a verdict for each out.
 *
 * The model of the scene is kept over pauses of any length, so a camera may sleep.
 * Pure except for its memory; one thread at a time. The method and its figures:
 * docs/decisions/motion.md. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "watch/plane.h"
#include "watch/settings.h"
#include "watch/tuning.h"

enum { WATCH_MAP_WIDTH = 16, WATCH_MAP_HEIGHT = 12 };

/* The picture in 16x12 fields: bit x of row y. */
struct watch_map {
    uint16_t rows[WATCH_MAP_HEIGHT];
};

struct watch_box {
    float x, y, width, height; /* 0..1 from the top left */
};

struct detector_verdict {
    bool stirred;     /* this picture has a change: worth a closer look */
    bool moved;       /* something moves; the fields below say where */
    bool learning;    /* the scene is new or the light has changed: nothing is reported */
    int64_t since_us; /* when the motion was first seen */
    struct watch_box box;
    float area_percent; /* of the picture */
    float score;        /* 0..1: how clearly it stands out */
    struct watch_map map;
};

struct detector;

struct detector *detector_create(const struct watch_settings *settings)
    __attribute__((returns_nonnull));
/* With parameters other than its profile's; tuning is borrowed. */
struct detector *detector_create_tuned(const struct watch_settings *settings,
                                       const struct detector_tuning *tuning)
    __attribute__((returns_nonnull));
void detector_destroy(struct detector *detector); /* takes NULL */

/* Applies settings from the next picture on; the model is kept. */
void detector_set(struct detector *detector, const struct watch_settings *settings);

/* Analyses a picture taken at now_us (rising). Planes too small to watch are ignored. A plane of
 * another size restarts learning. */
struct detector_verdict detector_look(struct detector *detector, const struct watch_plane *plane,
                                      int64_t now_us);

/* The muted fields: most of a field's cells have thresholds at least twice the usual one, because
 * of permanent motion. Fields outside all zones are not included. */
struct watch_map detector_muted(const struct detector *detector);
