/* A recorder: writes one camera's H.264 rendition to clips, on a thread of its own with a reader of
 * its own, so that a slow disk delays nothing but the recording. Somebody holds a lease on the
 * rendition meanwhile; this room only reads its hub.
 *
 * A fragment is written for each half second and synced each second. A new size begins a new clip,
 * and so does every hour. Start, stop and done on the loop. */
#pragma once
#include "archive/archive.h"
#include "stream/hub.h"

struct recorder;

struct recorder_result {
    int error;      /* 0, or why it ended by itself */
    uint64_t bytes; /* of all its clips */
    int64_t item;   /* its last clip in the archive; 0 = none */
};

struct recorder_params {
    struct archive *archive;
    struct hub *hub;    /* of RENDITION_H264; a reference is taken */
    const char *camera; /* copied */
    enum archive_reason reason;
    const struct clock *clock;
    int64_t back_us;             /* begins so far in the hub's past, at a key; 0 = now */
    const struct packet *poster; /* a JPEG for the thumbnail, or NULL; its bytes are kept */
    /* The recording has ended, its last clip is in the archive, and the recorder is gone. */
    void (*done)(void *ctx, const struct recorder_result *result);
    void *ctx;
};

/* Never fails; done tells what went wrong. */
struct recorder *recorder_start(const struct recorder_params *params)
    __attribute__((returns_nonnull, warn_unused_result));

/* What came so far is kept; done follows. More than once is fine. */
void recorder_stop(struct recorder *recorder);

/* Written so far, all clips. */
uint64_t recorder_bytes(struct recorder *recorder);
