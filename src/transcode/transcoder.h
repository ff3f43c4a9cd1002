/* A transcoder: the maker that takes what an awake camera gives (JPEG or raw pictures) to a
 * rendition that is made of it, hub to hub, on a thread of its own. In front of it the latest frame
 * wins: a frame that comes while it works replaces the one that waits. A frame that does not decode
 * is counted and passed over; an encoder that breaks is replaced by a fresh one, at most once a
 * second. Keys are made where the hub wants one, and where the pace bounds their interval.
 *
 * Loop only. Its thread ends by itself after transcoder_close, and the yard waits for the last one.
 */
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
/* Waits until every thread is over: at most one frame's work after the last transcoder_close. */
void transcoder_yard_finish(struct transcoder_yard *yard);

struct transcoder_params {
    const struct engine_ops *engine;
    struct engine_params engine_params;
    struct transcoder_yard *yard; /* borrowed */
    struct maker_request request;
    int64_t min_key_interval_us; /* wishes for keys closer than this are coalesced; 0 = 300 ms */
};

/* Starts the thread; the first unit that it publishes is a key. -ENOENT: no such encoder; -EAGAIN:
 * thread creation failed. */
int transcoder_create(const struct transcoder_params *params, struct transcoder **ret_transcoder)
    __attribute__((warn_unused_result));

void transcoder_adjust(struct transcoder *transcoder, const struct maker_pace *pace);

/* Ends it, without waiting: its thread finishes the frame at hand, and may publish it. Takes NULL.
 */
void transcoder_close(struct transcoder *transcoder);

/* Since it was created. */
struct maker_stats transcoder_stats(struct transcoder *transcoder);
