/* A maker: one packet of a source in, one packet of the derived rendition out. What a transcoder's
 * thread does with each frame; it belongs to that thread. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "codec/engine.h"
#include "stream/packet.h"

struct maker_params {
    const struct engine_ops *engine; /* H.264 only, as engine_params */
    struct engine_params engine_params;
    uint32_t stream; /* number of the rendition that is made */
};

/* What was made. */
struct maker_result {
    struct packet *packet;         /* one reference, the caller's */
    const char *encoder;           /* immutable */
    const char *device;            /* the machine's own encoder; immutable; NULL: none */
    int device_error;              /* for which it is not in use, or 0 */
    uint32_t decode_us, encode_us; /* CPU time */
};

struct maker_ops {
    /* -ENOENT: no such encoder; -ENOMEM. */
    int (*create)(const struct maker_params *params, void **ret_maker);
    /* It will be number `sequence` of its hub. -EBADMSG: the frame does not decode, the next one
     * may; any other error: what it works with is broken and closed, the next call opens it anew.
     */
    int (*make)(void *maker, const struct packet *frame, uint32_t sequence, bool want_key,
                struct maker_result *ret_result);
    void (*destroy)(void *maker); /* takes NULL */
};

extern const struct maker_ops maker_h264; /* of JPEG or raw */
extern const struct maker_ops maker_jpeg; /* of raw */
