/* The engine: JPEG bytes or raw pictures in, H.264 access units out. It is the only interface
 * between the server and everything that turns pixels into bits. It passes only bytes and plain
 * structs, so that a hardware encoder or a worker in a separate process needs only a second
 * implementation, not a rewrite.
 *
 * An engine belongs to one thread at a time. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/m2m.h"
#include "media/h264.h"
#include "media/raw.h"

struct engine;

struct engine_params {
    const char *encoder; /* "x264", "openh264", or NULL for the default; borrowed during the call */
    unsigned quality;    /* 1 (smallest) to 100 (best), 0 = default */
    /* The machine's hardware encoder, preferred to the named one; borrowed, outlives the engine.
     * NULL: none, or not wanted; device_error says why a wanted one is missing. */
    const struct m2m_device *device;
    int device_error;
};

/* One of the two; borrowed during the call. */
struct engine_input {
    const uint8_t *jpeg; /* passed jpeg_inspect */
    size_t len_bytes;
    const struct raw_picture *raw; /* NULL: it is a JPEG */
    unsigned scale;                /* 0 or 1, 2, 4, 8: the sides are divided by it */
    int64_t pts_us;                /* arrival, monotonic; rises from input to input */
    bool want_key;
};

/* Borrowed from the engine, valid until its next call. */
struct engine_output {
    const uint8_t *unit; /* AVCC, 4-byte lengths, slices only: parameter sets travel in params */
    size_t len_bytes;
    bool key;
    bool new_params; /* params differ from those of the unit before: a new init segment */
    const struct h264_params *params;
    uint16_t width, height; /* pixels; even: odd ones have their last column or row repeated */
    const char *encoder;    /* the name of the one in use; immutable */
    const char *device;     /* the machine's encoder, in use or not; immutable; NULL: none */
    int device_error;       /* the negative errno for which it is not in use; 0: it is, or never was
                               wanted for such pictures */
    uint32_t decode_us, encode_us; /* CPU time of the calling thread */
};

struct engine_ops {
    const char *name;
    /* -ENOENT: no such encoder; -ENOMEM. The encoder itself opens with the first picture, at its
     * size. */
    int (*create)(const struct engine_params *params, struct engine **ret_engine);
    /* One unit for each picture, always: no delay, no reordering. A picture of another size
     * restarts the encoder with a key. -EBADMSG: the picture does not decode; continue with the
     * next. -EOWNERDEAD: the same, because the process that decodes ended. Any other error: the
     * engine is broken, destroy it. */
    int (*encode)(struct engine *engine, const struct engine_input *input,
                  struct engine_output *ret_output);
    void (*destroy)(struct engine *engine); /* takes NULL */
};

/* Codec libraries in this process, and the machine's hardware encoder if there is one; immutable.
 * Pictures with a side below 16 pixels, or larger than h264_fits() allows, do not decode. If the
 * device fails, no picture is lost: software encodes it as a key, and continues. The device is
 * tried again after a minute, and after twice the pause whenever it fails again. */
extern const struct engine_ops engine_local;
