/* A memory-to-memory H.264 encoder without a kernel: the linker sends the codec room's open, ioctl,
 * mmap, poll and close here (--wrap). It answers as the Raspberry Pi's driver is documented to, and
 * one of the build's libraries encodes; its SPS lacks the VUI, as there. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "media/h264.h"

#define FAKE_M2M_PATH "/dev/video11"

enum fake_fault {
    FAKE_FINE,
    FAKE_HANGS,         /* the unit never comes */
    FAKE_VANISHES,      /* every call fails, until fake_m2m_plug */
    FAKE_MARKS_ERROR,   /* V4L2_BUF_FLAG_ERROR */
    FAKE_EMPTY,         /* no byte in the unit */
    FAKE_GARBAGE,       /* no H.264 */
    FAKE_WRONG_SIZE,    /* the SPS speaks of another size */
    FAKE_NO_PARAMS,     /* a key without parameter sets */
    FAKE_OVERLONG,      /* more bytes than the buffer has */
    FAKE_BUSY,          /* it cannot be opened */
    FAKE_REFUSES_FORMAT /* I420 turns into something else */
};

struct fake_m2m {
    /* What it is; set before use. */
    bool absent, forbidden;
    bool single_planar;
    bool no_nv12;
    bool no_import;         /* REQBUFS refuses DMA-BUFs */
    bool no_import_late;    /* QBUF does */
    bool no_force_key;      /* it lacks the control */
    unsigned rows_multiple; /* of a picture, 1 or 16 */
    enum fake_fault fault;
    unsigned fault_at; /* the picture at which that happens, counted from 0 since fake_m2m_reset */

    /* What happened. */
    unsigned opened, closed, encoded, imported, keys_forced;
    struct h264_params params; /* as it wrote them last */
    int32_t bitrate, level, b_frames, repeat_header;
};

extern struct fake_m2m fake_m2m;

/* Like the Raspberry Pi's, and all counts 0. */
void fake_m2m_reset(void);
