#include "store/schema.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"
#include "store/sql.h"

/* The databases in data/ were written by the releases that had that version, and are never edited:
 * each must open with this program and give back what it held. */
static void old_databases_open(void **state)
{
    struct folder *folder = *state;
    for (int version = 1; version <= STORE_SCHEMA_VERSION; version++) {
        char from[256];
        snprintf(from, sizeof(from), "%s/v%d.db", DATA_DIR, version);
        folder_copy(folder, "eyelid.db", from);
        folder->seen = text_over(folder->seen_bytes, sizeof(folder->seen_bytes));
        struct store *store = NULL;
        char *error = NULL;
        assert_int_equal(store_open(folder->dir, &folder->loader, &store, &error), 0);
        store_close(store);
        assert_string_equal(folder->seen_bytes, "camera porch Front door push 1\n"
                                                "camera cam-0a1b2c3d cam-0a1b2c3d push 0\n"
                                                "setting porch brightness -1\n"
                                                "setting porch mirror true\n");
    }
}

static sqlite3 *memory_database(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    return db;
}

static void every_step_ends_at_its_version(void **state)
{
    (void)state;
    sqlite3 *db = memory_database();
    int version = -1;
    assert_int_equal(schema_version(db, &version), 0);
    assert_int_equal(version, 0);
    assert_int_equal(schema_migrate(db, version), 0);
    assert_int_equal(schema_version(db, &version), 0);
    assert_int_equal(version, STORE_SCHEMA_VERSION);
    assert_int_equal(schema_migrate(db, version), 0);
    sqlite3_close(db);
}

static void failed_step_leaves_the_old_version(void **state)
{
    (void)state;
    sqlite3 *db = memory_database();
    assert_int_equal(sql_run(db, "CREATE TABLE setting (x)"), 0);
    assert_int_not_equal(schema_migrate(db, 0), 0);
    int value = -1;
    assert_int_equal(sql_get_int(db, "PRAGMA user_version", &value), 0);
    assert_int_equal(value, 0);
    assert_int_equal(sql_get_int(db, "SELECT count(*) FROM sqlite_schema", &value), 0);
    assert_int_equal(value, 1);
    sqlite3_close(db);
}

static void foreign_database_is_known_as_such(void **state)
{
    (void)state;
    sqlite3 *db = memory_database();
    int version = -1;
    assert_int_equal(sql_run(db, "PRAGMA application_id = 42; PRAGMA user_version = 1"), 0);
    assert_int_equal(schema_version(db, &version), -EBADMSG);
    assert_int_equal(version, -1);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(old_databases_open, folder_create, folder_destroy),
        cmocka_unit_test(every_step_ends_at_its_version),
        cmocka_unit_test(failed_step_leaves_the_old_version),
        cmocka_unit_test(foreign_database_is_known_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
