/* A transcoder: what an awake camera gives (JPEG or raw pictures) to a rendition that is made of it
 * (H.264, or JPEG of raw pictures), hub to hub, on a thread of its own. In front of it the latest
 * frame wins: a frame that comes while it works replaces the one that waits. A frame that does not
 * decode is counted and passed over; an encoder that breaks is replaced by a fresh one, at most
 * once a second.
 *
 * create, destroy, want_key and stats: loop only. */
#pragma once
#include <stdint.h>

#include "codec/engine.h"
#include "stream/hub.h"
#include "stream/opener.h"

struct transcoder;

struct transcoder_params {
    const struct engine_ops *engine;
    struct engine_params engine_params;
    enum rendition_kind kind;    /* to be made: RENDITION_H264 or RENDITION_JPEG */
    struct hub *source_hub;      /* borrowed, outlives the transcoder */
    struct hub *hub;             /* where it goes; the same */
    uint32_t stream;             /* number of the rendition that is made, for the live header */
    int64_t min_key_interval_us; /* key requests closer than this are coalesced; default 300 ms */
    const char *about;           /* camera id for the log; copied */
};

/* Starts the thread; the first unit it publishes is a key. -ENOENT: no such encoder; -EAGAIN: no
 * thread to be had. */
int transcoder_create(const struct transcoder_params *params, struct transcoder **ret_transcoder)
    __attribute__((warn_unused_result));

/* Stops and joins the thread: at most one frame's work. Takes NULL. */
void transcoder_destroy(struct transcoder *transcoder);

/* A viewer needs a key: coalesced and rate-limited. Where no frame comes in, none comes out. */
void transcoder_want_key(struct transcoder *transcoder);

/* Since it was created. */
struct opener_stats transcoder_stats(struct transcoder *transcoder);
