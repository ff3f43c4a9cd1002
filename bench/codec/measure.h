/* One candidate over the whole scene: its cost and quality. */
#pragma once
#include "score.h"

struct measurement {
    double decode_ms, encode_ms; /* CPU a frame */
    double kbit;                 /* a frame */
    double key_kbit;             /* the first frame */
    struct score score;
};

/* A candidate is "engine" or "engine:NAME" (the server's path, from JPEG to AVCC), the options of
 * candidate.h (a bare library behind the house's decoder), or "pipe" (ffmpeg as a child, a fragment
 * per frame). CPU is that of the encoding thread; for the pipe that of all its threads, without its
 * start. The cheapest of so many repeats counts: whatever else the machine does only adds.
 * key_every: the engine is asked for a key every so many frames; 0 = never. */
struct measurement measure(const struct scene *scene, const char *candidate, unsigned repeat,
                           unsigned key_every);

/* CPU a frame, ms, of the same calls where `cameras` streams come in at 30 fps each, one frame
 * after the other on one thread: what the libraries take when the caches are cold, as they are in a
 * server. Two seconds go by before it counts, as for a server whose cameras just woke. */
double measure_paced(const struct scene *scene, const char *candidate, unsigned cameras,
                     unsigned seconds);
