#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "store/schema.h"
#include "store/sql.h"
#include "store/writer.h"

enum { SENTENCE_MAX_BYTES = 8192 };

struct store {
    struct writer *writer;
    struct waker deliver;      /* immutable once the first group is committed */
    struct write_group *group; /* between store_begin and store_commit, or NULL */
    int lock_fd;               /* held while this server uses the folder */
};

static char *path_in(const char *dir, const char *name)
{
    struct text path = text_growing(SENTENCE_MAX_BYTES);
    text_add(&path, "%s/%s", dir, name);
    return path.bytes;
}

/* Creates dir and its parents. */
static int make_dirs(const char *dir)
{
    char *path = mem_strdup_or_die(dir);
    int error = 0;
    for (char *p = path + 1; !error && *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            error = -errno;
        *p = '/';
    }
    if (!error && mkdir(path, 0700) < 0 && errno != EEXIST)
        error = -errno;
    struct stat st;
    if (!error && stat(path, &st) < 0)
        error = -errno;
    else if (!error && !S_ISDIR(st.st_mode))
        error = -ENOTDIR;
    mem_free(path);
    return error;
}

/* One server per folder: the kernel drops this lock when the process ends, for any reason. The file
 * names the process for a second server (*ret_owner, 0 if unknown). */
static int lock_folder(const char *dir, int *ret_fd, long *ret_owner)
{
    char *path = path_in(dir, "eyelid.lock"), pid[24] = "";
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int error = fd < 0 ? -errno : 0;
    mem_free(path);
    if (!error && flock(fd, LOCK_EX | LOCK_NB) < 0)
        error = errno == EWOULDBLOCK ? -EBUSY : -errno;
    if (error) {
        if (error == -EBUSY && read(fd, pid, sizeof(pid) - 1) > 0)
            *ret_owner = strtol(pid, NULL, 10);
        if (fd >= 0)
            close(fd);
        return error;
    }
    int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) < 0 || write(fd, pid, (size_t)n) < 0) {
        error = -errno;
        close(fd);
        return error;
    }
    *ret_fd = fd;
    return 0;
}

/* URLs of cameras hold passwords: only the server's user may read the database and the files that
 * SQLite makes beside it, which inherit its mode. SQLite reports errors of this later. */
static void make_private(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && (st.st_mode & 077) && fchmod(fd, 0600) < 0)
        log_warn("store", path, "others may read it: %s", strerror(errno));
    close(fd);
}

/* Until the file is known to be ours, closing it must not even checkpoint its log. */
static int open_database(const char *path, sqlite3 **ret_db)
{
    sqlite3 *db = NULL;
    make_private(path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int result = sqlite3_open_v2(path, &db, flags, NULL);
    if (result == SQLITE_OK) {
        sqlite3_extended_result_codes(db, 1);
        result = sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    int error = sql_errno(db, result);
    if (error) {
        sqlite3_close(db);
        return error;
    }
    *ret_db = db;
    return 0;
}

static int set_up_database(sqlite3 *db, int version)
{
    int damaged = 0;
    int error = sql_get_int(db, "SELECT quick_check <> 'ok' FROM pragma_quick_check(1)", &damaged);
    if (!error && damaged)
        error = -EBADMSG;
    if (!error)
        error = sql_errno(db, sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL));
    if (!error)
        error = sql_run(db, "PRAGMA journal_mode = WAL;"
                            "PRAGMA foreign_keys = ON;"
                            "PRAGMA mmap_size = 0;"
                            "PRAGMA cache_size = -256;" /* KiB: the whole database is small */
                            "PRAGMA busy_timeout = 2000");
    if (!error)
        error = schema_migrate(db, version);
    return error;
}

static const char *column(sqlite3_stmt *statement, int i)
{
    const unsigned char *text = sqlite3_column_text(statement, i);
    return text ? (const char *)text : "";
}

static void load_camera(const struct store_loader *loader, sqlite3_stmt *row)
{
    struct store_camera camera = {.id = column(row, 0),
                                  .name = column(row, 1),
                                  .source = column(row, 2),
                                  .adopted = sqlite3_column_int(row, 3),
                                  .address = column(row, 4),
                                  .token = column(row, 5)};
    if (loader->camera)
        loader->camera(loader->ctx, &camera);
}

static void load_setting(const struct store_loader *loader, sqlite3_stmt *row)
{
    if (loader->setting)
        loader->setting(loader->ctx, column(row, 0), column(row, 1), column(row, 2));
}

static void load_last(const struct store_loader *loader, sqlite3_stmt *row)
{
    const struct store_last last = {.camera = column(row, 0),
                                    .offline_since_us = sqlite3_column_int64(row, 1),
                                    .resting_until_us = sqlite3_column_int64(row, 2),
                                    .taken_us = sqlite3_column_int64(row, 3),
                                    .width = (uint16_t)sqlite3_column_int(row, 4),
                                    .height = (uint16_t)sqlite3_column_int(row, 5),
                                    .jpeg = sqlite3_column_blob(row, 6),
                                    .len_bytes = (size_t)sqlite3_column_bytes(row, 6)};
    if (loader->last)
        loader->last(loader->ctx, &last);
}

static void load_document(const struct store_loader *loader, sqlite3_stmt *row)
{
    if (loader->document)
        loader->document(loader->ctx, column(row, 0), column(row, 1));
}

static void load_user(const struct store_loader *loader, sqlite3_stmt *row)
{
    const struct store_user user = {.name = column(row, 0),
                                    .hash = column(row, 1),
                                    .role = column(row, 2),
                                    .cameras = column(row, 3)};
    if (loader->user)
        loader->user(loader->ctx, &user);
}

static void load_session(const struct store_loader *loader, sqlite3_stmt *row)
{
    const struct store_session session = {.id = column(row, 0),
                                          .hash = column(row, 1),
                                          .user = column(row, 2),
                                          .agent = column(row, 3),
                                          .created_s = sqlite3_column_int64(row, 4),
                                          .used_s = sqlite3_column_int64(row, 5)};
    if (loader->session)
        loader->session(loader->ctx, &session);
}

static void load_factor(const struct store_loader *loader, sqlite3_stmt *row)
{
    const struct store_factor factor = {.user = column(row, 0), .state = column(row, 1)};
    if (loader->factor)
        loader->factor(loader->ctx, &factor);
}

static void load_token(const struct store_loader *loader, sqlite3_stmt *row)
{
    const struct store_token token = {.id = column(row, 0),
                                      .hash = column(row, 1),
                                      .name = column(row, 2),
                                      .role = column(row, 3),
                                      .cameras = column(row, 4),
                                      .created_s = sqlite3_column_int64(row, 5),
                                      .expires_s = sqlite3_column_int64(row, 6)};
    if (loader->token)
        loader->token(loader->ctx, &token);
}

static void load_share(const struct store_loader *loader, sqlite3_stmt *row)
{
    const struct store_share share = {.id = column(row, 0),
                                      .hash = column(row, 1),
                                      .camera = column(row, 2),
                                      .item = sqlite3_column_int64(row, 3),
                                      .created_s = sqlite3_column_int64(row, 4),
                                      .expires_s = sqlite3_column_int64(row, 5),
                                      .used_s = sqlite3_column_int64(row, 6),
                                      .n_uses = sqlite3_column_int64(row, 7)};
    if (loader->share)
        loader->share(loader->ctx, &share);
}

static void load_schedule(const struct store_loader *loader, sqlite3_stmt *row)
{
    const struct store_schedule schedule = {
        .id = column(row, 0), .json = column(row, 1), .changed_s = sqlite3_column_int64(row, 2)};
    if (loader->schedule)
        loader->schedule(loader->ctx, &schedule);
}

static void load_run(const struct store_loader *loader, sqlite3_stmt *row)
{
    const struct store_run run = {.schedule = column(row, 0),
                                  .number = (uint64_t)sqlite3_column_int64(row, 1),
                                  .json = column(row, 2)};
    if (loader->run)
        loader->run(loader->ctx, &run);
}

static void load_film(const struct store_loader *loader, sqlite3_stmt *row)
{
    const struct store_film film = {.id = column(row, 0), .json = column(row, 1)};
    if (loader->film)
        loader->film(loader->ctx, &film);
}

static int load(sqlite3 *db, const char *sql, const struct store_loader *loader,
                void (*load_row)(const struct store_loader *loader, sqlite3_stmt *row))
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (result == SQLITE_OK)
        while ((result = sqlite3_step(statement)) == SQLITE_ROW)
            load_row(loader, statement);
    int error = sql_errno(db, result);
    sqlite3_finalize(statement);
    return error;
}

static int load_all(sqlite3 *db, const struct store_loader *loader)
{
    int error =
        load(db, "SELECT id, name, source, adopted, address, token FROM camera ORDER BY number",
             loader, load_camera);
    if (!error)
        error = load(db, "SELECT camera, name, value FROM setting ORDER BY camera, name", loader,
                     load_setting);
    if (!error)
        error = load(db,
                     "SELECT camera, offline_since, resting_until, taken, width, height, jpeg"
                     " FROM last",
                     loader, load_last);
    if (!error)
        error = load(db, "SELECT name, json FROM document ORDER BY name", loader, load_document);
    if (!error)
        error =
            load(db, "SELECT name, hash, role, cameras FROM user ORDER BY name", loader, load_user);
    if (!error)
        error =
            load(db, "SELECT id, hash, user, agent, created, used FROM session ORDER BY created",
                 loader, load_session);
    if (!error)
        error = load(db, "SELECT user, state FROM factor ORDER BY user", loader, load_factor);
    if (!error)
        error = load(db,
                     "SELECT id, hash, name, role, cameras, created, expires FROM token"
                     " ORDER BY created, id",
                     loader, load_token);
    if (!error)
        error = load(db,
                     "SELECT id, hash, camera, item, created, expires, used, uses FROM share"
                     " ORDER BY created, id",
                     loader, load_share);
    if (!error)
        error = load(db, "SELECT id, json, changed FROM schedule ORDER BY length(id), id", loader,
                     load_schedule);
    if (!error)
        error = load(db, "SELECT schedule, number, json FROM schedule_run ORDER BY number", loader,
                     load_run);
    if (!error)
        error = load(db, "SELECT id, json FROM film ORDER BY length(id), id", loader, load_film);
    return error;
}

/* What failed and what would be right, for the person who started the server. */
static char *sentence(const char *dir, int error, int version, long owner)
{
    struct text text = text_growing(SENTENCE_MAX_BYTES);
    struct passwd *user = error == -EACCES || error == -EPERM ? getpwuid(geteuid()) : NULL;
    switch (error) {
    case -EBUSY:
        text_add(&text, "%s: another eyelid ", dir);
        if (owner > 0)
            text_add(&text, "(process %ld) ", owner);
        text_add(&text, "uses this folder; stop it, or give this one another folder with --data");
        break;
    case -EEXIST:
        text_add(&text,
                 "%s/eyelid.db: written by a newer eyelid (its version is %d, this program knows "
                 "up to %d); install the newer program again, or give another folder with --data",
                 dir, version, STORE_SCHEMA_VERSION);
        break;
    case -EBADMSG:
        text_add(&text,
                 "%s/eyelid.db: damaged, or not a database of eyelid; restore a backup, or "
                 "move it away to start afresh",
                 dir);
        break;
    case -ENOSPC:
        text_add(&text, "%s: the disk is full; make room, or give another folder with --data", dir);
        break;
    case -EACCES:
    case -EPERM:
        text_add(&text,
                 "%s: user %s cannot write here; give a writable folder with "
                 "--data",
                 dir, user ? user->pw_name : "of this process");
        break;
    default:
        text_add(&text, "%s: cannot be used: %s; give a writable folder with --data", dir,
                 strerror(-error));
    }
    return text.bytes;
}

/* The writer's thread. */
static void wake_owner(void *ctx)
{
    struct store *store = ctx;
    waker_wake(&store->deliver);
}

int store_open(const char *dir, const struct store_loader *loader, struct store **ret_store,
               char **ret_error)
{
    struct store *store = mem_new(struct store);
    store->lock_fd = -1;
    sqlite3 *db = NULL;
    char *path = path_in(dir, "eyelid.db");
    int version = 0;
    long owner = 0;

    int error = make_dirs(dir);
    if (!error)
        error = lock_folder(dir, &store->lock_fd, &owner);
    if (!error)
        error = open_database(path, &db);
    if (!error)
        error = schema_version(db, &version);
    if (!error && version > STORE_SCHEMA_VERSION)
        error = -EEXIST;
    if (!error)
        error = set_up_database(db, version);
    if (!error)
        error = load_all(db, loader);
    if (!error) {
        error = writer_create(db, path, (struct waker){wake_owner, store}, &store->writer);
        db = NULL;
    }
    mem_free(path);
    if (error) {
        sqlite3_close(db);
        store_close(store);
        *ret_error = sentence(dir, error, version, owner);
        return error;
    }
    *ret_store = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    assert(!store->group);
    writer_destroy(store->writer);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    mem_free(store);
}

void store_use_waker(struct store *store, struct waker deliver)
{
    store->deliver = deliver;
}

void store_deliver(struct store *store)
{
    writer_deliver(store->writer);
}

void store_begin(struct store *store)
{
    assert(!store->group);
    store->group = write_group_create();
}

void store_commit(struct store *store, void (*done)(void *ctx, int error), void *ctx)
{
    struct write_group *group = store->group;
    store->group = NULL;
    writer_put_group(store->writer, group, (struct write_done){done, ctx});
}

static void put(struct store *store, const struct write *write)
{
    if (store->group)
        write_group_add(store->group, write);
    else
        writer_put(store->writer, write);
}

void store_put_camera(struct store *store, const struct store_camera *camera)
{
    put(store, &(struct write){.kind = WRITE_CAMERA,
                               .texts = {camera->id, camera->name, camera->source,
                                         camera->address ? camera->address : "",
                                         camera->token ? camera->token : ""},
                               .numbers = {camera->adopted}});
}

void store_put_setting(struct store *store, const char *camera_id, const char *name,
                       const char *value_json)
{
    put(store, &(struct write){.kind = WRITE_SETTING, .texts = {camera_id, name, value_json}});
}

void store_put_last(struct store *store, const struct store_last *last)
{
    put(store, &(struct write){.kind = WRITE_LAST,
                               .texts = {last->camera},
                               .numbers = {last->offline_since_us, last->resting_until_us,
                                           last->taken_us, last->width, last->height},
                               .blob = last->jpeg,
                               .blob_bytes = last->jpeg ? last->len_bytes : 0});
}

void store_put_document(struct store *store, const char *name, const char *json)
{
    put(store, &(struct write){.kind = WRITE_DOCUMENT, .texts = {name, json}});
}

void store_clear_settings(struct store *store, const char *camera_id)
{
    put(store, &(struct write){.kind = WRITE_CLEAR, .texts = {camera_id}});
}

void store_remove_camera(struct store *store, const char *camera_id)
{
    put(store, &(struct write){.kind = WRITE_REMOVE, .texts = {camera_id}});
}

void store_put_user(struct store *store, const struct store_user *user)
{
    put(store, &(struct write){.kind = WRITE_USER,
                               .texts = {user->name, user->hash, user->role, user->cameras}});
}

void store_remove_user(struct store *store, const char *name)
{
    put(store, &(struct write){.kind = WRITE_REMOVE_USER, .texts = {name}});
}

void store_put_factor(struct store *store, const struct store_factor *factor)
{
    put(store, &(struct write){.kind = WRITE_FACTOR, .texts = {factor->user, factor->state}});
}

void store_remove_factor(struct store *store, const char *user)
{
    put(store, &(struct write){.kind = WRITE_REMOVE_FACTOR, .texts = {user}});
}

void store_put_session(struct store *store, const struct store_session *session)
{
    put(store, &(struct write){.kind = WRITE_SESSION,
                               .texts = {session->id, session->hash, session->user, session->agent},
                               .numbers = {session->created_s, session->used_s}});
}

void store_remove_session(struct store *store, const char *id)
{
    put(store, &(struct write){.kind = WRITE_REMOVE_SESSION, .texts = {id}});
}

void store_put_token(struct store *store, const struct store_token *token)
{
    put(store,
        &(struct write){.kind = WRITE_TOKEN,
                        .texts = {token->id, token->hash, token->name, token->role, token->cameras},
                        .numbers = {token->created_s, token->expires_s}});
}

void store_remove_token(struct store *store, const char *id)
{
    put(store, &(struct write){.kind = WRITE_REMOVE_TOKEN, .texts = {id}});
}

void store_put_share(struct store *store, const struct store_share *share)
{
    put(store, &(struct write){.kind = WRITE_SHARE,
                               .texts = {share->id, share->hash, share->camera},
                               .numbers = {share->item, share->created_s, share->expires_s,
                                           share->used_s, share->n_uses}});
}

void store_remove_share(struct store *store, const char *id)
{
    put(store, &(struct write){.kind = WRITE_REMOVE_SHARE, .texts = {id}});
}

void store_put_schedule(struct store *store, const struct store_schedule *schedule)
{
    put(store, &(struct write){.kind = WRITE_SCHEDULE,
                               .texts = {schedule->id, schedule->json},
                               .numbers = {schedule->changed_s}});
}

void store_remove_schedule(struct store *store, const char *id)
{
    put(store, &(struct write){.kind = WRITE_REMOVE_SCHEDULE, .texts = {id}});
}

void store_put_run(struct store *store, const struct store_run *run)
{
    put(store, &(struct write){
                   .kind = WRITE_RUN,
                   .texts = {run->schedule, run->json},
                   .numbers = {(int64_t)(run->number % STORE_RUN_SLOTS), (int64_t)run->number}});
}

void store_put_film(struct store *store, const struct store_film *film)
{
    put(store, &(struct write){.kind = WRITE_FILM, .texts = {film->id, film->json}});
}

void store_remove_film(struct store *store, const char *id)
{
    put(store, &(struct write){.kind = WRITE_REMOVE_FILM, .texts = {id}});
}

int store_flush(struct store *store)
{
    return writer_flush(store->writer);
}

void store_error_free(char *error)
{
    mem_free(error);
}
