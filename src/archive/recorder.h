/* A recorder: writes one camera's H.264 rendition to clips, on a separate thread with its own
 * reader, so that a slow disk delays only the recording. The caller holds a lease on the rendition;
 * this room only reads its hub.
 *
 * A fragment is written for each half second and synced each second. A new clip begins with each
 * new size, and at the first key after clip_us. Start, stop and done on the loop. */
#pragma once
#include "archive/archive.h"
#include "stream/hub.h"

struct recorder;

/* -ENOSPC: the disk is full, or was and has not much more room; -ESTALE: the archive's folder is
 * gone, as when its disk was unmounted. */
struct recorder_result {
    int error;      /* 0, or why it ended early */
    uint64_t bytes; /* of all its clips */
    int64_t item;   /* its last clip in the archive; 0 = none */
};

struct recorder_params {
    struct archive *archive;
    struct hub *hub;    /* of RENDITION_H264; a reference is taken */
    const char *camera; /* copied */
    enum archive_reason reason;
    const struct clock *clock;
    int64_t clip_us;             /* length of a clip, see above; 0 = an hour */
    int64_t back_us;             /* begins this far in the hub's past, at a key; 0 = now */
    bool retries;                /* the caller logs errors, and begins again */
    const struct packet *poster; /* a JPEG for the thumbnail, or NULL; its bytes are kept */
    /* The recording has ended, its last clip is in the archive, and the recorder is freed. */
    void (*done)(void *ctx, const struct recorder_result *result);
    void *ctx;
};

/* Never fails; done reports errors. */
struct recorder *recorder_start(const struct recorder_params *params)
    __attribute__((returns_nonnull, warn_unused_result));

/* Ends the recording, which is kept; done follows. May be called repeatedly. */
void recorder_stop(struct recorder *recorder);

/* Bytes written so far, all clips together. */
uint64_t recorder_bytes(struct recorder *recorder);
