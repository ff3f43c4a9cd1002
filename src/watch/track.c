#include "watch/track.h"

#include <math.h>
#include <stddef.h>

static int nearest(const struct track *track, const struct blob *blobs, unsigned n_blobs,
                   const bool *taken, float reach)
{
    const float x = track->x + track->step_x, y = track->y + track->step_y;
    float least = reach * reach;
    int found = -1;
    for (unsigned i = 0; i < n_blobs; i++) {
        const float dx = blobs[i].x - x, dy = blobs[i].y - y, distance = dx * dx + dy * dy;
        if (!taken[i] && distance < least) {
            least = distance;
            found = (int)i;
        }
    }
    return found;
}

static void move(struct track *track, const struct blob *blob)
{
    const float dx = blob->x - track->x, dy = blob->y - track->y;
    const float pictures = (float)(1 + track->misses);
    track->path += hypotf(dx, dy);
    track->step_x += 0.3f * (dx / pictures - track->step_x);
    track->step_y += 0.3f * (dy / pictures - track->step_y);
    track->x = blob->x;
    track->y = blob->y;
    track->blob = *blob;
    track->hits++;
    track->misses = 0;
}

static float travelled(const struct track *track)
{
    return hypotf(track->x - track->first_x, track->y - track->first_y);
}

static bool goes_somewhere(const struct track *track, const struct track_tuning *tuning)
{
    const float distance = travelled(track);
    return track->misses == 0 && track->hits >= tuning->hits_min &&
           distance >= tuning->travel_cells && distance >= tuning->straightness * track->path;
}

static void drop_lost(struct tracks *tracks, unsigned misses_max)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < tracks->count; i++)
        if (tracks->of[i].misses <= misses_max)
            tracks->of[kept++] = tracks->of[i];
    tracks->count = kept;
}

const struct track *tracks_follow(struct tracks *tracks, const struct track_tuning *tuning,
                                  const struct blob *blobs, unsigned n_blobs, int64_t now_us)
{
    bool taken[BLOBS_MAX] = {false};
    for (unsigned i = 0; i < tracks->count; i++) {
        struct track *track = &tracks->of[i];
        const int found = nearest(track, blobs, n_blobs, taken, tuning->reach_cells);
        if (found < 0) {
            track->misses++;
            continue;
        }
        taken[found] = true;
        move(track, &blobs[found]);
    }
    drop_lost(tracks, tuning->misses_max);
    for (unsigned i = 0; i < n_blobs && tracks->count < TRACKS_MAX; i++)
        if (!taken[i])
            tracks->of[tracks->count++] = (struct track){.x = blobs[i].x,
                                                         .y = blobs[i].y,
                                                         .first_x = blobs[i].x,
                                                         .first_y = blobs[i].y,
                                                         .hits = 1,
                                                         .since_us = now_us,
                                                         .blob = blobs[i]};
    const struct track *best = NULL;
    for (unsigned i = 0; i < tracks->count; i++)
        if (goes_somewhere(&tracks->of[i], tuning) &&
            (!best || travelled(&tracks->of[i]) > travelled(best)))
            best = &tracks->of[i];
    return best;
}

void tracks_clear(struct tracks *tracks)
{
    tracks->count = 0;
}
