#include "store/writer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"
#include "store/schema.h"
#include "store/sql.h"

static sqlite3 *open_database(struct folder *folder)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(folder_path(folder, "test.db"), &db), SQLITE_OK);
    assert_int_equal(sql_run(db, "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON"), 0);
    return db;
}

static struct writer *writer_over(struct folder *folder)
{
    sqlite3 *db = open_database(folder);
    int version = -1;
    assert_int_equal(schema_version(db, &version), 0);
    assert_int_equal(schema_migrate(db, version), 0);
    struct writer *writer = NULL;
    assert_int_equal(writer_create(db, "test.db", (struct waker){0}, &writer), 0);
    return writer;
}

static void put_setting(struct writer *writer, const char *name, const char *value)
{
    writer_put(writer, &(struct write){.kind = WRITE_SETTING, .texts = {"porch", name, value}});
}

static int get_int(struct folder *folder, const char *sql)
{
    sqlite3 *db = open_database(folder);
    int value = -1;
    assert_int_equal(sql_get_int(db, sql, &value), 0);
    sqlite3_close(db);
    return value;
}

static const struct write PORCH = {.kind = WRITE_CAMERA,
                                   .texts = {"porch", "Porch", "push", "", ""}};

static void last_of_many_wins(void **state)
{
    struct folder *folder = *state;
    struct writer *writer = writer_over(folder);
    writer_put(writer, &PORCH);
    for (int i = 1; i <= 2000; i++) {
        char value[16];
        snprintf(value, sizeof(value), "%d", i);
        put_setting(writer, "n", value);
    }
    assert_int_equal(writer_flush(writer), 0);
    assert_int_equal(get_int(folder, "SELECT value FROM setting"), 2000);
    writer_destroy(writer);
}

static void destroying_writes_what_is_queued(void **state)
{
    struct folder *folder = *state;
    struct writer *writer = writer_over(folder);
    writer_put(writer, &PORCH);
    for (int i = 0; i < 500; i++) {
        char name[16];
        snprintf(name, sizeof(name), "s%d", i);
        put_setting(writer, name, "1");
    }
    writer_destroy(writer);
    assert_int_equal(get_int(folder, "SELECT count(*) FROM setting"), 500);
}

static void busy_database_costs_the_batch_alone(void **state)
{
    struct folder *folder = *state;
    struct writer *writer = writer_over(folder);
    writer_put(writer, &PORCH);
    assert_int_equal(writer_flush(writer), 0);
    sqlite3 *other = open_database(folder);
    assert_int_equal(sql_run(other, "BEGIN IMMEDIATE"), 0);
    put_setting(writer, "first", "1");
    assert_int_equal(writer_flush(writer), -EBUSY);
    assert_int_equal(sql_run(other, "COMMIT"), 0);
    sqlite3_close(other);
    put_setting(writer, "second", "1");
    assert_int_equal(writer_flush(writer), 0);
    writer_destroy(writer);
    assert_int_equal(get_int(folder, "SELECT count(*) FROM setting"), 1);
}

/* While another connection holds the database the writer waits with one batch in its hands, and
 * behind it the queue fills: more than two full queues can never be held. */
static void queue_is_bounded(void **state)
{
    struct folder *folder = *state;
    sqlite3 *db = open_database(folder);
    assert_int_equal(schema_migrate(db, 0), 0);
    assert_int_equal(sqlite3_busy_timeout(db, 600 * 1000), SQLITE_OK);
    struct writer *writer = NULL;
    assert_int_equal(writer_create(db, "test.db", (struct waker){0}, &writer), 0);
    sqlite3 *other = open_database(folder);
    assert_int_equal(sql_run(other, "BEGIN IMMEDIATE"), 0);
    writer_put(writer, &PORCH);
    for (int i = 0; i < 2 * WRITER_QUEUE_MAX; i++)
        put_setting(writer, "n", "1");
    assert_int_equal(sql_run(other, "COMMIT"), 0);
    sqlite3_close(other);
    assert_int_equal(writer_flush(writer), -ENOBUFS);
    put_setting(writer, "n", "2");
    assert_int_equal(writer_flush(writer), 0);
    assert_int_equal(get_int(folder, "SELECT value FROM setting"), 2);
    writer_destroy(writer);
}

static void flush_without_writes_returns(void **state)
{
    struct writer *writer = writer_over(*state);
    assert_int_equal(writer_flush(writer), 0);
    assert_int_equal(writer_flush(writer), 0);
    writer_destroy(writer);
}

/* What a done saw: how often, and its last error. */
struct outcome {
    int calls, error;
};

static void on_done(void *ctx, int error)
{
    struct outcome *outcome = ctx;
    outcome->calls++;
    outcome->error = error;
}

static struct write_group *group_of(const char *camera, unsigned n)
{
    struct write_group *group = write_group_create();
    for (unsigned i = 0; i < n; i++) {
        char name[16];
        snprintf(name, sizeof(name), "g%u", i);
        write_group_add(group,
                        &(struct write){.kind = WRITE_SETTING, .texts = {camera, name, "1"}});
    }
    return group;
}

static void done_comes_after_the_commit_and_only_when_delivered(void **state)
{
    struct folder *folder = *state;
    struct writer *writer = writer_over(folder);
    struct outcome outcome = {0, 1};
    writer_put(writer, &PORCH);
    writer_put_group(writer, group_of("porch", 2), (struct write_done){on_done, &outcome});
    assert_int_equal(writer_flush(writer), 0);
    assert_int_equal(outcome.calls, 0);
    assert_int_equal(get_int(folder, "SELECT count(*) FROM setting"), 2);
    writer_deliver(writer);
    assert_int_equal(outcome.calls, 1);
    assert_int_equal(outcome.error, 0);
    writer_deliver(writer);
    assert_int_equal(outcome.calls, 1);
    writer_destroy(writer);
}

/* The second row of the middle group does not fit: its first one is not written either, and its
 * neighbours are. */
static void a_group_is_written_whole_or_not_at_all(void **state)
{
    struct folder *folder = *state;
    struct writer *writer = writer_over(folder);
    struct outcome first = {0}, middle = {0}, last = {0};
    struct write_group *group = group_of("porch", 1);
    writer_put(writer, &PORCH);
    writer_put_group(writer, group, (struct write_done){on_done, &first});
    group = write_group_create();
    write_group_add(group, &(struct write){.kind = WRITE_SETTING, .texts = {"porch", "kept", "1"}});
    write_group_add(group, &(struct write){.kind = WRITE_SETTING, .texts = {"nobody", "x", "1"}});
    writer_put_group(writer, group, (struct write_done){on_done, &middle});
    group = write_group_create();
    write_group_add(group, &(struct write){.kind = WRITE_SETTING, .texts = {"porch", "last", "1"}});
    writer_put_group(writer, group, (struct write_done){on_done, &last});
    assert_int_equal(writer_flush(writer), -EINVAL);
    writer_deliver(writer);
    assert_int_equal(first.error, 0);
    assert_int_equal(middle.error, -EINVAL);
    assert_int_equal(last.error, 0);
    assert_int_equal(get_int(folder, "SELECT count(*) FROM setting WHERE name = 'kept'"), 0);
    assert_int_equal(get_int(folder, "SELECT count(*) FROM setting"), 2);
    writer_destroy(writer);
}

static void a_lost_group_says_why(void **state)
{
    struct folder *folder = *state;
    struct writer *writer = writer_over(folder);
    struct outcome outcome = {0};
    writer_put(writer, &PORCH);
    assert_int_equal(writer_flush(writer), 0);
    sqlite3 *other = open_database(folder);
    assert_int_equal(sql_run(other, "BEGIN IMMEDIATE"), 0);
    writer_put_group(writer, group_of("porch", 1), (struct write_done){on_done, &outcome});
    assert_int_equal(writer_flush(writer), -EBUSY);
    writer_deliver(writer);
    assert_int_equal(outcome.calls, 1);
    assert_int_equal(outcome.error, -EBUSY);
    assert_int_equal(sql_run(other, "COMMIT"), 0);
    sqlite3_close(other);
    writer_destroy(writer);
}

static void an_empty_group_waits_for_those_before_it(void **state)
{
    struct folder *folder = *state;
    struct writer *writer = writer_over(folder);
    struct outcome outcome = {0, 1};
    writer_put(writer, &PORCH);
    writer_put_group(writer, write_group_create(), (struct write_done){on_done, &outcome});
    writer_destroy(writer); /* delivers */
    assert_int_equal(outcome.calls, 1);
    assert_int_equal(outcome.error, 0);
    assert_int_equal(get_int(folder, "SELECT count(*) FROM camera"), 1);
}

static void a_group_beyond_the_queue_is_told_so(void **state)
{
    struct writer *writer = writer_over(*state);
    struct outcome outcome = {0};
    writer_put_group(writer, group_of("porch", WRITER_QUEUE_MAX + 1),
                     (struct write_done){on_done, &outcome});
    writer_deliver(writer);
    assert_int_equal(outcome.calls, 1);
    assert_int_equal(outcome.error, -ENOBUFS);
    writer_destroy(writer);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_create, folder_destroy)
    const struct CMUnitTest tests[] = {
        TEST(last_of_many_wins),
        TEST(destroying_writes_what_is_queued),
        TEST(busy_database_costs_the_batch_alone),
        TEST(queue_is_bounded),
        TEST(flush_without_writes_returns),
        TEST(done_comes_after_the_commit_and_only_when_delivered),
        TEST(a_group_is_written_whole_or_not_at_all),
        TEST(a_lost_group_says_why),
        TEST(an_empty_group_waits_for_those_before_it),
        TEST(a_group_beyond_the_queue_is_told_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
