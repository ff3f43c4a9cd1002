/* Helpers for SQLite's C interface: results as errno, one-shot statements. One thread at a time. */
#pragma once
#include <sqlite3.h>

/* The negative errno for the result of the connection's last call; 0 for SQLITE_OK, SQLITE_ROW and
 * SQLITE_DONE. */
int sql_errno(sqlite3 *db, int result);

/* Runs statements whose results do not matter. */
int sql_run(sqlite3 *db, const char *sql) __attribute__((warn_unused_result));

/* The integer in the first column of the first row. */
int sql_get_int(sqlite3 *db, const char *sql, int *ret_value) __attribute__((warn_unused_result));
