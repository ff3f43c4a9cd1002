#include "store/schema.h"

#include <errno.h>
#include <stdio.h>

#include "store/sql.h"
#include "store/store.h"

/* Step N migrates version N to N + 1. A released step is never edited: existing databases have run
 * it. */
static const char *const STEPS[] = {
    /* `number` keeps the order in which cameras were first seen. */
    "CREATE TABLE camera ("
    "  number INTEGER PRIMARY KEY,"
    "  id TEXT NOT NULL UNIQUE,"
    "  name TEXT NOT NULL,"
    "  source TEXT NOT NULL,"
    "  adopted INTEGER NOT NULL CHECK (adopted IN (0, 1))"
    ") STRICT;"
    "CREATE TABLE setting ("
    "  camera TEXT NOT NULL REFERENCES camera (id) ON DELETE CASCADE,"
    "  name TEXT NOT NULL,"
    "  value TEXT NOT NULL," /* JSON */
    "  PRIMARY KEY (camera, name)"
    ") STRICT, WITHOUT ROWID;",

    "ALTER TABLE camera ADD COLUMN address TEXT NOT NULL DEFAULT '';",

    "ALTER TABLE camera ADD COLUMN token TEXT NOT NULL DEFAULT '';", /* its hash */

    "CREATE TABLE document ("
    "  name TEXT PRIMARY KEY,"
    "  json TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;",

    /* `cameras`: "*" or ids, separated by blanks. Times are seconds since the Unix epoch. */
    "CREATE TABLE user ("
    "  name TEXT NOT NULL PRIMARY KEY,"
    "  hash TEXT NOT NULL," /* Argon2id */
    "  role TEXT NOT NULL,"
    "  cameras TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE session ("
    "  id TEXT NOT NULL PRIMARY KEY,"
    "  hash TEXT NOT NULL UNIQUE,"
    "  user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,"
    "  agent TEXT NOT NULL,"
    "  created INTEGER NOT NULL,"
    "  used INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE token ("
    "  id TEXT NOT NULL PRIMARY KEY,"
    "  hash TEXT NOT NULL UNIQUE,"
    "  name TEXT NOT NULL,"
    "  role TEXT NOT NULL,"
    "  cameras TEXT NOT NULL,"
    "  created INTEGER NOT NULL,"
    "  expires INTEGER NOT NULL" /* 0 = never */
    ") STRICT, WITHOUT ROWID;",

    /* Of each schedule's runs the newest are kept: a new one takes the slot of the oldest. */
    "CREATE TABLE schedule ("
    "  id TEXT NOT NULL PRIMARY KEY,"
    "  json TEXT NOT NULL,"
    "  changed INTEGER NOT NULL" /* seconds since the Unix epoch */
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE schedule_run ("
    "  schedule TEXT NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,"
    "  slot INTEGER NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  json TEXT NOT NULL,"
    "  PRIMARY KEY (schedule, slot)"
    ") STRICT, WITHOUT ROWID;",

    /* Microseconds since the Unix epoch. */
    "CREATE TABLE last ("
    "  camera TEXT NOT NULL PRIMARY KEY REFERENCES camera (id) ON DELETE CASCADE,"
    "  offline_since INTEGER NOT NULL," /* 0 = it was connected */
    "  resting_until INTEGER NOT NULL," /* 0 = not */
    "  taken INTEGER NOT NULL,"
    "  width INTEGER NOT NULL,"
    "  height INTEGER NOT NULL,"
    "  jpeg BLOB"
    ") STRICT;",

    "CREATE TABLE film ("
    "  id TEXT NOT NULL PRIMARY KEY,"
    "  json TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;",

    /* `state`: see access/factor.h. */
    "CREATE TABLE factor ("
    "  user TEXT NOT NULL PRIMARY KEY REFERENCES user (name) ON DELETE CASCADE,"
    "  state TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;",

    /* `item`: of the archive; 0 = the camera, live. */
    "CREATE TABLE share ("
    "  id TEXT NOT NULL PRIMARY KEY,"
    "  hash TEXT NOT NULL UNIQUE,"
    "  camera TEXT NOT NULL,"
    "  item INTEGER NOT NULL,"
    "  created INTEGER NOT NULL,"
    "  expires INTEGER NOT NULL,"
    "  used INTEGER NOT NULL,"
    "  uses INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;",
};

_Static_assert(sizeof(STEPS) / sizeof(STEPS[0]) == STORE_SCHEMA_VERSION,
               "one step for each version");

int schema_version(sqlite3 *db, int *ret_version)
{
    int application_id, version, objects;
    int error = sql_get_int(db, "PRAGMA application_id", &application_id);
    if (!error)
        error = sql_get_int(db, "PRAGMA user_version", &version);
    if (!error)
        error = sql_get_int(db, "SELECT count(*) FROM sqlite_schema", &objects);
    if (error)
        return error;
    if (application_id == 0 && version == 0 && objects == 0) {
        *ret_version = 0;
        return 0;
    }
    if (application_id != SCHEMA_APPLICATION_ID || version < 1)
        return -EBADMSG;
    *ret_version = version;
    return 0;
}

static int step(sqlite3 *db, int version)
{
    char after[96];
    snprintf(after, sizeof(after), "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
             SCHEMA_APPLICATION_ID, version + 1);
    int error = sql_run(db, "BEGIN IMMEDIATE");
    if (!error)
        error = sql_run(db, STEPS[version]);
    if (!error)
        error = sql_run(db, after);
    if (error && !sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return error;
}

int schema_migrate(sqlite3 *db, int version)
{
    int error = 0;
    for (; version < STORE_SCHEMA_VERSION && !error; version++)
        error = step(db, version);
    return error;
}
