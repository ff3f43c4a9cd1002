/* The schema: what the database looks like, version by version. What belongs here: the SQL of every
 * migration, and the decision whether a file is ours. One thread at a time. */
#pragma once
#include <sqlite3.h>

/* "eyel", in the database's header (PRAGMA application_id). */
enum { SCHEMA_APPLICATION_ID = 0x6579656c };

/* Looks without writing. 0 and *ret_version, 0 for an empty database; -EBADMSG: the file holds
 * another program's database; else the negative errno of a read that failed. */
int schema_version(sqlite3 *db, int *ret_version) __attribute__((warn_unused_result));

/* Takes the database from that version to STORE_SCHEMA_VERSION, a transaction a step, so that
 * whatever happens it is left at a whole version. */
int schema_migrate(sqlite3 *db, int version) __attribute__((warn_unused_result));
