/* Small things: a blob of a few cells is noise, unless it travels. Tracks follow blobs from picture
 * to picture and say which of them go somewhere. Pure; any thread. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "watch/blob.h"

enum { TRACKS_MAX = 24 };

struct track_tuning {
    float reach_cells;   /* how far from where it is expected a blob is still the same */
    unsigned hits_min;   /* pictures that it was seen in */
    float travel_cells;  /* how far from where it began */
    float straightness;  /* that distance, as a part of the way it took */
    unsigned misses_max; /* pictures in a row without it */
};

struct track {
    float x, y, first_x, first_y; /* cells */
    float step_x, step_y;         /* cells a picture */
    float path;                   /* cells, the way it took */
    unsigned hits, misses;
    int64_t since_us;
    struct blob blob; /* its latest */
};

struct tracks {
    struct track of[TRACKS_MAX];
    unsigned count;
};

/* Follows the blobs of one picture. The return value is the track that goes furthest, or NULL where
 * none does; it is valid until the next call. */
const struct track *tracks_follow(struct tracks *tracks, const struct track_tuning *tuning,
                                  const struct blob *blobs, unsigned n_blobs, int64_t now_us);

/* Forgets all of them: the light changed, or the pictures were interrupted. */
void tracks_clear(struct tracks *tracks);
