/* A converter: one packet of a source in, one packet of the derived rendition out. A
 * transcoder's thread calls it for each frame, and owns it. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "codec/engine.h"
#include "stream/packet.h"

struct converter_params {
    const struct engine_ops *engine; /* H.264 only, as engine_params */
    struct engine_params engine_params;
};

struct converter_order {
    bool want_key;
    unsigned scale; /* 1, 2, 4 or 8: the sides of the picture are divided by it */
};

/* The result. */
struct converter_result {
    struct packet *packet;         /* one reference, the caller's */
    const char *encoder;           /* immutable */
    const char *device;            /* the machine's own encoder; immutable; NULL: none */
    int device_error;              /* why it is not in use, or 0 */
    uint32_t decode_us, encode_us; /* CPU time */
};

struct converter_ops {
    /* -ENOENT: no such encoder; -ENOMEM. */
    int (*create)(const struct converter_params *params, void **ret_converter);
    /* -EBADMSG: the frame does not decode, but the next one may; -EOWNERDEAD: the same, and the
     * process that decodes ended; any other error: its codec is
     * broken and closed, and the next call opens it again. */
    int (*convert)(void *converter, const struct packet *frame, const struct converter_order *order,
                   struct converter_result *ret_result);
    void (*destroy)(void *converter); /* takes NULL */
};

extern const struct converter_ops converter_h264; /* of JPEG or raw */
extern const struct converter_ops converter_jpeg; /* of raw */
extern const struct converter_ops converter_luma; /* of JPEG or raw, at an eighth of the size */
