/* The writer: the thread that owns the one writing connection, and the queue in front of it.
 * What belongs here: order, batching, errors of writes. What does not: opening and reading. */
#pragma once
#include <sqlite3.h>
#include <stdbool.h>

struct writer;

/* More waiting writes than this are refused: the disk has stopped, and memory must not follow. */
enum { WRITER_QUEUE_MAX = 4096 };

enum write_kind { WRITE_CAMERA, WRITE_SETTING, WRITE_CLEAR, WRITE_REMOVE, WRITE_KINDS };
enum { WRITE_TEXTS = 5 };

/* One change; what the texts are depends on the kind: see the statements in writer.c. */
struct write {
    enum write_kind kind;
    const char *texts[WRITE_TEXTS];
    bool flag;
};

/* Takes the connection, also when it fails, and starts the thread. name: the file, for the log;
 * copied. -EAGAIN: no thread to be had. */
int writer_create(sqlite3 *takes_db, const char *name, struct writer **ret_writer)
    __attribute__((warn_unused_result));

/* Writes what is queued, closes the connection. Takes NULL. */
void writer_destroy(struct writer *writer);

/* Any thread; copies the texts; never blocks on the disk. */
void writer_put(struct writer *writer, const struct write *write);

/* Waits until all that was put before is synced to disk; 0 or the first error since the last flush.
 * One thread at a time. */
int writer_flush(struct writer *writer);
