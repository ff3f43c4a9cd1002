#include "store/sql.h"

#include <errno.h>
#include <stddef.h>

int sql_errno(sqlite3 *db, int result)
{
    switch (result & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_ERROR: /* our statements are right: a table or a column is missing */
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return -EBADMSG;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return -EACCES;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_CONSTRAINT:
        return -EINVAL;
    default: {
        int error = db ? sqlite3_system_errno(db) : 0;
        return error > 0 ? -error : -EIO;
    }
    }
}

int sql_run(sqlite3 *db, const char *sql)
{
    return sql_errno(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int sql_get_int(sqlite3 *db, const char *sql, int *ret_value)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    int value = result == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    int error = result == SQLITE_DONE ? -ENOENT : sql_errno(db, result);
    sqlite3_finalize(statement);
    if (!error)
        *ret_value = value;
    return error;
}
