/* Backups that come from someone else: each is refused, and nothing in the folder changes. */
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "archive/shelf.h"
#include "backup/backup.h"
#include "backup/part.h"
#include "backup/tar.h"
#include "store/snapshot.h"
#include "store/store.h"

static const struct store_loader NOTHING;
static char wrong[BACKUP_SENTENCE_MAX_BYTES];
static struct backup_sums sums;

/* Paths in the test's folder, all at hand together. */
static const char *at(const char *dir, const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, 512, "%.250s/%.250s", dir, name);
    return path;
}

static void make_data(const char *dir, const char *name)
{
    struct store *store;
    char *error;
    assert_int_equal(store_open(at(dir, name), &NOTHING, &store, &error), 0);
    store_put_document(store, "layout", name);
    store_close(store);
}

static void read_layout(void *ctx, const char *name, const char *json)
{
    if (strcmp(name, "layout") == 0)
        snprintf(ctx, 64, "%s", json);
}

static const char *layout_of(const char *dir, const char *name)
{
    static char layout[64];
    struct store *store;
    char *error;
    layout[0] = '\0';
    assert_int_equal(store_open(at(dir, name),
                                &(struct store_loader){.document = read_layout, .ctx = layout},
                                &store, &error),
                     0);
    store_close(store);
    return layout;
}

static int restore(const char *dir, bool replaces)
{
    const int fd = open(at(dir, "b.tar"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    const int r = backup_restore(
        &(struct restore_params){
            .data = at(dir, "new"), .file = at(dir, "b.tar"), .fd = fd, .replaces = replaces},
        &sums, wrong);
    close(fd);
    return r;
}

static int make(const char *dir, bool pictures)
{
    unlink(at(dir, "b.tar"));
    return backup_make(&(struct backup_params){.data = at(dir, "old"),
                                               .file = at(dir, "b.tar"),
                                               .pictures = pictures},
                       &sums, wrong);
}

static void there_and_back(void **state)
{
    const char *dir = *state;
    struct stat st;
    make_data(dir, "old");
    assert_int_equal(make(dir, false), 0);
    assert_int_equal(sums.files, 2);
    assert_int_equal(stat(at(dir, "b.tar"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(scratch_size(dir, "b.tar.database") < 0);
    assert_int_equal(
        backup_make(&(struct backup_params){.data = at(dir, "old"), .file = at(dir, "b.tar")},
                    &sums, wrong),
        -EEXIST); /* an older backup stays */
    assert_int_equal(restore(dir, false), 0);
    assert_string_equal(layout_of(dir, "new"), "old");
    assert_true(scratch_size(dir, "new/restore.new") < 0);

    assert_int_equal(restore(dir, false), -EEXIST);
    assert_int_equal(restore(dir, true), 0);
    assert_string_equal(layout_of(dir, "new"), "old");
}

static void not_while_a_server_runs(void **state)
{
    const char *dir = *state;
    struct store *store;
    char *error;
    make_data(dir, "old");
    make_data(dir, "new");
    assert_int_equal(store_open(at(dir, "old"), &NOTHING, &store, &error), 0);
    assert_int_equal(make(dir, false), 0); /* while one runs */
    store_close(store);
    assert_int_equal(store_open(at(dir, "new"), &NOTHING, &store, &error), 0);
    assert_int_equal(restore(dir, true), -EBUSY);
    store_close(store);
    assert_string_equal(layout_of(dir, "new"), "new");
}

/* --- Hostile ones. --- */

static void append(const char *dir, const void *bytes, size_t len_bytes)
{
    FILE *file = fopen(at(dir, "b.tar"), "ab");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len_bytes, file), len_bytes);
    fclose(file);
}

static void append_part(const char *dir, const char *name, const void *bytes, size_t len_bytes)
{
    static const uint8_t ZEROS[TAR_BLOCK_BYTES];
    struct tar_entry entry = {.bytes = len_bytes};
    uint8_t block[TAR_BLOCK_BYTES];
    snprintf(entry.name, sizeof(entry.name), "%s", name);
    assert_int_equal(tar_write(&entry, block), 0);
    append(dir, block, sizeof(block));
    append(dir, bytes, len_bytes);
    append(dir, ZEROS, tar_padding(len_bytes));
}

static void append_file(const char *dir, const char *name, const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t n = fread(bytes, 1, sizeof(bytes), file);
    assert_true(n < sizeof(bytes));
    fclose(file);
    append_part(dir, name, bytes, n);
}

/* The beginning of a right one: the mark, and the store if asked for. */
static void begin(const char *dir, bool has_store)
{
    unlink(at(dir, "b.tar"));
    append_part(dir, PART_MARK_NAME, PART_MARK_TEXT, strlen(PART_MARK_TEXT));
    if (has_store)
        append_file(dir, "eyelid.db", at(dir, "plain.db"));
}

static void end(const char *dir)
{
    static const uint8_t END[2 * TAR_BLOCK_BYTES];
    append(dir, END, sizeof(END));
}

static void expect_refusal(const char *dir, const char *why)
{
    assert_int_equal(restore(dir, true), -EBADMSG);
    if (!strstr(wrong, why))
        fail_msg("\"%s\" does not say \"%s\"", wrong, why);
    assert_string_equal(layout_of(dir, "new"), "new");
    assert_true(scratch_size(dir, "new/restore.new") < 0);
    assert_true(scratch_size(dir, "evil.jpg") < 0);
}

static void hostile_ones_change_nothing(void **state)
{
    const char *dir = *state;
    static const char *const NAMES[] = {"/tmp/evil.jpg", "../evil.jpg",
                                        "archive/porch/../../../evil.jpg", "eyelid.lock",
                                        "archive/porch/evil.sh"};
    make_data(dir, "old");
    make_data(dir, "new");
    assert_int_equal(snapshot_make(at(dir, "old/eyelid.db"), at(dir, "plain.db")), 0);
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        begin(dir, true);
        append_part(dir, NAMES[i], "evil", 4);
        end(dir);
        expect_refusal(dir, "does not belong in a backup");
    }
    begin(dir, true); /* a link */
    append_part(dir, "archive/porch/evil.jpg", "", 0);
    int fd = open(at(dir, "b.tar"), O_RDWR);
    uint8_t block[TAR_BLOCK_BYTES];
    const off_t header = lseek(fd, -TAR_BLOCK_BYTES, SEEK_END);
    assert_int_equal(pread(fd, block, sizeof(block), header), TAR_BLOCK_BYTES);
    block[156] = '2';
    strcpy((char *)block + 157, "/etc");
    memset(block + 148, ' ', 8);
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof(block); i++)
        sum += block[i];
    snprintf((char *)block + 148, 8, "%06o", sum);
    assert_int_equal(pwrite(fd, block, sizeof(block), header), TAR_BLOCK_BYTES);
    close(fd);
    end(dir);
    expect_refusal(dir, "links or devices");

    begin(dir, true); /* twice the same */
    append_part(dir, "archive/porch/a.jpg", "evil", 4);
    append_part(dir, "archive/porch/a.jpg", "evil", 4);
    end(dir);
    assert_int_equal(restore(dir, true), -EEXIST);
    assert_non_null(strstr(wrong, "twice"));
    assert_string_equal(layout_of(dir, "new"), "new");

    begin(dir, true); /* larger than the file is */
    struct tar_entry huge = {.name = "archive/porch/a.jpg", .bytes = UINT64_C(1) << 39};
    assert_int_equal(tar_write(&huge, block), 0);
    append(dir, block, sizeof(block));
    end(dir);
    expect_refusal(dir, "too large");

    begin(dir, true); /* no end */
    expect_refusal(dir, "cut off");
    begin(dir, false);
    end(dir);
    expect_refusal(dir, "no eyelid.db");
    begin(dir, false);
    append_part(dir, "eyelid.db", "nonsense", 8);
    end(dir);
    expect_refusal(dir, "not ours");
    unlink(at(dir, "b.tar"));
    append_file(dir, "eyelid.db", at(dir, "plain.db"));
    end(dir);
    expect_refusal(dir, "not a backup of eyelid");
    unlink(at(dir, "b.tar"));
    append(dir, "GIF89a", 6);
    expect_refusal(dir, "cut off");
}

/* Retention would remove the file that a row names. */
static void an_index_with_paths_outside_is_refused(void **state)
{
    const char *dir = *state;
    struct index *index;
    make_data(dir, "old");
    make_data(dir, "new");
    assert_int_equal(snapshot_make(at(dir, "old/eyelid.db"), at(dir, "plain.db")), 0);
    static const char *const PATHS[] = {"porch/../../evil.jpg", "yard/x.jpg", "porch/ok.jpg"};
    for (size_t i = 0; i < sizeof(PATHS) / sizeof(PATHS[0]); i++) {
        struct archive_item item = {.camera = "porch", .bytes = 1};
        snprintf(item.path, sizeof(item.path), "%s", PATHS[i]);
        unlink(at(dir, "evil.db"));
        unlink(at(dir, "evil-copy.db"));
        assert_int_equal(index_open(at(dir, "evil.db"), &index), 0);
        assert_int_equal(index_add(index, &item), 0);
        assert_int_equal(index_condemn(index, item.id), 0); /* garbage counts, too */
        index_close(index);
        assert_int_equal(snapshot_make(at(dir, "evil.db"), at(dir, "evil-copy.db")), 0);
        begin(dir, true);
        append_file(dir, "archive.db", at(dir, "evil-copy.db"));
        end(dir);
        if (i < 2)
            expect_refusal(dir, "archive.db");
        else
            assert_int_equal(restore(dir, true), 0);
    }
}

static void with_pictures(void **state)
{
    const char *dir = *state;
    struct shelf shelf;
    struct shelf_findings findings;
    char trouble[SHELF_SENTENCE_MAX_BYTES];
    struct archive_item item = {
        .camera = "porch", .start_us = 1796043802123000, .end_us = 1796043802123000};
    static uint8_t photo[DATA_MAX_BYTES];
    const size_t photo_bytes = data_read("420.jpg", photo);
    make_data(dir, "old");
    assert_int_equal(shelf_open(at(dir, "old"), &shelf, trouble), 0);
    assert_int_equal(shelf_keep_photo(&shelf, &item, photo, photo_bytes), 0);
    assert_int_equal(index_star(shelf.index, item.id, true), 0);
    assert_int_equal(make(dir, true), 0); /* while it is open */
    shelf_close(&shelf);
    assert_int_equal(restore(dir, false), 0);
    assert_int_equal(shelf_open(at(dir, "new"), &shelf, trouble), 0);
    assert_int_equal(shelf_check(&shelf, false, NULL, NULL, &findings), 0);
    assert_int_equal(findings.items, 1);
    assert_int_equal(findings.found + findings.lost + findings.changed, 0);
    assert_int_equal(index_get(shelf.index, item.id, &item), 0);
    assert_true(item.starred);
    shelf_close(&shelf);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scratch_create, scratch_destroy)
    const struct CMUnitTest tests[] = {
        T(there_and_back),
        T(not_while_a_server_runs),
        T(hostile_ones_change_nothing),
        T(an_index_with_paths_outside_is_refused),
        T(with_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
