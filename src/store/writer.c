#include "store/writer.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"
#include "store/sql.h"

struct item {
    struct list node;
    struct write write; /* its texts are in bytes */
    char bytes[];
};

struct writer {
    /* Immutable after create. */
    char *name;
    struct thread thread;

    /* Writer thread only. */
    sqlite3 *db;
    sqlite3_stmt *statements[WRITE_KINDS];

    struct lock lock;
    struct lock_cond work, idle;
    /* Guarded by lock. */
    struct list queue;
    unsigned n_queued;
    bool flush_wanted, closing;
    int error; /* the first since the last flush */
};

/* A row that is already so is not written again: a device that reconnects costs no disk. The order
 * of first sight survives a change, and so do the settings, hence no INSERT OR REPLACE. */
#define PUT_CAMERA                                                                                 \
    "INSERT INTO camera (id, name, source, address, token, adopted)"                               \
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"                                                             \
    " ON CONFLICT (id) DO UPDATE"                                                                  \
    " SET name = ?2, source = ?3, address = ?4, token = ?5, adopted = ?6"                          \
    " WHERE name <> ?2 OR source <> ?3 OR address <> ?4 OR token <> ?5 OR adopted <> ?6"
#define PUT_SETTING                                                                                \
    "INSERT INTO setting (camera, name, value) VALUES (?1, ?2, ?3)"                                \
    " ON CONFLICT (camera, name) DO UPDATE SET value = ?3 WHERE value <> ?3"
#define CLEAR_SETTINGS "DELETE FROM setting WHERE camera = ?1"
#define REMOVE_CAMERA "DELETE FROM camera WHERE id = ?1"

static const char *const STATEMENTS[WRITE_KINDS] = {[WRITE_CAMERA] = PUT_CAMERA,
                                                    [WRITE_SETTING] = PUT_SETTING,
                                                    [WRITE_CLEAR] = CLEAR_SETTINGS,
                                                    [WRITE_REMOVE] = REMOVE_CAMERA};

static struct item *item_create(const struct write *write)
{
    size_t len_bytes = 0;
    for (unsigned i = 0; i < WRITE_TEXTS && write->texts[i]; i++)
        len_bytes += strlen(write->texts[i]) + 1;
    struct item *item = mem_zalloc_or_die(1, sizeof(*item) + len_bytes);
    item->write = *write;
    char *p = item->bytes;
    for (unsigned i = 0; i < WRITE_TEXTS && write->texts[i]; i++) {
        item->write.texts[i] = p;
        p = stpcpy(p, write->texts[i]) + 1;
    }
    return item;
}

static int write_item(struct writer *writer, const struct write *write)
{
    sqlite3_stmt *statement = writer->statements[write->kind];
    int result = SQLITE_OK;
    for (int i = 0; i < WRITE_TEXTS && write->texts[i] && result == SQLITE_OK; i++)
        result = sqlite3_bind_text(statement, i + 1, write->texts[i], -1, SQLITE_STATIC);
    if (result == SQLITE_OK && write->kind == WRITE_CAMERA)
        result = sqlite3_bind_int(statement, WRITE_TEXTS + 1, write->flag);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    int error = sql_errno(writer->db, result);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return error;
}

/* Writes the batch in one transaction. A row that the schema refuses costs that row alone; an error
 * of the disk costs the batch. */
static int write_batch(struct writer *writer, struct list *batch)
{
    int first_error = 0;
    int error = sql_run(writer->db, "BEGIN IMMEDIATE");
    list_for_each (item, batch, struct item, node) {
        if (!error || error == -EINVAL)
            error = write_item(writer, &item->write);
        if (error == -EINVAL)
            log_error("store", writer->name, "a row about %s does not fit the database",
                      item->write.texts[0]);
        if (!first_error)
            first_error = error;
        list_remove(&item->node);
        mem_free(item);
    }
    if (!error || error == -EINVAL)
        error = sql_run(writer->db, "COMMIT");
    if (error && !sqlite3_get_autocommit(writer->db))
        sqlite3_exec(writer->db, "ROLLBACK", NULL, NULL, NULL);
    if (error && error != -EINVAL)
        log_error("store", writer->name,
                  "changes could not be written (%s): they are lost at the next start",
                  strerror(-error));
    return first_error ? first_error : error;
}

/* With synchronous=NORMAL a commit is safe against a crash of the program; a checkpoint makes it
 * safe against one of the machine. */
static int sync_all(struct writer *writer)
{
    return sql_errno(writer->db, sqlite3_wal_checkpoint_v2(writer->db, NULL,
                                                           SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
}

/* Moves the whole queue to batch; lock held. */
static unsigned take_all(struct writer *writer, struct list *batch)
{
    unsigned n = writer->n_queued;
    list_init(batch);
    list_for_each (item, &writer->queue, struct item, node) {
        list_remove(&item->node);
        list_append(batch, &item->node);
    }
    writer->n_queued = 0;
    return n;
}

static void *run(void *ctx)
{
    struct writer *writer = ctx;
    lock_take(&writer->lock);
    for (;;) {
        while (!writer->n_queued && !writer->flush_wanted && !writer->closing)
            lock_cond_wait(&writer->work, &writer->lock, CLOCK_NEVER_US);
        if (!writer->n_queued && !writer->flush_wanted)
            break;
        struct list batch;
        unsigned n = take_all(writer, &batch);
        bool flush = writer->flush_wanted;
        lock_drop(&writer->lock);
        int error = n ? write_batch(writer, &batch) : 0;
        int sync_error = flush ? sync_all(writer) : 0;
        lock_take(&writer->lock);
        if (!writer->error)
            writer->error = error ? error : sync_error;
        if (flush) {
            writer->flush_wanted = false;
            lock_cond_signal(&writer->idle);
        }
    }
    lock_drop(&writer->lock);
    return NULL;
}

static void finish(struct writer *writer)
{
    for (unsigned i = 0; i < WRITE_KINDS; i++)
        sqlite3_finalize(writer->statements[i]);
    sqlite3_close(writer->db);
    lock_cond_finish(&writer->idle);
    lock_cond_finish(&writer->work);
    lock_finish(&writer->lock);
    mem_free(writer->name);
    mem_free(writer);
}

int writer_create(sqlite3 *takes_db, const char *name, struct writer **ret_writer)
{
    struct writer *writer = mem_new(struct writer);
    writer->db = takes_db;
    writer->name = mem_strdup_or_die(name);
    lock_init(&writer->lock, LOCK_RANK_STORE);
    lock_cond_init(&writer->work);
    lock_cond_init(&writer->idle);
    list_init(&writer->queue);
    int error = 0;
    for (unsigned i = 0; i < WRITE_KINDS && !error; i++)
        error = sql_errno(takes_db,
                          sqlite3_prepare_v3(takes_db, STATEMENTS[i], -1, SQLITE_PREPARE_PERSISTENT,
                                             &writer->statements[i], NULL));
    if (!error)
        error = thread_start(&writer->thread, "writer", run, writer);
    if (error) {
        finish(writer);
        return error;
    }
    *ret_writer = writer;
    return 0;
}

void writer_destroy(struct writer *writer)
{
    if (!writer)
        return;
    lock_take(&writer->lock);
    writer->closing = true;
    lock_cond_signal(&writer->work);
    lock_drop(&writer->lock);
    thread_join(&writer->thread);
    finish(writer);
}

void writer_put(struct writer *writer, const struct write *write)
{
    struct item *item = item_create(write);
    lock_take(&writer->lock);
    bool full = writer->n_queued == WRITER_QUEUE_MAX;
    bool first = full && !writer->error;
    if (full) {
        if (!writer->error)
            writer->error = -ENOBUFS;
    } else {
        list_append(&writer->queue, &item->node);
        writer->n_queued++;
        lock_cond_signal(&writer->work);
    }
    lock_drop(&writer->lock);
    if (full)
        mem_free(item);
    if (first)
        log_error("store", writer->name, "the disk does not keep up: changes are being lost");
}

int writer_flush(struct writer *writer)
{
    lock_take(&writer->lock);
    writer->flush_wanted = true;
    lock_cond_signal(&writer->work);
    while (writer->flush_wanted)
        lock_cond_wait(&writer->idle, &writer->lock, CLOCK_NEVER_US);
    int error = writer->error;
    writer->error = 0;
    lock_drop(&writer->lock);
    return error;
}
