/* The schema, version by version. What belongs here: the SQL of every migration, and the check that
 * a file is ours. One thread at a time. */
#pragma once
#include <sqlite3.h>

/* "eyel", in the database's header (PRAGMA application_id). */
enum { SCHEMA_APPLICATION_ID = 0x6579656c };

/* Reads only. 0 and *ret_version, 0 for an empty database; -EBADMSG: the file is another program's
 * database; else the negative errno of a failed read. */
int schema_version(sqlite3 *db, int *ret_version) __attribute__((warn_unused_result));

/* Migrates the database from that version to STORE_SCHEMA_VERSION, one transaction per step, so
 * that it is always left at a whole version. */
int schema_migrate(sqlite3 *db, int version) __attribute__((warn_unused_result));
