#include "store/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/schema.h"
#include "store/sql.h"
#include "store/store.h"

enum { BUSY_MS = 10000, PATH_BYTES = 4096 };

static int open_existing(const char *path, int flags, sqlite3 **ret_db)
{
    sqlite3 *db = NULL;
    if (access(path, F_OK) < 0)
        return -errno;
    int error = sql_errno(db, sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL));
    if (!error)
        error = sql_errno(db, sqlite3_busy_timeout(db, BUSY_MS));
    /* A schema from elsewhere runs no functions. */
    if (!error)
        error = sql_errno(db, sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL));
    if (error) {
        sqlite3_close(db);
        return error;
    }
    *ret_db = db;
    return 0;
}

static int copy(sqlite3 *db, const char *to)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, "VACUUM INTO ?1", -1, &statement, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_bind_text(statement, 1, to, -1, SQLITE_TRANSIENT);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    int error = sql_errno(db, result);
    sqlite3_finalize(statement);
    return error;
}

int snapshot_make(const char *from, const char *to)
{
    sqlite3 *db = NULL;
    int error = open_existing(from, SQLITE_OPEN_READWRITE, &db);
    if (error)
        return error;
    /* SQLite would make it readable for all. */
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        error = -errno;
    } else {
        close(fd);
        error = copy(db, to);
        if (error)
            unlink(to);
    }
    sqlite3_close(db);
    return error;
}

static int check_plain(sqlite3 *db)
{
    int n;
    int error =
        sql_get_int(db, "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')", &n);
    return error ? error : n ? -EBADMSG : 0;
}

int snapshot_check_plain(const char *path)
{
    sqlite3 *db = NULL;
    int error = open_existing(path, SQLITE_OPEN_READONLY, &db);
    if (error)
        return error;
    error = check_plain(db);
    sqlite3_close(db);
    return error;
}

int snapshot_check_store(const char *path)
{
    sqlite3 *db = NULL;
    int version = 0, damaged = 0;
    int error = open_existing(path, SQLITE_OPEN_READONLY, &db);
    if (error)
        return error;
    error = check_plain(db);
    if (!error)
        error = schema_version(db, &version);
    if (!error && version == 0)
        error = -EBADMSG;
    if (!error && version > STORE_SCHEMA_VERSION)
        error = -EEXIST;
    if (!error)
        error = sql_get_int(db, "SELECT quick_check <> 'ok' FROM pragma_quick_check(1)", &damaged);
    sqlite3_close(db);
    return error ? error : damaged ? -EBADMSG : 0;
}

int snapshot_claim(const char *dir, int *ret_fd)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof(path), "%s/eyelid.lock", dir) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int error = errno == EWOULDBLOCK ? -EBUSY : -errno;
        close(fd);
        return error;
    }
    *ret_fd = fd;
    return 0;
}
