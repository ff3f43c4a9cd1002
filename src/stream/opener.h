/* An opener: how a camera gets a derived rendition made without knowing who makes it. app injects
 * it (the transcoder); a test injects its own. Loop only. */
#pragma once
#include <stdint.h>

#include "stream/hub.h"

/* Upper bounds, in microseconds, of the histogram's buckets; the last bucket has none. */
enum { OPENER_BUCKETS = 10 };
extern const uint32_t opener_bucket_us[OPENER_BUCKETS - 1];

/* What one work has done since it was opened. */
struct opener_stats {
    uint64_t encoded, undecodable,
        skipped; /* frames; skipped = replaced by a newer one, or came while error was set */
    uint64_t keys, unit_bytes;
    uint64_t decode_us, encode_us;    /* CPU time, sums */
    uint64_t buckets[OPENER_BUCKETS]; /* decode + encode per frame; not cumulative */
    uint16_t width, height;
    const char *encoder; /* immutable; NULL: nothing was encoded yet */
    const char *device;  /* the machine's own encoder; immutable; NULL: it has none */
    int device_error;    /* the negative errno for which it is not in use, or 0 */
    int error; /* 0, or the negative errno of the encoder, which is tried again each second */
};

struct opener_request {
    const char *about;        /* camera id; copied */
    enum rendition_kind kind; /* to be made: H264, or JPEG of raw pictures */
    struct hub *source_hub;   /* what it is made of: JPEG or raw; borrowed, outlives the work */
    struct hub *hub;          /* where it goes; the same */
    uint32_t stream;          /* number of the rendition that is made */
};

struct opener {
    /* -ENOENT: no such encoder; -EAGAIN: no thread to be had. */
    int (*open)(void *ctx, const struct opener_request *request, void **ret_work);
    void (*close)(void *work); /* takes NULL; returns when no packet of it will follow */
    void (*want_key)(void *work);
    struct opener_stats (*stats)(void *work);
    void *ctx;
};
