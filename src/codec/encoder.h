/* An H.264 encoder inside engine_local: 4:2:0 pictures in, access units out. All of them guarantee:
 * one slice per picture, one reference, no B-frames, no delay, one thread; an IDR only on request;
 * range, matrix and max_num_reorder_frames = 0 in the SPS.
 *
 * An encoder is used by one thread at a time. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/m2m.h"
#include "codec/picture.h"
#include "media/h264.h"

struct encoder_params {
    uint16_t width, height;          /* pixels, even */
    unsigned quality;                /* 1 (smallest) to 100 (best); default ENCODER_QUALITY */
    bool limited, bt709;             /* colour of the samples, as in struct picture */
    const struct m2m_device *device; /* encoder_m2m's; borrowed, outlives the encoder */
};

/* Borrowed from the encoder until its next call. */
struct encoder_unit {
    const uint8_t *data; /* AVCC, 4-byte lengths, slices only */
    size_t len_bytes;
    bool key;
    const struct h264_params *params; /* parameter sets to decode it with */
};

struct encoder_ops {
    const char *name;
    /* -ENOMEM; -ENOTSUP: the library or the device refuses this size. */
    int (*create)(const struct encoder_params *params, void **ret_encoder);
    /* pts_us rises from call to call; the first unit is a keyframe. After an error the encoder is
     * unusable. */
    int (*encode)(void *encoder, const struct picture *picture, int64_t pts_us, bool want_key,
                  struct encoder_unit *ret_unit);
    void (*destroy)(void *encoder); /* takes NULL */
};

/* The build decides which of them exist; immutable. */
extern const struct encoder_ops encoder_x264, encoder_openh264;

/* A hardware device; encoder_find does not return it. It takes the picture's raw form if there is
 * one; then the planes may be missing. */
extern const struct encoder_ops encoder_m2m;

/* Finds the hardware H.264 encoder, for engine_params; like m2m_probe. */
int encoder_m2m_probe(struct m2m_device *ret_device) __attribute__((warn_unused_result));

/* The colour that browsers assume for a JPEG, so that both renditions of a camera look the same.
 * Codes of ITU-T H.264 tables E-3 to E-5. */
enum {
    ENCODER_QUALITY = 60,
    ENCODER_PRIMARIES = 1, /* BT.709, as sRGB has */
    ENCODER_TRANSFER = 13, /* sRGB */
    ENCODER_MATRIX = 6,    /* BT.601 */
    ENCODER_MATRIX_709 = 1,
    ENCODER_NOMINAL_FPS = 30,
    ENCODER_MAX_FPS = 60, /* what the level is chosen for */
};

/* The smallest level_idc that fits the size at ENCODER_MAX_FPS, or the highest there is (ITU-T
 * H.264 table A-1). */
int encoder_level(unsigned width, unsigned height);

/* The largest long-run cost of a picture: bits per second at ENCODER_NOMINAL_FPS. A budget per
 * frame: at another rate the bitrate changes in proportion. */
int encoder_bitrate(const struct encoder_params *params);

/* The finest quantiser worth its bits at this quality (H.264's 0 to 51, smaller is finer), and the
 * coarsest: beyond it, exceed the budget instead. */
int encoder_min_qp(unsigned quality);
int encoder_max_qp(unsigned quality);

/* "x264", "openh264", or NULL for the default; NULL if the build has none of that name. */
const struct encoder_ops *encoder_find(const char *name);
