/* Small objects: a blob of a few cells is noise unless it travels. Tracks follow blobs from picture
 * to picture and find those that travel. Pure; any thread. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "watch/blob.h"

enum { TRACKS_MAX = 24 };

struct track_tuning {
    float reach_cells;   /* how far from the expected place a blob still matches */
    unsigned hits_min;   /* pictures in which it was seen */
    float travel_cells;  /* distance from its start */
    float straightness;  /* that distance divided by the length of its path */
    unsigned misses_max; /* pictures in a row without it */
};

struct track {
    float x, y, first_x, first_y; /* cells */
    float step_x, step_y;         /* cells a picture */
    float path;                   /* cells, length of its path */
    unsigned hits, misses;
    int64_t since_us;
    struct blob blob; /* its latest */
};

struct tracks {
    struct track of[TRACKS_MAX];
    unsigned count;
};

/* Follows the blobs of one picture. Returns the track that travels furthest, or NULL if none does;
 * valid until the next call. */
const struct track *tracks_follow(struct tracks *tracks, const struct track_tuning *tuning,
                                  const struct blob *blobs, unsigned n_blobs, int64_t now_us);

/* Removes all of them: the light changed, or the pictures were interrupted. */
void tracks_clear(struct tracks *tracks);
