/* The writer: the thread that owns the one writing connection, and the queue in front of it.
 * What belongs here: order, batching, errors of writes, and telling how a group of writes ended.
 * What does not: opening and reading. */
#pragma once
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/waker.h"

struct writer;

/* More waiting writes than this are refused: the disk has stalled, and memory must not grow. */
enum { WRITER_QUEUE_MAX = 4096 };

enum write_kind {
    WRITE_CAMERA,
    WRITE_SETTING,
    WRITE_CLEAR,
    WRITE_REMOVE,
    WRITE_LAST,
    WRITE_DOCUMENT,
    WRITE_USER,
    WRITE_REMOVE_USER,
    WRITE_FACTOR,
    WRITE_REMOVE_FACTOR,
    WRITE_SESSION,
    WRITE_REMOVE_SESSION,
    WRITE_TOKEN,
    WRITE_REMOVE_TOKEN,
    WRITE_SHARE,
    WRITE_REMOVE_SHARE,
    WRITE_SCHEDULE,
    WRITE_REMOVE_SCHEDULE,
    WRITE_RUN,
    WRITE_FILM,
    WRITE_REMOVE_FILM,
    WRITE_KINDS
};
enum { WRITE_TEXTS = 5, WRITE_NUMBERS = 5 };

/* One change; what the texts are depends on the kind: see the statements in writer.c. */
struct write {
    enum write_kind kind;
    const char *texts[WRITE_TEXTS]; /* parameters ?1 and following */
    int64_t numbers[WRITE_NUMBERS]; /* parameters ?11 and following; those of a statement that has
                                       none are ignored */
    const void *blob;               /* parameter ?10, or NULL */
    size_t blob_bytes;
};

/* Called by writer_deliver once the group is on disk (error 0) or lost (negative errno). */
struct write_done {
    void (*done)(void *ctx, int error); /* NULL = not needed */
    void *ctx;
};

/* Changes that are committed together or not at all. One thread at a time until it is put. */
struct write_group;
struct write_group *write_group_create(void) __attribute__((returns_nonnull));
void write_group_add(struct write_group *group,
                     const struct write *write); /* copies the texts and the blob */

/* Takes the connection even if it fails, and starts the thread. name: the file, for the log;
 * copied. deliver is woken when writer_deliver has something to do. -EAGAIN: thread creation
 * failed. */
int writer_create(sqlite3 *takes_db, const char *name, struct waker deliver,
                  struct writer **ret_writer) __attribute__((warn_unused_result));

/* Writes what is queued, delivers, closes the connection. Takes NULL. */
void writer_destroy(struct writer *writer);

/* Any thread; never block on the disk. A group with a done is synced to disk before that is called:
 * it survives a power cut. Others survive the end of the process, and a power cut after the next
 * checkpoint. */
void writer_put_group(struct writer *writer, struct write_group *takes_group,
                      struct write_done done);
void writer_put(struct writer *writer, const struct write *write);

/* Calls the done of every group that is decided. The thread that owns what they touch (the loop).
 * done may put more. */
void writer_deliver(struct writer *writer);

/* Waits until all that was put before is synced to disk; 0 or the first error since the last flush.
 * One thread at a time. */
int writer_flush(struct writer *writer);
