/* An H.264 encoder inside engine_local: 4:2:0 pictures in, access units out. What all of them
 * promise: one slice a picture, one reference, no B-frames, no delay, one thread; an IDR only where
 * one is asked for; range, matrix and max_num_reorder_frames = 0 in the SPS.
 *
 * An encoder belongs to one thread at a time. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/m2m.h"
#include "codec/picture.h"
#include "media/h264.h"

struct encoder_params {
    uint16_t width, height; /* pixels, even */
    unsigned quality;       /* 1 (smallest) to 100 (best); ENCODER_QUALITY is the usual one */
    bool limited, bt709;    /* how the samples are to be understood: as struct picture has it */
    const struct m2m_device *device; /* encoder_m2m's; borrowed, outlives the encoder */
};

/* Borrowed from the encoder until its next call. */
struct encoder_unit {
    const uint8_t *data; /* AVCC, 4-byte lengths, slices only */
    size_t len_bytes;
    bool key;
    const struct h264_params *params; /* what it is decoded with */
};

struct encoder_ops {
    const char *name;
    /* -ENOMEM; -ENOTSUP: the library or the device refuses this size. */
    int (*create)(const struct encoder_params *params, void **ret_encoder);
    /* pts_us rises from call to call; the first unit is a key. After any error it is broken. */
    int (*encode)(void *encoder, const struct picture *picture, int64_t pts_us, bool want_key,
                  struct encoder_unit *ret_unit);
    void (*destroy)(void *encoder); /* takes NULL */
};

/* Which of them exist is the build's choice; immutable. */
extern const struct encoder_ops encoder_x264, encoder_openh264;

/* A device of the machine; encoder_find does not know it. It takes the picture's raw where there is
 * one; then the planes need not be there. */
extern const struct encoder_ops encoder_m2m;

/* Looks for the machine's H.264 encoder, for engine_params; as m2m_probe. */
int encoder_m2m_probe(struct m2m_device *ret_device) __attribute__((warn_unused_result));

/* How the samples are to be understood: what browsers take a JPEG for, so that both renditions of a
 * camera look the same. Codes of ITU-T H.264 tables E-3 to E-5. */
enum {
    ENCODER_QUALITY = 60,
    ENCODER_PRIMARIES = 1, /* BT.709, those of sRGB */
    ENCODER_TRANSFER = 13, /* sRGB */
    ENCODER_MATRIX = 6,    /* BT.601 */
    ENCODER_MATRIX_709 = 1,
    ENCODER_NOMINAL_FPS = 30,
    ENCODER_MAX_FPS = 60, /* what the level is chosen for */
};

/* The smallest level_idc that fits the size at ENCODER_MAX_FPS, or the highest there is (ITU-T
 * H.264 table A-1). */
int encoder_level(unsigned width, unsigned height);

/* What a picture may cost at the most, in the long run: bits a second at ENCODER_NOMINAL_FPS. A
 * budget a frame: at another rate the stream takes more or less. */
int encoder_bitrate(const struct encoder_params *params);

/* The finest quantiser worth its bits at this quality (H.264's 0 to 51, smaller is finer), and the
 * coarsest: beyond it, better more bits than mud. */
int encoder_min_qp(unsigned quality);
int encoder_max_qp(unsigned quality);

/* "x264", "openh264", or NULL for the default; NULL when the build has none of that name. */
const struct encoder_ops *encoder_find(const char *name);
