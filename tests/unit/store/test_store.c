#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "folder.h"

static struct store *open_or_fail(struct folder *folder)
{
    struct store *store = NULL;
    char *error = NULL;
    folder->seen = text_over(folder->seen_bytes, sizeof(folder->seen_bytes));
    int result = store_open(folder->dir, &folder->loader, &store, &error);
    if (result)
        fail_msg("%s", error);
    assert_non_null(store);
    return store;
}

/* Opening must fail with this error and a sentence that holds each of the words. */
static void refuse(const char *dir, int error, const char *word, const char *other_word)
{
    struct store_loader loader = {0};
    struct store *store = NULL;
    char *sentence = NULL;
    int result = store_open(dir, &loader, &store, &sentence);
    assert_int_equal(result, error);
    assert_null(store);
    assert_non_null(sentence);
    if (!strstr(sentence, word) || !strstr(sentence, other_word))
        fail_msg("\"%s\" says neither \"%s\" nor \"%s\"", sentence, word, other_word);
    store_error_free(sentence);
}

static void run_sql(struct folder *folder, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(folder_path(folder, "eyelid.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static const struct store_camera PORCH = {
    .id = "porch", .name = "Porch", .source = "push", .adopted = true};
static const struct store_camera GARDEN = {.id = "garden", .name = "Garten ü", .source = "push"};

static void new_folder_is_empty_and_private(void **state)
{
    struct folder *folder = *state;
    struct store_loader loader = folder->loader;
    char dir[96];
    snprintf(dir, sizeof(dir), "%s/not/there", folder->dir);
    struct store *store = NULL;
    char *error = NULL;
    assert_int_equal(store_open(dir, &loader, &store, &error), 0);
    store_close(store);
    assert_string_equal(folder->seen_bytes, "");
    struct stat st;
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

/* An existing folder may be open to others; its content is not. */
static void database_is_private(void **state)
{
    static const char *const FILES[] = {"eyelid.db", "eyelid.db-wal", "eyelid.db-shm"};
    struct folder *folder = *state;
    folder_write(folder, "eyelid.db", "", 0);
    assert_int_equal(chmod(folder_path(folder, "eyelid.db"), 0644), 0);
    struct store *store = open_or_fail(folder);
    store_put_camera(store, &PORCH);
    assert_int_equal(store_flush(store), 0);
    for (unsigned i = 0; i < 3; i++) {
        struct stat st;
        assert_int_equal(stat(folder_path(folder, FILES[i]), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    store_close(store);
}

static void empty_file_is_a_new_database(void **state)
{
    struct folder *folder = *state;
    folder_write(folder, "eyelid.db", "", 0);
    struct store *store = open_or_fail(folder);
    store_put_camera(store, &PORCH);
    store_close(store);
    store_close(open_or_fail(folder));
    assert_string_equal(folder->seen_bytes, "camera porch Porch push 1\n");
}

static void rows_come_back_in_order_of_first_sight(void **state)
{
    struct folder *folder = *state;
    struct store *store = open_or_fail(folder);
    store_put_camera(store, &PORCH);
    store_put_camera(store, &GARDEN);
    store_put_setting(store, "porch", "brightness", "1");
    store_put_setting(store, "porch", "mirror", "true");
    store_put_setting(store, "porch", "brightness", "-2");
    struct store_camera renamed = PORCH;
    renamed.name = "Front door";
    store_put_camera(store, &renamed);
    assert_int_equal(store_flush(store), 0);
    store_close(store);
    store_close(open_or_fail(folder));
    assert_string_equal(folder->seen_bytes, "camera porch Front door push 1\n"
                                            "camera garden Garten ü push 0\n"
                                            "setting porch brightness -2\n"
                                            "setting porch mirror true\n");
}

static void what_was_last_seen_keeps_its_picture(void **state)
{
    struct folder *folder = *state;
    struct store *store = open_or_fail(folder);
    struct store_last last = {.camera = "porch",
                              .offline_since_us = 5,
                              .resting_until_us = 6,
                              .taken_us = 7,
                              .width = 640,
                              .height = 480,
                              .jpeg = "picture",
                              .len_bytes = 7};
    store_put_camera(store, &PORCH);
    store_put_last(store, &last);
    last.offline_since_us = 0;
    last.jpeg = NULL;
    store_put_last(store, &last);
    store_close(store);
    store = open_or_fail(folder);
    assert_non_null(strstr(folder->seen_bytes, "last porch 0 6 7 640x480 picture\n"));
    store_remove_camera(store, "porch");
    store_close(store);
    store_close(open_or_fail(folder));
    assert_null(strstr(folder->seen_bytes, "last"));
}

static void a_document_is_replaced(void **state)
{
    struct folder *folder = *state;
    struct store *store = open_or_fail(folder);
    store_put_document(store, "layout", "{}");
    store_put_document(store, "layout", "{\"order\":[]}");
    store_close(store);
    store_close(open_or_fail(folder));
    assert_string_equal(folder->seen_bytes, "document layout {\"order\":[]}\n");
}

static void a_token_is_kept_and_goes_with_its_camera(void **state)
{
    struct folder *folder = *state;
    struct store *store = open_or_fail(folder);
    struct store_camera guarded = PORCH;
    store_put_camera(store, &PORCH);
    guarded.token = "aabb";
    store_put_camera(store, &guarded);
    store_close(store);
    store = open_or_fail(folder);
    assert_string_equal(folder->seen_bytes, "camera porch Porch push 1 shows aabb\n");
    store_remove_camera(store, "porch");
    store_put_camera(store, &PORCH);
    store_close(store);
    store_close(open_or_fail(folder));
    assert_string_equal(folder->seen_bytes, "camera porch Porch push 1\n");
}

static void removing_a_camera_takes_its_settings(void **state)
{
    struct folder *folder = *state;
    struct store *store = open_or_fail(folder);
    store_put_camera(store, &PORCH);
    store_put_setting(store, "porch", "mirror", "true");
    store_remove_camera(store, "porch");
    store_put_camera(store, &PORCH);
    store_close(store);
    store_close(open_or_fail(folder));
    assert_string_equal(folder->seen_bytes, "camera porch Porch push 1\n");
}

static void row_that_does_not_fit_costs_only_itself(void **state)
{
    struct folder *folder = *state;
    struct store *store = open_or_fail(folder);
    store_put_camera(store, &PORCH);
    store_put_setting(store, "nobody", "mirror", "true");
    store_put_camera(store, &GARDEN);
    assert_int_equal(store_flush(store), -EINVAL);
    assert_int_equal(store_flush(store), 0);
    store_close(store);
    store_close(open_or_fail(folder));
    assert_string_equal(folder->seen_bytes,
                        "camera porch Porch push 1\ncamera garden Garten ü push 0\n");
}

/* What the disk holds of the database and its log. */
struct trace {
    off_t sizes[2];
    struct timespec times[2];
};

static struct trace trace(struct folder *folder)
{
    struct trace trace = {0};
    const char *const names[] = {"eyelid.db", "eyelid.db-wal"};
    for (int i = 0; i < 2; i++) {
        struct stat st;
        assert_int_equal(stat(folder_path(folder, names[i]), &st), 0);
        trace.sizes[i] = st.st_size;
        trace.times[i] = st.st_mtim;
    }
    return trace;
}

static void same_rows_again_write_nothing(void **state)
{
    struct folder *folder = *state;
    struct store *store = open_or_fail(folder);
    store_put_camera(store, &PORCH);
    store_put_setting(store, "porch", "mirror", "true");
    assert_int_equal(store_flush(store), 0);
    struct trace before = trace(folder);
    for (int i = 0; i < 10; i++) {
        store_put_camera(store, &PORCH);
        store_put_setting(store, "porch", "mirror", "true");
        store_remove_camera(store, "never-there");
        assert_int_equal(store_flush(store), 0);
    }
    struct trace after = trace(folder);
    assert_memory_equal(&before, &after, sizeof(before));
    store_close(store);
}

static void second_server_is_told_who_has_the_folder(void **state)
{
    struct folder *folder = *state;
    struct store *store = open_or_fail(folder);
    char pid[24];
    snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
    refuse(folder->dir, -EBUSY, "another eyelid", pid);
    store_close(store);
    store_close(open_or_fail(folder));
}

static void newer_schema_is_left_alone(void **state)
{
    struct folder *folder = *state;
    store_close(open_or_fail(folder));
    run_sql(folder, "PRAGMA user_version = 99");
    struct stat before, after;
    assert_int_equal(stat(folder_path(folder, "eyelid.db"), &before), 0);
    refuse(folder->dir, -EEXIST, "newer eyelid (its version is 99", "up to 10");
    assert_int_equal(stat(folder_path(folder, "eyelid.db"), &after), 0);
    assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
    assert_int_equal(before.st_size, after.st_size);
}

static void other_programs_database_is_left_alone(void **state)
{
    struct folder *folder = *state;
    run_sql(folder, "CREATE TABLE recipe (name TEXT)");
    refuse(folder->dir, -EBADMSG, "eyelid.db", "not a database of eyelid");
}

static void text_file_is_no_database(void **state)
{
    struct folder *folder = *state;
    char text[4096];
    memset(text, 'x', sizeof(text));
    folder_write(folder, "eyelid.db", text, sizeof(text));
    refuse(folder->dir, -EBADMSG, "eyelid.db", "backup");
}

static void damaged_page_is_found(void **state)
{
    struct folder *folder = *state;
    struct store *store = open_or_fail(folder);
    store_put_camera(store, &PORCH);
    store_close(store);
    FILE *file = fopen(folder_path(folder, "eyelid.db"), "r+b");
    assert_non_null(file);
    char garbage[4096];
    memset(garbage, 0xa5, sizeof(garbage));
    assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
    assert_int_equal(fwrite(garbage, 1, sizeof(garbage), file), sizeof(garbage));
    assert_int_equal(fclose(file), 0);
    refuse(folder->dir, -EBADMSG, "eyelid.db", "damaged");
}

/* Sound to SQLite, but not what the version says. */
static void missing_table_is_found(void **state)
{
    struct folder *folder = *state;
    store_close(open_or_fail(folder));
    sqlite3 *db;
    assert_int_equal(sqlite3_open(folder_path(folder, "eyelid.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DROP TABLE setting", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    refuse(folder->dir, -EBADMSG, "eyelid.db", "damaged");
}

static void file_in_place_of_the_folder(void **state)
{
    struct folder *folder = *state;
    folder_write(folder, "file", "", 0);
    refuse(folder_path(folder, "file"), -ENOTDIR, "file", "--data");
    char below[96];
    snprintf(below, sizeof(below), "%s/file/below", folder->dir);
    refuse(below, -ENOTDIR, "below", "--data");
}

/* Runs check in a child process, so that what it gives up (rights, room) is given up there alone.
 * It returns 0, or 77 to skip. */
static void in_child(int (*check)(struct folder *folder), struct folder *folder)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(check(folder));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int check_unwritable(struct folder *folder)
{
    if (chmod(folder->dir, 0555) < 0 || (geteuid() == 0 && seteuid(65534) < 0))
        return 77;
    struct store *store = NULL;
    char *error = NULL;
    int result = store_open(folder->dir, &folder->loader, &store, &error);
    bool fine =
        result == -EACCES && strstr(error, "cannot write here") && strstr(error, folder->dir);
    store_error_free(error);
    return fine ? 0 : 1;
}

static void unwritable_folder_is_named(void **state)
{
    in_child(check_unwritable, *state);
}

/* Fills a file system of 64 KiB by settings until a write fails, and expects ENOSPC; what was
 * written before must still be there. */
static int fill_disk(struct folder *folder)
{
    struct store *store = NULL;
    char *error = NULL, value[8192];
    if (store_open(folder->dir, &folder->loader, &store, &error) < 0)
        return 2;
    store_put_camera(store, &PORCH);
    if (store_flush(store) < 0)
        return 3;
    memset(value, '1', sizeof(value));
    value[sizeof(value) - 1] = '\0';
    int result = 0;
    for (int i = 0; i < 200 && result == 0; i++) {
        char name[16];
        snprintf(name, sizeof(name), "s%d", i);
        store_put_setting(store, "porch", name, value);
        result = store_flush(store);
    }
    store_close(store);
    if (result != -ENOSPC)
        return 4;
    if (store_open(folder->dir, &folder->loader, &store, &error) < 0)
        return 5;
    store_close(store);
    return strstr(folder->seen_bytes, "camera porch Porch push 1\n") ? 0 : 6;
}

static int check_full_disk(struct folder *folder)
{
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) < 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("eyelid", folder->dir, "tmpfs", 0, "size=256k") < 0)
        return 77;
    return fill_disk(folder);
}

static void full_disk_is_said_and_survived(void **state)
{
    in_child(check_full_disk, *state);
}

static int check_full_at_start(struct folder *folder)
{
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) < 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("eyelid", folder->dir, "tmpfs", 0, "size=8k") < 0)
        return 77;
    struct store *store = NULL;
    char *error = NULL;
    int result = store_open(folder->dir, &folder->loader, &store, &error);
    return result == -ENOSPC && strstr(error, "full") ? 0 : 1;
}

static void full_disk_at_start_is_named(void **state)
{
    in_child(check_full_at_start, *state);
}

/* The limit on a file's size is the other way in which a disk says no. */
static int check_file_limit(struct folder *folder)
{
    struct store *store = NULL;
    char *error = NULL;
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {8192, 8192};
    if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
        return 77;
    int result = store_open(folder->dir, &folder->loader, &store, &error);
    bool fine = result < 0 && strstr(error, folder->dir) && strstr(error, "--data");
    store_error_free(error);
    return fine ? 0 : 1;
}

static void file_limit_is_said(void **state)
{
    in_child(check_file_limit, *state);
}

static void saw_user(void *ctx, const struct store_user *user)
{
    struct folder *folder = ctx;
    text_add(&folder->seen, "user %s %s %s %s\n", user->name, user->hash, user->role,
             user->cameras);
}

static void saw_session(void *ctx, const struct store_session *session)
{
    struct folder *folder = ctx;
    text_add(&folder->seen, "session %s %s %s %s %lld %lld\n", session->id, session->hash,
             session->user, session->agent, (long long)session->created_s,
             (long long)session->used_s);
}

static void saw_token(void *ctx, const struct store_token *token)
{
    struct folder *folder = ctx;
    text_add(&folder->seen, "token %s %s %s %s %s %lld %lld\n", token->id, token->hash, token->name,
             token->role, token->cameras, (long long)token->created_s, (long long)token->expires_s);
}

static void saw_factor(void *ctx, const struct store_factor *factor)
{
    struct folder *folder = ctx;
    text_add(&folder->seen, "factor %s %s\n", factor->user, factor->state);
}

static void accounts_come_back_and_sessions_go_with_their_user(void **state)
{
    struct folder *folder = *state;
    folder->loader.user = saw_user;
    folder->loader.session = saw_session;
    folder->loader.token = saw_token;
    folder->loader.factor = saw_factor;
    const struct store_user anna = {"anna", "$argon2id$1", "admin", "*"},
                            ben = {"ben", "$argon2id$2", "viewer", "porch '; DROP TABLE user"};
    struct store_session session = {"s1", "h1", "ben", "Firefox", 10, 20};
    const struct store_token token = {"t1", "h2", "hass", "operator", "gate yard", 30, 40};
    struct store *store = open_or_fail(folder);
    store_put_user(store, &anna);
    store_put_user(store, &ben);
    store_put_factor(store, &(struct store_factor){"ben", "1"});
    store_put_factor(store, &(struct store_factor){"ben", "2"});
    store_put_factor(store, &(struct store_factor){"anna", "3"});
    store_remove_factor(store, "anna");
    store_put_session(store, &session);
    session.used_s = 25;
    store_put_session(store, &session);
    store_put_token(store, &token);
    store_close(store);
    store = open_or_fail(folder);
    assert_string_equal(folder->seen_bytes, "user anna $argon2id$1 admin *\n"
                                            "user ben $argon2id$2 viewer porch '; DROP TABLE user\n"
                                            "session s1 h1 ben Firefox 10 25\n"
                                            "factor ben 2\n"
                                            "token t1 h2 hass operator gate yard 30 40\n");
    store_remove_user(store, "ben");
    store_remove_token(store, "t1");
    store_close(store);
    store_close(open_or_fail(folder));
    assert_string_equal(folder->seen_bytes, "user anna $argon2id$1 admin *\n");
}

static void addresses_and_cleared_settings(void **state)
{
    struct folder *folder = *state;
    struct store *store = open_or_fail(folder);
    const struct store_camera pulled = {
        .id = "gate", .name = "Gate", .source = "mjpeg", .address = "http://gate/stream"};
    store_put_camera(store, &pulled);
    store_put_camera(store, &PORCH);
    store_put_setting(store, "gate", "quality", "10");
    store_put_setting(store, "porch", "mirror", "true");
    store_clear_settings(store, "gate");
    store_close(store);
    store = open_or_fail(folder);
    assert_string_equal(folder->seen_bytes, "camera gate Gate mjpeg 0 at http://gate/stream\n"
                                            "camera porch Porch push 1\n"
                                            "setting porch mirror true\n");
    store_close(store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_create, folder_destroy)
    const struct CMUnitTest tests[] = {
        TEST(new_folder_is_empty_and_private),
        TEST(database_is_private),
        TEST(empty_file_is_a_new_database),
        TEST(rows_come_back_in_order_of_first_sight),
        TEST(addresses_and_cleared_settings),
        TEST(accounts_come_back_and_sessions_go_with_their_user),
        TEST(removing_a_camera_takes_its_settings),
        TEST(a_token_is_kept_and_goes_with_its_camera),
        TEST(row_that_does_not_fit_costs_only_itself),
        TEST(same_rows_again_write_nothing),
        TEST(second_server_is_told_who_has_the_folder),
        TEST(what_was_last_seen_keeps_its_picture),
        TEST(a_document_is_replaced),
        TEST(newer_schema_is_left_alone),
        TEST(other_programs_database_is_left_alone),
        TEST(text_file_is_no_database),
        TEST(damaged_page_is_found),
        TEST(missing_table_is_found),
        TEST(file_in_place_of_the_folder),
        TEST(unwritable_folder_is_named),
        TEST(full_disk_is_said_and_survived),
        TEST(full_disk_at_start_is_named),
        TEST(file_limit_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
