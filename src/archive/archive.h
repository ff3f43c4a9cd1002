/* The archive as the loop sees it: a thread, the keeper, owns the shelf (files and index) and does
 * one job after another. Nothing here blocks the loop.
 *
 * At start the keeper repairs what a crash or a power cut left; jobs wait until that is done. */
#pragma once
#include "archive/shelf.h"
#include "base/list.h"
#include "base/waker.h"
#include "stream/packet.h"

struct archive;

struct archive_params {
    const char *data;           /* the data folder; copied */
    struct shelf_policy policy; /* applied after each change, and each hour */
    const struct clock *clock;  /* NULL: the system's */
    struct waker deliver;       /* woken when archive_deliver has something to do */
    /* Called by archive_deliver: what happened to an item. NULL for item: to so many that each is
     * not told. */
    void (*news)(void *ctx, enum shelf_change change, const struct archive_item *item);
    void *ctx;
};

/* Starts the keeper. Succeeds even if the shelf cannot be opened: every job then ends with that
 * error, and archive_trouble says why. -EAGAIN: thread creation failed. */
int archive_open(const struct archive_params *params, struct archive **ret_archive)
    __attribute__((warn_unused_result));

/* Completes and delivers the queued jobs, and ends the thread. Takes NULL. */
void archive_close(struct archive *archive);

/* How much the items of some cameras may take, from now on; copied. At most ARCHIVE_CAMERAS_MAX.
 * Loop only. */
void archive_limit_cameras(struct archive *archive, const struct archive_quota *quotas, unsigned n);

/* Calls done of every finished job. Loop only. */
void archive_deliver(struct archive *archive);

/* A job, embedded in a struct of the caller. */
struct archive_job {
    struct list node;
    /* On the keeper. Returns 0 or a negative errno, which done finds in error. */
    int (*work)(struct archive_job *job, struct shelf *shelf);
    void (*done)(struct archive_job *job); /* on the loop; frees the job */
    bool reads; /* it waits until no other job does, so that readers never keep a picture out */
    int error;
};
enum { ARCHIVE_JOBS_MAX = 256 }; /* of those that read, and of the others */

/* Any thread; done is called on the loop, with -EBUSY if the queue is full. */
void archive_do(struct archive *archive, struct archive_job *job);

/* For a job that reads a file of the archive: all of [at, at + len_bytes), or -EIO if the file is
 * shorter. */
int archive_read(int fd, uint64_t at, void *bytes, size_t len_bytes)
    __attribute__((warn_unused_result));

/* --- State, available without a job. Loop only. --- */

/* Sums after the last job. */
struct archive_camera {
    char id[ARCHIVE_CAMERA_MAX_BYTES + 1];
    uint64_t items, bytes;
};
enum { ARCHIVE_CAMERAS_MAX = 128 };
struct archive_state {
    char trouble[SHELF_SENTENCE_MAX_BYTES]; /* "" = it works */
    struct archive_camera cameras[ARCHIVE_CAMERAS_MAX];
    unsigned n_cameras;
    uint64_t free_bytes, total_bytes;
    struct shelf_findings findings; /* of the check at start */
};
const struct archive_state *archive_state(const struct archive *archive);
/* Never changes; without the quotas. */
const struct shelf_policy *archive_policy(const struct archive *archive);

/* --- Photos. --- */

struct archive_photo {
    const char *camera; /* copied */
    enum archive_reason reason;
    struct packet *still; /* a reference is taken */
    int64_t wall_us;
};
/* done: 0 and the item, or a negative errno; never called from inside. */
void archive_keep_photo(struct archive *archive, const struct archive_photo *params,
                        void (*done)(void *ctx, int error, const struct archive_item *item),
                        void *ctx);
