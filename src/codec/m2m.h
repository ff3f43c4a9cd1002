/* A Linux memory-to-memory encoder: finding one, and passing a picture through it. The coded format
 * is a parameter; the meaning of the units does not belong here (see encoder_m2m.c). One picture is
 * in the device at a time, so nothing is ever left to drain: an encoder that wants a second picture
 * before it returns the first is not supported, and ends in -ETIMEDOUT.
 *
 * An encoder is used by one thread at a time; the calls block no longer than m2m_encode says.
 * Interface: Linux kernel, "Memory-to-Memory Stateful Video Encoder Interface". Errors are the
 * kernel's, as negative errno. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/raw.h"

struct m2m_device {
    char path[24]; /* "/dev/video11" */
    char card[32]; /* the driver's name for it */
    bool nv12;     /* it takes NV12 besides I420 */
    uint32_t min_width, min_height, max_width, max_height;
};

/* The first of /dev/video* that encodes I420 to the coded format (V4L2_PIX_FMT_...). -ENOENT: there
 * is none; -EACCES: none among those that this process may open. */
int m2m_probe(uint32_t coded, struct m2m_device *ret_device) __attribute__((warn_unused_result));

bool m2m_probe_fits(const struct m2m_device *device, unsigned width, unsigned height);

/* A control (V4L2_CID_...) and its value, set if the driver has it and accepts the value. */
struct m2m_control {
    uint32_t id;
    int32_t value;
};

struct m2m_params {
    const char *path; /* borrowed during the call, like everything here */
    uint32_t coded;
    const struct m2m_control *controls;
    size_t n_controls;
    unsigned nominal_fps; /* what the bitrate is a rate of */
    unsigned patience_ms; /* for one picture; 0 = 500 */
    bool copy;            /* never import the pictures' DMA-BUFs */
};

/* Borrowed until the next call. The bytes tell whether it is a keyframe; drivers forget to mark
 * it. */
struct m2m_unit {
    const uint8_t *data;
    size_t len_bytes;
};

struct m2m;

/* Opens the device for pictures like this one in size, format and layout: those with a DMA-BUF are
 * imported if the driver can read their layout, all others are copied. -ENOTSUP: the device does
 * not take such pictures. */
int m2m_create(const struct m2m_params *params, const struct raw_picture *like,
               struct m2m **ret_m2m) __attribute__((warn_unused_result));
void m2m_destroy(struct m2m *m2m); /* takes NULL */

/* Whether m2m_encode takes this picture; if not, another m2m must be created for it. */
bool m2m_suits(const struct m2m *m2m, const struct raw_picture *picture);

/* Whether pictures are imported instead of copied. */
bool m2m_imports(const struct m2m *m2m);

/* The first unit is a keyframe. -ETIMEDOUT: no unit in time; after any error it is unusable,
 * destroy it. */
int m2m_encode(struct m2m *m2m, const struct raw_picture *picture, int64_t pts_us, bool want_key,
               struct m2m_unit *ret_unit) __attribute__((warn_unused_result));
