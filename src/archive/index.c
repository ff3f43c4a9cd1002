#include "archive/index.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive/tally.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/sql.h"

enum { APPLICATION_ID = 0x65796172 /* "eyar" */, SCHEMA_VERSION = 1, BUSY_MS = 2000 };

static const char SCHEMA[] = "CREATE TABLE item ("
                             "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
                             "  camera TEXT NOT NULL,"
                             "  kind INTEGER NOT NULL,"
                             "  reason INTEGER NOT NULL,"
                             "  start_us INTEGER NOT NULL," /* wall clock */
                             "  end_us INTEGER NOT NULL,"
                             "  bytes INTEGER NOT NULL,"
                             "  width INTEGER NOT NULL,"
                             "  height INTEGER NOT NULL,"
                             "  starred INTEGER NOT NULL DEFAULT 0 CHECK (starred IN (0, 1)),"
                             "  garbage INTEGER NOT NULL DEFAULT 0 CHECK (garbage IN (0, 1)),"
                             "  note TEXT NOT NULL DEFAULT '',"
                             "  path TEXT NOT NULL UNIQUE"
                             ") STRICT;"
                             "CREATE INDEX item_by_time ON item (start_us, id);"
                             "CREATE INDEX item_by_camera ON item (camera, start_us, id);"
                             "CREATE INDEX item_garbage ON item (id) WHERE garbage;"
                             "CREATE TABLE meta (id TEXT NOT NULL) STRICT;";

#define COLUMNS                                                                                    \
    "id, camera, kind, reason, start_us, end_us, bytes, width, height, starred, note, path"

struct index {
    sqlite3 *db;
    /* Of all items but garbage, as of so many changed rows; a change that is not counted here makes
     * it be read again. */
    struct tally tally;
    int64_t tally_changes; /* -1: never read */
};

static int prepare_file(sqlite3 *db)
{
    int application_id, version = 0, objects;
    char after[96];
    int error = sql_get_int(db, "PRAGMA application_id", &application_id);
    if (!error)
        error = sql_get_int(db, "PRAGMA user_version", &version);
    if (!error)
        error = sql_get_int(db, "SELECT count(*) FROM sqlite_schema", &objects);
    if (error)
        return error;
    if (application_id == APPLICATION_ID && version >= 1)
        return version > SCHEMA_VERSION ? -EEXIST : 0;
    if (application_id || version || objects)
        return -EBADMSG;
    snprintf(after, sizeof(after), "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
             APPLICATION_ID, SCHEMA_VERSION);
    error = sql_run(db, "BEGIN IMMEDIATE");
    if (!error)
        error = sql_run(db, SCHEMA);
    if (!error)
        error = sql_run(db, after);
    if (error && !sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return error;
}

/* Only the server's user may read it, since it is about people's homes; SQLite's files beside it
 * inherit the mode. SQLite reports errors of this later. */
static void make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    if (fchmod(fd, 0600) < 0)
        log_warn("archive", path, "others may read it: %s", strerror(errno));
    close(fd);
}

int index_open(const char *path, struct index **ret_index)
{
    sqlite3 *db = NULL;
    make_private(path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int error = sql_errno(db, sqlite3_open_v2(path, &db, flags, NULL));
    if (!error)
        error = sql_errno(db, sqlite3_busy_timeout(db, BUSY_MS));
    if (!error)
        error = sql_run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    if (!error)
        error = prepare_file(db);
    if (error) {
        sqlite3_close(db);
        return error;
    }
    struct index *index = mem_new(struct index);
    index->db = db;
    index->tally_changes = -1;
    *ret_index = index;
    return 0;
}

void index_close(struct index *index)
{
    if (!index)
        return;
    sqlite3_close(index->db);
    tally_finish(&index->tally);
    mem_free(index);
}

/* --- Statements. --- */

/* Prepared for each call, since none is frequent. */
struct query {
    sqlite3 *db;
    sqlite3_stmt *statement;
    int error, n_bound;
};

static struct query query(struct index *index, const char *sql)
{
    struct query q = {.db = index->db};
    q.error = sql_errno(q.db, sqlite3_prepare_v2(q.db, sql, -1, &q.statement, NULL));
    return q;
}

static void bind_int_at(struct query *q, int place, int64_t value)
{
    if (!q->error)
        q->error = sql_errno(q->db, sqlite3_bind_int64(q->statement, place, value));
}

static void bind_text_at(struct query *q, int place, const char *text)
{
    if (!q->error)
        q->error =
            sql_errno(q->db, sqlite3_bind_text(q->statement, place, text, -1, SQLITE_TRANSIENT));
}

static void bind_int(struct query *q, int64_t value)
{
    bind_int_at(q, ++q->n_bound, value);
}

static void bind_text(struct query *q, const char *text)
{
    bind_text_at(q, ++q->n_bound, text);
}

/* True: there is a row. */
static bool step(struct query *q)
{
    if (q->error)
        return false;
    int result = sqlite3_step(q->statement);
    q->error = sql_errno(q->db, result);
    return result == SQLITE_ROW;
}

static int end(struct query *q)
{
    sqlite3_finalize(q->statement);
    q->statement = NULL;
    return q->error;
}

static int run(struct query *q)
{
    (void)step(q);
    return end(q);
}

static void copy_text(struct query *q, int column, char *out, size_t cap)
{
    const unsigned char *text = sqlite3_column_text(q->statement, column);
    snprintf(out, cap, "%s", text ? (const char *)text : "");
}

static void read_item(struct query *q, struct archive_item *item)
{
    sqlite3_stmt *s = q->statement;
    const unsigned kind = (unsigned)sqlite3_column_int(s, 2),
                   reason = (unsigned)sqlite3_column_int(s, 3);
    *item = (struct archive_item){
        .id = sqlite3_column_int64(s, 0),
        .kind = kind < ARCHIVE_KINDS ? (enum archive_kind)kind : ARCHIVE_PHOTO,
        .reason = reason < ARCHIVE_REASONS ? (enum archive_reason)reason : ARCHIVE_IMPORT,
        .start_us = sqlite3_column_int64(s, 4),
        .end_us = sqlite3_column_int64(s, 5),
        .bytes = (uint64_t)sqlite3_column_int64(s, 6),
        .width = (uint16_t)sqlite3_column_int(s, 7),
        .height = (uint16_t)sqlite3_column_int(s, 8),
        .starred = sqlite3_column_int(s, 9)};
    copy_text(q, 1, item->camera, sizeof(item->camera));
    copy_text(q, 10, item->note, sizeof(item->note));
    copy_text(q, 11, item->path, sizeof(item->path));
}

/* The single row of a statement that returns items. */
static int read_one(struct query *q, struct archive_item *ret_item)
{
    bool is_there = step(q);
    if (is_there)
        read_item(q, ret_item);
    int error = end(q);
    return error ? error : is_there ? 0 : -ENOENT;
}

/* A change of one row. */
static int change(struct index *index, struct query *q)
{
    int error = run(q);
    return error ? error : sqlite3_changes(index->db) > 0 ? 0 : -ENOENT;
}

/* --- The tally. --- */

static int64_t changes_of(const struct index *index)
{
    return sqlite3_total_changes(index->db);
}

/* One row has changed, before which there were so many changes: these items came or went. */
static void count(struct index *index, int64_t before, const struct archive_item *item, int items)
{
    if (index->tally_changes != before || changes_of(index) != before + 1)
        return; /* read again when it is needed */
    if (items)
        tally_count(&index->tally, item->camera, items, items * (int64_t)item->bytes);
    index->tally_changes = before + 1;
}

static int read_tally(struct index *index)
{
    if (index->tally_changes == changes_of(index))
        return 0;
    struct query q = query(index, "SELECT camera, count(*), sum(bytes) FROM item WHERE NOT garbage"
                                  " GROUP BY camera");
    char camera[ARCHIVE_CAMERA_MAX_BYTES + 1];
    tally_finish(&index->tally);
    while (step(&q)) {
        copy_text(&q, 0, camera, sizeof(camera));
        tally_count(&index->tally, camera, sqlite3_column_int64(q.statement, 1),
                    sqlite3_column_int64(q.statement, 2));
    }
    int error = end(&q);
    index->tally_changes = error ? -1 : changes_of(index);
    return error;
}

/* --- Calls. --- */

int index_meta(struct index *index, char ret_id[64])
{
    struct query q = query(index, "SELECT id FROM meta");
    ret_id[0] = '\0';
    if (step(&q))
        copy_text(&q, 0, ret_id, 64);
    return end(&q);
}

int index_set_meta(struct index *index, const char *id)
{
    int error = sql_run(index->db, "DELETE FROM meta");
    if (error)
        return error;
    struct query q = query(index, "INSERT INTO meta (id) VALUES (?1)");
    bind_text(&q, id);
    return run(&q);
}

int index_add(struct index *index, struct archive_item *item)
{
    const int64_t before = changes_of(index);
    struct query q = query(index, "INSERT INTO item (camera, kind, reason, start_us, end_us, bytes,"
                                  " width, height, starred, note, path)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
                                  " ON CONFLICT (path) DO NOTHING");
    bind_text(&q, item->camera);
    bind_int(&q, item->kind);
    bind_int(&q, item->reason);
    bind_int(&q, item->start_us);
    bind_int(&q, item->end_us);
    bind_int(&q, (int64_t)item->bytes);
    bind_int(&q, item->width);
    bind_int(&q, item->height);
    bind_int(&q, item->starred);
    bind_text(&q, item->note);
    bind_text(&q, item->path);
    int error = change(index, &q);
    if (error)
        return error == -ENOENT ? -EEXIST : error;
    count(index, before, item, 1);
    item->id = sqlite3_last_insert_rowid(index->db);
    return 0;
}

int index_get(struct index *index, int64_t id, struct archive_item *ret_item)
{
    struct query q = query(index, "SELECT " COLUMNS " FROM item WHERE id = ?1 AND NOT garbage");
    bind_int(&q, id);
    return read_one(&q, ret_item);
}

int index_find(struct index *index, const char *path, int64_t *ret_id)
{
    struct query q = query(index, "SELECT id FROM item WHERE path = ?1");
    bind_text(&q, path);
    bool is_there = step(&q);
    if (is_there)
        *ret_id = sqlite3_column_int64(q.statement, 0);
    int error = end(&q);
    return error ? error : is_there ? 0 : -ENOENT;
}

/* A change that the tally does not care about. */
static int change_uncounted(struct index *index, struct query *q)
{
    const int64_t before = changes_of(index);
    int error = change(index, q);
    if (!error)
        count(index, before, NULL, 0);
    return error;
}

int index_star(struct index *index, int64_t id, bool starred)
{
    struct query q = query(index, "UPDATE item SET starred = ?2 WHERE id = ?1 AND NOT garbage");
    bind_int(&q, id);
    bind_int(&q, starred);
    return change_uncounted(index, &q);
}

int index_note(struct index *index, int64_t id, const char *note)
{
    struct query q = query(index, "UPDATE item SET note = ?2 WHERE id = ?1 AND NOT garbage");
    bind_int(&q, id);
    bind_text(&q, note);
    return change_uncounted(index, &q);
}

/* A statement that takes an item away from those that are no garbage, if it is one. */
static int take_away(struct index *index, int64_t id, const char *sql)
{
    struct archive_item item;
    const bool is_counted = index_get(index, id, &item) == 0;
    const int64_t before = changes_of(index);
    struct query q = query(index, sql);
    bind_int(&q, id);
    int error = change(index, &q);
    if (!error)
        count(index, before, &item, is_counted ? -1 : 0);
    return error;
}

int index_condemn(struct index *index, int64_t id)
{
    return take_away(index, id, "UPDATE item SET garbage = 1 WHERE id = ?1 AND NOT garbage");
}

int index_drop(struct index *index, int64_t id)
{
    return take_away(index, id, "DELETE FROM item WHERE id = ?1");
}

int index_garbage(struct index *index, struct archive_item *ret_item)
{
    struct query q = query(index, "SELECT " COLUMNS " FROM item WHERE garbage ORDER BY id LIMIT 1");
    return read_one(&q, ret_item);
}

/* The conditions of every filter behind the caller's first one; each of the others only if
 * requested, so that SQLite uses the best index. */
static void add_conditions(const struct index_filter *filter, const char *first, char *sql,
                           size_t cap)
{
    snprintf(sql + strlen(sql), cap - strlen(sql),
             " WHERE %s AND start_us >= ?1 AND start_us < ?2%s%s%s%s%s%s", first,
             filter->before_id > 0 ? " AND (start_us, id) < (?3, ?4)" : "",
             filter->camera ? " AND camera = ?5" : "",
             filter->cameras ? " AND camera IN (SELECT value FROM json_each(?8))" : "",
             filter->kind >= 0 ? " AND kind = ?6" : "",
             filter->reason >= 0 ? " AND reason = ?7" : "", filter->starred ? " AND starred" : "");
}

static void bind_conditions(struct query *q, const struct index_filter *filter)
{
    bind_int_at(q, 1, filter->from_us);
    bind_int_at(q, 2, filter->until_us ? filter->until_us : INT64_MAX);
    if (filter->before_id > 0) {
        bind_int_at(q, 3, filter->before_us);
        bind_int_at(q, 4, filter->before_id);
    }
    if (filter->camera)
        bind_text_at(q, 5, filter->camera);
    if (filter->cameras)
        bind_text_at(q, 8, filter->cameras);
    if (filter->kind >= 0)
        bind_int_at(q, 6, filter->kind);
    if (filter->reason >= 0)
        bind_int_at(q, 7, filter->reason);
}

int index_list(struct index *index, const struct index_filter *filter, struct archive_item *items,
               unsigned max)
{
    char sql[512] = "SELECT " COLUMNS " FROM item";
    add_conditions(filter, "NOT garbage", sql, sizeof(sql));
    snprintf(sql + strlen(sql), sizeof(sql) - strlen(sql),
             " ORDER BY start_us DESC, id DESC LIMIT %u", max);
    struct query q = query(index, sql);
    bind_conditions(&q, filter);
    int n = 0;
    while (step(&q) && (unsigned)n < max)
        read_item(&q, &items[n++]);
    int error = end(&q);
    return error ? error : n;
}

int index_oldest(struct index *index, const char *camera, struct archive_item *ret_item)
{
    struct query q =
        query(index, camera ? "SELECT " COLUMNS " FROM item WHERE NOT garbage AND NOT starred"
                              " AND camera = ?1 ORDER BY start_us, id LIMIT 1"
                            : "SELECT " COLUMNS " FROM item WHERE NOT garbage AND NOT starred"
                              " ORDER BY start_us, id LIMIT 1");
    if (camera)
        bind_text(&q, camera);
    return read_one(&q, ret_item);
}

uint64_t index_changes(struct index *index)
{
    return (uint64_t)sqlite3_total_changes(index->db);
}

int index_sums(struct index *index,
               void (*each)(void *ctx, const char *camera, uint64_t items, uint64_t bytes),
               void *ctx)
{
    int error = read_tally(index);
    for (unsigned i = 0; !error && i < index->tally.n; i++)
        each(ctx, index->tally.rows[i].camera, index->tally.rows[i].items,
             index->tally.rows[i].bytes);
    return error;
}

/* By the index of cameras and times: the recent rows, and one at each end. */
static int read_use(struct index *index, int64_t since_us, struct index_use *use)
{
    struct query q =
        query(index, "SELECT coalesce((SELECT sum(bytes) FROM item WHERE NOT garbage"
                     " AND camera = ?1 AND start_us >= ?2), 0),"
                     " coalesce((SELECT start_us FROM item WHERE NOT garbage AND camera = ?1"
                     " ORDER BY start_us LIMIT 1), ?3),"
                     " coalesce((SELECT start_us FROM item WHERE NOT garbage AND NOT starred"
                     " AND camera = ?1 ORDER BY start_us LIMIT 1), ?3)");
    bind_text(&q, use->camera);
    bind_int(&q, since_us);
    bind_int(&q, INT64_MAX);
    if (step(&q)) {
        use->recent_bytes = (uint64_t)sqlite3_column_int64(q.statement, 0);
        use->first_us = sqlite3_column_int64(q.statement, 1);
        use->oldest_us = sqlite3_column_int64(q.statement, 2);
    }
    return end(&q);
}

int index_uses(struct index *index, int64_t since_us,
               void (*each)(void *ctx, const struct index_use *use), void *ctx)
{
    int error = read_tally(index);
    for (unsigned i = 0; !error && i < index->tally.n; i++) {
        const struct tally_row *row = &index->tally.rows[i];
        struct index_use use = {.items = row->items, .bytes = row->bytes};
        memcpy(use.camera, row->camera, sizeof(use.camera));
        error = read_use(index, since_us, &use);
        if (!error)
            each(ctx, &use);
    }
    return error;
}

/* A statement about the items that a filter lets pass and that begin within some time. */
static struct query days_query(struct index *index, const struct index_filter *filter,
                               const char *what, const char *first)
{
    char sql[512];
    snprintf(sql, sizeof(sql), "SELECT %s", what);
    add_conditions(filter, first, sql, sizeof(sql));
    struct query q = query(index, sql);
    bind_conditions(&q, filter);
    return q;
}

/* The number that the statement gives for [from, until), or fallback if it gives none. */
static int64_t days_ask(struct query *q, int64_t from_us, int64_t until_us, int64_t fallback)
{
    if (!q->error)
        sqlite3_reset(q->statement);
    bind_int_at(q, 1, from_us);
    bind_int_at(q, 2, until_us);
    if (!step(q) || sqlite3_column_type(q->statement, 0) == SQLITE_NULL)
        return fallback;
    return sqlite3_column_int64(q->statement, 0);
}

struct day {
    char name[16];
    int64_t until_us;
};

/* The day of the local calendar, which may have 23 or 25 hours. */
static struct day day_of(int64_t wall_us)
{
    const time_t at_s = (time_t)(wall_us / US_PER_S);
    struct tm now;
    localtime_r(&at_s, &now);
    struct tm next = {
        .tm_year = now.tm_year, .tm_mon = now.tm_mon, .tm_mday = now.tm_mday + 1, .tm_isdst = -1};
    struct day day = {.until_us = (int64_t)mktime(&next) * US_PER_S};
    strftime(day.name, sizeof(day.name), "%Y-%m-%d", &now);
    return day;
}

int index_days(struct index *index, const struct index_filter *filter,
               void (*each)(void *ctx, const char *day, uint64_t items), void *ctx)
{
    const int64_t end_us = filter->until_us ? filter->until_us : INT64_MAX;
    int64_t at_us = filter->from_us;
    /* Counting all rows and taking away the few that are garbage reads only the index, of which
     * garbage is no part. */
    struct query first = days_query(index, filter, "min(start_us) FROM item", "NOT garbage"),
                 all = days_query(index, filter, "count(*) FROM item", "TRUE"),
                 garbage = days_query(index, filter, "count(*) FROM item INDEXED BY item_garbage",
                                      "garbage");
    while ((at_us = days_ask(&first, at_us, end_us, INT64_MAX)) < end_us) {
        const struct day day = day_of(at_us);
        const int64_t until_us = day.until_us < end_us ? day.until_us : end_us;
        const int64_t n =
            days_ask(&all, at_us, until_us, 0) - days_ask(&garbage, at_us, until_us, 0);
        if (n > 0)
            each(ctx, day.name, (uint64_t)n);
        at_us = until_us > at_us ? until_us : end_us;
    }
    const int errors[] = {end(&first), end(&all), end(&garbage)};
    return errors[0] ? errors[0] : errors[1] ? errors[1] : errors[2];
}

int index_each(struct index *index, int (*each)(void *ctx, const struct archive_item *item),
               void *ctx)
{
    struct query q = query(index, "SELECT " COLUMNS " FROM item WHERE NOT garbage ORDER BY id");
    int r = 0;
    while (r == 0 && step(&q)) {
        struct archive_item item;
        read_item(&q, &item);
        r = each(ctx, &item);
    }
    int error = end(&q);
    return error ? error : r;
}

int index_check_paths(struct index *index)
{
    struct query q = query(index, "SELECT " COLUMNS " FROM item");
    bool is_right = true;
    while (is_right && step(&q)) {
        struct archive_item item, parsed;
        bool is_dated;
        read_item(&q, &item);
        is_right = archive_item_parse(item.path, &parsed, &is_dated) == 0 &&
                   strcmp(item.camera, parsed.camera) == 0;
    }
    int error = end(&q);
    return error ? error : is_right ? 0 : -EBADMSG;
}
