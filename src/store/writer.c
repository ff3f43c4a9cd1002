#include "store/writer.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/inbox.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"
#include "store/sql.h"

struct item {
    struct list node;
    struct write write; /* the texts and the blob are in bytes */
    char bytes[];
};

struct write_group {
    struct list node;  /* in the writer's queue, its batch, or its inbox of decided groups */
    struct list items; /* of struct item.node */
    unsigned n_items;
    int error;
    struct write_done done;
};

struct writer {
    /* Immutable after create. */
    char *name;
    struct thread thread;

    /* Writer thread only. */
    sqlite3 *db;
    sqlite3_stmt *statements[WRITE_KINDS];
    bool is_synced; /* whether each commit is synced; PRAGMA synchronous */

    struct inbox decided; /* groups whose done is due: the writer posts, writer_deliver takes */

    struct lock lock;
    struct lock_cond work, idle;
    /* Guarded by lock. */
    struct list queue; /* of struct write_group.node */
    unsigned n_queued; /* writes in it */
    bool flush_wanted, closing;
    int error; /* the first since the last flush */
};

/* An unchanged row is not written again: a device that reconnects costs no disk write. Updates keep
 * the order of first sight and the settings, hence no INSERT OR REPLACE. */
#define PUT_CAMERA                                                                                 \
    "INSERT INTO camera (id, name, source, address, token, adopted)"                               \
    " VALUES (?1, ?2, ?3, ?4, ?5, ?11)"                                                            \
    " ON CONFLICT (id) DO UPDATE"                                                                  \
    " SET name = ?2, source = ?3, address = ?4, token = ?5, adopted = ?11"                         \
    " WHERE name <> ?2 OR source <> ?3 OR address <> ?4 OR token <> ?5 OR adopted <> ?11"
#define PUT_SETTING                                                                                \
    "INSERT INTO setting (camera, name, value) VALUES (?1, ?2, ?3)"                                \
    " ON CONFLICT (camera, name) DO UPDATE SET value = ?3 WHERE value <> ?3"
#define CLEAR_SETTINGS "DELETE FROM setting WHERE camera = ?1"
#define REMOVE_CAMERA "DELETE FROM camera WHERE id = ?1"
/* Without a picture the one before stays. */
#define PUT_LAST                                                                                   \
    "INSERT INTO last (camera, offline_since, resting_until, taken, width, height, jpeg)"          \
    " VALUES (?1, ?11, ?12, ?13, ?14, ?15, ?10)"                                                   \
    " ON CONFLICT (camera) DO UPDATE"                                                              \
    " SET offline_since = ?11, resting_until = ?12, taken = ?13, width = ?14, height = ?15,"       \
    " jpeg = ifnull(?10, jpeg)"
#define PUT_DOCUMENT                                                                               \
    "INSERT INTO document (name, json) VALUES (?1, ?2)"                                            \
    " ON CONFLICT (name) DO UPDATE SET json = ?2 WHERE json <> ?2"

#define PUT_USER                                                                                   \
    "INSERT INTO user (name, hash, role, cameras) VALUES (?1, ?2, ?3, ?4)"                         \
    " ON CONFLICT (name) DO UPDATE SET hash = ?2, role = ?3, cameras = ?4"                         \
    " WHERE hash <> ?2 OR role <> ?3 OR cameras <> ?4"
#define REMOVE_USER "DELETE FROM user WHERE name = ?1"
#define PUT_FACTOR                                                                                 \
    "INSERT INTO factor (user, state) VALUES (?1, ?2) ON CONFLICT (user) DO UPDATE SET state = ?2"
#define REMOVE_FACTOR "DELETE FROM factor WHERE user = ?1"
#define PUT_SESSION                                                                                \
    "INSERT INTO session (id, hash, user, agent, created, used)"                                   \
    " VALUES (?1, ?2, ?3, ?4, ?11, ?12) ON CONFLICT (id) DO UPDATE SET used = ?12"
#define REMOVE_SESSION "DELETE FROM session WHERE id = ?1"
#define PUT_TOKEN                                                                                  \
    "INSERT INTO token (id, hash, name, role, cameras, created, expires)"                          \
    " VALUES (?1, ?2, ?3, ?4, ?5, ?11, ?12)"
#define REMOVE_TOKEN "DELETE FROM token WHERE id = ?1"
#define PUT_SHARE                                                                                  \
    "INSERT INTO share (id, hash, camera, item, created, expires, used, uses)"                     \
    " VALUES (?1, ?2, ?3, ?11, ?12, ?13, ?14, ?15)"                                                \
    " ON CONFLICT (id) DO UPDATE SET used = ?14, uses = ?15"
#define REMOVE_SHARE "DELETE FROM share WHERE id = ?1"
#define PUT_SCHEDULE                                                                               \
    "INSERT INTO schedule (id, json, changed) VALUES (?1, ?2, ?11)"                                \
    " ON CONFLICT (id) DO UPDATE SET json = ?2, changed = ?11"
#define REMOVE_SCHEDULE "DELETE FROM schedule WHERE id = ?1"
#define PUT_FILM                                                                                   \
    "INSERT INTO film (id, json) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET json = ?2"
#define REMOVE_FILM "DELETE FROM film WHERE id = ?1"
#define PUT_RUN                                                                                    \
    "INSERT OR REPLACE INTO schedule_run (schedule, slot, number, json)"                           \
    " VALUES (?1, ?11, ?12, ?2)"

enum { BLOB = 10, FIRST_NUMBER = 11 }; /* parameters */

static const char *const STATEMENTS[WRITE_KINDS] = {
    [WRITE_CAMERA] = PUT_CAMERA,
    [WRITE_SETTING] = PUT_SETTING,
    [WRITE_CLEAR] = CLEAR_SETTINGS,
    [WRITE_REMOVE] = REMOVE_CAMERA,
    [WRITE_LAST] = PUT_LAST,
    [WRITE_DOCUMENT] = PUT_DOCUMENT,
    [WRITE_USER] = PUT_USER,
    [WRITE_REMOVE_USER] = REMOVE_USER,
    [WRITE_FACTOR] = PUT_FACTOR,
    [WRITE_REMOVE_FACTOR] = REMOVE_FACTOR,
    [WRITE_SESSION] = PUT_SESSION,
    [WRITE_REMOVE_SESSION] = REMOVE_SESSION,
    [WRITE_TOKEN] = PUT_TOKEN,
    [WRITE_REMOVE_TOKEN] = REMOVE_TOKEN,
    [WRITE_SHARE] = PUT_SHARE,
    [WRITE_REMOVE_SHARE] = REMOVE_SHARE,
    [WRITE_SCHEDULE] = PUT_SCHEDULE,
    [WRITE_REMOVE_SCHEDULE] = REMOVE_SCHEDULE,
    [WRITE_RUN] = PUT_RUN,
    [WRITE_FILM] = PUT_FILM,
    [WRITE_REMOVE_FILM] = REMOVE_FILM,
};

static struct item *item_create(const struct write *write)
{
    size_t len_bytes = 0;
    for (unsigned i = 0; i < WRITE_TEXTS && write->texts[i]; i++)
        len_bytes += strlen(write->texts[i]) + 1;
    struct item *item = mem_zalloc_or_die(1, sizeof(*item) + len_bytes + write->blob_bytes);
    item->write = *write;
    char *p = item->bytes;
    for (unsigned i = 0; i < WRITE_TEXTS && write->texts[i]; i++) {
        item->write.texts[i] = p;
        p = stpcpy(p, write->texts[i]) + 1;
    }
    if (write->blob) {
        memcpy(p, write->blob, write->blob_bytes);
        item->write.blob = p;
    }
    return item;
}

static int write_item(struct writer *writer, const struct write *write)
{
    sqlite3_stmt *statement = writer->statements[write->kind];
    int result = SQLITE_OK;
    for (int i = 0; i < WRITE_TEXTS && write->texts[i] && result == SQLITE_OK; i++)
        result = sqlite3_bind_text(statement, i + 1, write->texts[i], -1, SQLITE_STATIC);
    if (result == SQLITE_OK && write->blob)
        result =
            sqlite3_bind_blob64(statement, BLOB, write->blob, write->blob_bytes, SQLITE_STATIC);
    const int n_numbers = sqlite3_bind_parameter_count(statement) - FIRST_NUMBER + 1;
    for (int i = 0; i < n_numbers && result == SQLITE_OK; i++)
        result = sqlite3_bind_int64(statement, FIRST_NUMBER + i, write->numbers[i]);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    int error = sql_errno(writer->db, result);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return error;
}

/* Takes NULL. */
static void group_destroy(struct write_group *group)
{
    if (!group)
        return;
    list_for_each (item, &group->items, struct item, node)
        mem_free(item);
    mem_free(group);
}

struct write_group *write_group_create(void)
{
    struct write_group *group = mem_new(struct write_group);
    list_init(&group->node);
    list_init(&group->items);
    return group;
}

void write_group_add(struct write_group *group, const struct write *write)
{
    list_append(&group->items, &item_create(write)->node);
    group->n_items++;
}

/* Sets whether every commit is followed by an fsync. On -EIO and the like it stays unchanged. */
static int set_synced(struct writer *writer, bool synced)
{
    if (writer->is_synced == synced)
        return 0;
    int error =
        sql_run(writer->db, synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    if (!error)
        writer->is_synced = synced;
    return error;
}

/* A row that the schema refuses (-EINVAL) fails its group only; returns other errors, after which
 * the transaction is lost. */
static int write_group(struct writer *writer, struct write_group *group)
{
    int error = sql_run(writer->db, "SAVEPOINT one");
    list_for_each (item, &group->items, struct item, node) {
        if (error)
            break;
        error = write_item(writer, &item->write);
        if (error == -EINVAL)
            log_error("store", writer->name, "a row about %s does not fit the database",
                      item->write.texts[0]);
    }
    group->error = error;
    if (error == -EINVAL)
        error = sql_run(writer->db, "ROLLBACK TO one");
    if (!error)
        error = sql_run(writer->db, "RELEASE one");
    return error;
}

static int write_transaction(struct writer *writer, struct list *batch)
{
    int error = sql_run(writer->db, "BEGIN IMMEDIATE");
    list_for_each (group, batch, struct write_group, node)
        if (!error)
            error = write_group(writer, group);
    if (!error)
        error = sql_run(writer->db, "COMMIT");
    if (error && !sqlite3_get_autocommit(writer->db))
        sqlite3_exec(writer->db, "ROLLBACK", NULL, NULL, NULL);
    return error;
}

/* Writes the batch in one transaction: a disk error fails all of it. Returns the first error of a
 * group. */
static int write_batch(struct writer *writer, struct list *batch)
{
    int first_error = 0;
    bool synced = false;
    list_for_each (group, batch, struct write_group, node)
        synced = synced || group->done.done;
    int error = set_synced(writer, synced);
    if (!error)
        error = write_transaction(writer, batch);
    if (error)
        log_error("store", writer->name, "writing failed, changes are lost at the next start: %s",
                  error == -EBADMSG ? "the database is damaged" : strerror(-error));
    list_for_each (group, batch, struct write_group, node) {
        if (error)
            group->error = error;
        if (!first_error)
            first_error = group->error;
        list_remove(&group->node);
        if (group->done.done)
            inbox_post(&writer->decided, &group->node);
        else
            group_destroy(group);
    }
    return first_error;
}

/* With synchronous=NORMAL a commit survives a crash of the program; a checkpoint makes it survive a
 * power cut. */
static int sync_all(struct writer *writer)
{
    return sql_errno(writer->db, sqlite3_wal_checkpoint_v2(writer->db, NULL,
                                                           SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
}

/* Moves the whole queue to batch; lock held. */
static void take_all(struct writer *writer, struct list *batch)
{
    list_init(batch);
    list_for_each (group, &writer->queue, struct write_group, node) {
        list_remove(&group->node);
        list_append(batch, &group->node);
    }
    writer->n_queued = 0;
}

static void *run(void *ctx)
{
    struct writer *writer = ctx;
    lock_take(&writer->lock);
    for (;;) {
        while (list_empty(&writer->queue) && !writer->flush_wanted && !writer->closing)
            lock_cond_wait(&writer->work, &writer->lock, CLOCK_NEVER_US);
        if (list_empty(&writer->queue) && !writer->flush_wanted)
            break;
        struct list batch;
        take_all(writer, &batch);
        bool flush = writer->flush_wanted;
        lock_drop(&writer->lock);
        int error = list_empty(&batch) ? 0 : write_batch(writer, &batch);
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
    inbox_finish(&writer->decided);
    mem_free(writer->name);
    mem_free(writer);
}

int writer_create(sqlite3 *takes_db, const char *name, struct waker deliver,
                  struct writer **ret_writer)
{
    struct writer *writer = mem_new(struct writer);
    writer->db = takes_db;
    writer->name = mem_strdup_or_die(name);
    lock_init(&writer->lock, LOCK_RANK_STORE);
    lock_cond_init(&writer->work);
    lock_cond_init(&writer->idle);
    list_init(&writer->queue);
    inbox_init(&writer->decided, deliver);
    int error = sql_run(takes_db, "PRAGMA synchronous = NORMAL");
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
    writer_deliver(writer);
    finish(writer);
}

void writer_put_group(struct writer *writer, struct write_group *takes_group,
                      struct write_done done)
{
    struct write_group *group = takes_group;
    group->done = done;
    lock_take(&writer->lock);
    bool full = writer->n_queued + group->n_items > WRITER_QUEUE_MAX;
    bool first = full && !writer->error;
    if (full) {
        if (!writer->error)
            writer->error = -ENOBUFS;
    } else {
        list_append(&writer->queue, &group->node);
        writer->n_queued += group->n_items;
        lock_cond_signal(&writer->work);
    }
    lock_drop(&writer->lock);
    if (first)
        log_error("store", writer->name, "the disk is too slow: changes are being lost");
    if (!full)
        return;
    group->error = -ENOBUFS;
    if (done.done)
        inbox_post(&writer->decided, &group->node);
    else
        group_destroy(group);
}

void writer_put(struct writer *writer, const struct write *write)
{
    struct write_group *group = write_group_create();
    write_group_add(group, write);
    writer_put_group(writer, group, (struct write_done){0});
}

void writer_deliver(struct writer *writer)
{
    struct list *node;
    while ((node = inbox_take(&writer->decided))) {
        struct write_group *group = list_entry(node, struct write_group, node);
        const struct write_done done = group->done;
        const int error = group->error;
        group_destroy(group);
        done.done(done.ctx, error);
    }
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
