/* Makers: how a camera gets a rendition derived from another without knowing what does it. app
 * injects them (the transcoder); a test injects its own. Loop only. */
#pragma once
#include <stdint.h>

#include "stream/hub.h"

/* Upper bounds, in microseconds, of the histogram's buckets; the last bucket has none. */
enum { MAKER_BUCKETS = 10 };
extern const uint32_t maker_bucket_us[MAKER_BUCKETS - 1];

/* What one maker has done since it was opened. */
struct maker_stats {
    uint64_t encoded, undecodable,
        skipped; /* frames; skipped = replaced by a newer one, or came while error was set */
    uint64_t keys, unit_bytes;
    uint64_t decode_us, encode_us;   /* CPU time, sums */
    uint64_t buckets[MAKER_BUCKETS]; /* decode + encode per frame; not cumulative */
    uint16_t width, height;
    const char *encoder; /* immutable; NULL: nothing was encoded yet */
    const char *device;  /* the hardware encoder; immutable; NULL: none */
    int device_error;    /* the negative errno that keeps it out of use, or 0 */
    int error; /* 0, or the negative errno of the encoder, which is retried every second */
};

/* How much of it the leases can use; zeroes: all. */
struct maker_pace {
    uint16_t max_fps;
    uint16_t max_width, max_height; /* it is scaled down as long as it still covers this */
    int64_t key_interval_us;        /* the longest */
};

struct maker_request {
    const char *about;        /* camera id; copied */
    enum rendition_kind kind; /* to be made */
    unsigned scale;           /* 1, 2, 4 or 8; of H.264 the pace decides */
    struct hub *source_hub;   /* of JPEG or raw pictures; referenced while it is read */
    struct hub *hub;          /* the output; referenced too */
    uint64_t turn;            /* of the output hub, to publish under */
    struct maker_pace pace;
    int64_t back_us; /* begins so far in the source's past and skips nothing until it is live */
};

struct makers {
    /* -ENOENT: no such encoder; -EAGAIN: thread creation failed. */
    int (*open)(void *ctx, const struct maker_request *request, void **ret_maker);
    void (*adjust)(void *maker, const struct maker_pace *pace);
    /* Takes NULL. Never waits: a frame in progress is dropped, because its turn ends when another
     * one begins. */
    void (*close)(void *maker);
    struct maker_stats (*stats)(void *maker);
    void *ctx;
};
