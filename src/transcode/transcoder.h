/* A transcoder: the maker that derives a rendition from an awake camera's JPEG or raw pictures, hub
 * to hub, on its own thread. Only the latest frame waits: a frame that arrives while it works
 * replaces the waiting one. It may begin in the past, of which it skips nothing. A frame that does
 * not decode is counted and skipped; an encoder that breaks is replaced, at most once a second.
 * Keyframes are made on request of the hub, and as the pace bounds their interval.
 *
 * Loop only. Its thread ends by itself after transcoder_close, and the yard waits for the last
 * one. */
#pragma once
#include <stdint.h>

#include "base/lock.h"
#include "codec/engine.h"
#include "stream/maker.h"

struct transcoder;

/* The threads that are alive, closed ones included. */
struct transcoder_yard {
    struct lock lock;
    struct lock_cond cond;
    unsigned alive; /* guarded by lock */
};
void transcoder_yard_init(struct transcoder_yard *yard);
/* Waits until every thread has ended: at most one frame's work after the last transcoder_close. */
void transcoder_yard_finish(struct transcoder_yard *yard);

struct transcoder_params {
    const struct engine_ops *engine;
    struct engine_params engine_params;
    struct transcoder_yard *yard; /* borrowed */
    struct maker_request request;
    int64_t min_key_interval_us; /* keyframe requests closer than this are coalesced; 0 = 300 ms */
};

/* Starts the thread; the first unit that it publishes is a keyframe. -ENOENT: no such encoder;
 * -EAGAIN: thread creation failed. */
int transcoder_create(const struct transcoder_params *params, struct transcoder **ret_transcoder)
    __attribute__((warn_unused_result));

void transcoder_adjust(struct transcoder *transcoder, const struct maker_pace *pace);

/* Ends it, without waiting: its thread finishes the current frame, and may publish it. Takes
 * NULL. */
void transcoder_close(struct transcoder *transcoder);

/* Since it was created. */
struct maker_stats transcoder_stats(struct transcoder *transcoder);
