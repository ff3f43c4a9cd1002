#include "archive/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "archive/files.h"
#include "base/clock.h"
#include "scratch.h"

static uint8_t jpeg[DATA_MAX_BYTES];
static size_t jpeg_bytes;
static char wrong[SHELF_SENTENCE_MAX_BYTES];

static struct shelf open_it(const char *dir)
{
    struct shelf shelf;
    jpeg_bytes = data_read("422.jpg", jpeg);
    int r = shelf_open(dir, &shelf, wrong);
    if (r < 0)
        fail_msg("%s", wrong);
    return shelf;
}

static struct archive_item photo_at(int64_t seconds)
{
    struct archive_item item = {.kind = ARCHIVE_PHOTO, .width = 61, .height = 45};
    item.start_us = item.end_us = seconds * US_PER_S;
    strcpy(item.camera, "porch");
    return item;
}

static struct archive_item keep(struct shelf *shelf, int64_t seconds)
{
    struct archive_item item = photo_at(seconds);
    assert_int_equal(shelf_keep_photo(shelf, &item, jpeg, jpeg_bytes), 0);
    return item;
}

static const char *below(const char *dir, const char *path)
{
    static char whole[512];
    snprintf(whole, sizeof(whole), "%s/archive", dir);
    return scratch_path(whole, path);
}

static bool is_there(const char *dir, const char *path)
{
    return access(below(dir, path), F_OK) == 0;
}

static struct shelf_findings check(struct shelf *shelf, bool repair)
{
    struct shelf_findings findings;
    assert_int_equal(shelf_check(shelf, repair, NULL, NULL, &findings), 0);
    return findings;
}

static bool is_clean(const struct shelf_findings *f, unsigned items)
{
    return f->items == items && !f->garbage && !f->lost && !f->changed && !f->open_clips &&
           !f->found && !f->unreadable;
}

static void test_a_photo(void **state)
{
    struct shelf shelf = open_it(*state);
    struct archive_item item = keep(&shelf, 1796043802), read;
    char thumbnail[ARCHIVE_PATH_MAX_BYTES];
    assert_int_equal(index_get(shelf.index, item.id, &read), 0);
    assert_memory_equal(&read, &item, sizeof(item));
    assert_int_equal(item.bytes, jpeg_bytes);
    assert_true(is_there(*state, item.path));
    archive_item_thumbnail(&item, thumbnail);
    assert_true(is_there(*state, thumbnail));
    assert_true(is_there(*state, "porch/latest.jpg"));
    struct archive_item same = keep(&shelf, 1796043802);
    assert_string_not_equal(same.path, item.path);
    struct shelf_findings findings = check(&shelf, false);
    assert_true(is_clean(&findings, 2));
    shelf_close(&shelf);
}

static void test_remove(void **state)
{
    struct shelf shelf = open_it(*state);
    struct archive_item item = keep(&shelf, 1000);
    char thumbnail[ARCHIVE_PATH_MAX_BYTES];
    archive_item_thumbnail(&item, thumbnail);
    assert_int_equal(shelf_remove(&shelf, item.id), 0);
    assert_false(is_there(*state, item.path));
    assert_false(is_there(*state, thumbnail));
    assert_int_equal(shelf_remove(&shelf, item.id), -ENOENT);
    struct shelf_findings findings = check(&shelf, false);
    assert_true(is_clean(&findings, 0));
    shelf_close(&shelf);
}

/* The program ended between two steps of a removal. */
static void test_half_removed(void **state)
{
    struct shelf shelf = open_it(*state);
    struct archive_item before = keep(&shelf, 1000), after = keep(&shelf, 2000);
    assert_int_equal(index_condemn(shelf.index, before.id), 0);
    assert_int_equal(index_condemn(shelf.index, after.id), 0);
    assert_int_equal(files_remove(shelf.root, after.path), 0);
    assert_int_equal(check(&shelf, false).garbage, 1); /* at least */
    assert_int_equal(check(&shelf, true).garbage, 2);
    assert_false(is_there(*state, before.path));
    struct shelf_findings findings = check(&shelf, false);
    assert_true(is_clean(&findings, 0));
    shelf_close(&shelf);
}

/* Files without a row are taken in with all that their names tell; the index may be new. */
static void test_a_lost_index(void **state)
{
    struct shelf shelf = open_it(*state);
    struct archive_item item = photo_at(1796043802), read;
    item.reason = ARCHIVE_MOTION;
    assert_int_equal(shelf_keep_photo(&shelf, &item, jpeg, jpeg_bytes), 0);
    shelf_close(&shelf);
    assert_int_equal(unlink(scratch_path(*state, "archive.db")), 0);
    shelf = open_it(*state);
    assert_int_equal(check(&shelf, false).found, 1);
    assert_int_equal(check(&shelf, true).found, 1);
    struct shelf_findings findings = check(&shelf, false);
    assert_true(is_clean(&findings, 1));
    assert_int_equal(index_get(shelf.index, 1, &read), 0);
    assert_memory_equal(&read, &item, sizeof(item));
    shelf_close(&shelf);
}

static void test_lost_and_changed_files(void **state)
{
    struct shelf shelf = open_it(*state);
    struct archive_item lost = keep(&shelf, 1000), changed = keep(&shelf, 2000), read;
    assert_int_equal(unlink(below(*state, lost.path)), 0);
    assert_int_equal(truncate(below(*state, changed.path), 5), 0);
    struct shelf_findings findings = check(&shelf, true);
    assert_int_equal(findings.lost, 1);
    assert_int_equal(findings.changed, 1);
    assert_int_equal(index_get(shelf.index, lost.id, &read), -ENOENT);
    assert_int_equal(index_get(shelf.index, changed.id, &read), 0);
    shelf_close(&shelf);
}

static void test_what_a_person_copied_there(void **state)
{
    struct shelf shelf = open_it(*state);
    static char archive[256];
    snprintf(archive, sizeof(archive), "%s/archive", (char *)*state);
    assert_int_equal(files_make_way(shelf.root, "porch/holiday/x"), 0);
    scratch_write(archive, "porch/holiday/IMG_1.JPG", jpeg, jpeg_bytes);
    scratch_write(archive, "porch/holiday/IMG_2.JPG", "no picture", 10);
    scratch_write(archive, "porch/holiday/notes.txt", "hello", 5);
    struct shelf_findings findings = check(&shelf, true);
    assert_int_equal(findings.found, 1);
    assert_int_equal(findings.unreadable, 1);
    struct archive_item read;
    assert_int_equal(index_get(shelf.index, 1, &read), 0);
    assert_int_equal(read.reason, ARCHIVE_IMPORT);
    assert_int_equal(read.width, 61);
    assert_true(read.start_us > 1700000000 * US_PER_S);
    assert_true(is_there(*state, "porch/holiday/IMG_2.JPG"));
    shelf_close(&shelf);
}

/* Neither an empty mount point nor another archive's disk is written to. */
static void test_another_disk(void **state)
{
    struct shelf shelf = open_it(*state);
    char disk[256], elsewhere[256];
    keep(&shelf, 1000);
    shelf_close(&shelf);
    snprintf(disk, sizeof(disk), "%s/archive", (char *)*state);
    snprintf(elsewhere, sizeof(elsewhere), "%s/unplugged", (char *)*state);
    assert_int_equal(rename(disk, elsewhere), 0);
    assert_int_equal(shelf_open(*state, &shelf, wrong), -ESTALE);
    assert_non_null(strstr(wrong, "another disk, or none is mounted"));
    assert_false(is_there(*state, "meta"));
    scratch_write(disk, "meta", "0123456789abcdef0123456789abcdef", 32);
    assert_int_equal(shelf_open(*state, &shelf, wrong), -ESTALE);
    assert_int_equal(unlink(scratch_path(disk, "meta")), 0);
    assert_int_equal(rmdir(disk), 0);
    assert_int_equal(rename(elsewhere, disk), 0);
    shelf = open_it(*state);
    struct shelf_findings findings = check(&shelf, false);
    assert_true(is_clean(&findings, 1));
    shelf_close(&shelf);
}

static int retain(struct shelf *shelf, struct shelf_policy policy, int64_t now_s, unsigned max)
{
    return shelf_retain(shelf, &policy, now_s * US_PER_S, max);
}

/* The oldest go first, those with a star never. */
static void test_retention(void **state)
{
    struct shelf shelf = open_it(*state);
    struct archive_item items[6], read;
    uint64_t free_bytes, total_bytes;
    for (unsigned i = 0; i < 6; i++)
        items[i] = keep(&shelf, 1000 + i * 100);
    assert_int_equal(index_star(shelf.index, items[1].id, true), 0);
    assert_int_equal(retain(&shelf, (struct shelf_policy){0}, 1000000, 10), 0);
    assert_int_equal(retain(&shelf, (struct shelf_policy){.max_age_us = 1000 * US_PER_S}, 2150, 10),
                     1);
    assert_int_equal(index_get(shelf.index, items[0].id, &read), -ENOENT);
    assert_int_equal(index_get(shelf.index, items[1].id, &read), 0);
    /* The star counts, and is not what goes. */
    assert_int_equal(retain(&shelf, (struct shelf_policy){.max_bytes = 3 * jpeg_bytes}, 2150, 10),
                     2);
    assert_int_equal(index_get(shelf.index, items[3].id, &read), -ENOENT);
    assert_int_equal(index_get(shelf.index, items[4].id, &read), 0);
    /* Quotas count each camera alone. */
    const struct archive_quota quotas[] = {{"yard", 1}, {"porch", 2 * jpeg_bytes}};
    const struct shelf_policy own = {.quotas = quotas, .n_quotas = 2};
    assert_int_equal(retain(&shelf, own, 2150, 10), 1);
    assert_int_equal(index_get(shelf.index, items[4].id, &read), -ENOENT);
    assert_int_equal(retain(&shelf, own, 2150, 10), 0);
    items[4] = keep(&shelf, 1400);
    assert_int_equal(shelf_space(&shelf, &free_bytes, &total_bytes), 0);
    const struct shelf_policy full = {.min_free_bytes = total_bytes + 1};
    assert_int_equal(retain(&shelf, full, 2150, 1), 1); /* no more than it may at once */
    assert_int_equal(retain(&shelf, full, 2150, 10), 1);
    assert_int_equal(retain(&shelf, full, 2150, 10), 0);
    struct shelf_findings findings = check(&shelf, false);
    assert_true(is_clean(&findings, 1));
    shelf_close(&shelf);
}

static void test_one_program_at_a_time(void **state)
{
    struct shelf shelf = open_it(*state), other;
    assert_int_equal(shelf_open(*state, &other, wrong), -EBUSY);
    shelf_close(&shelf);
    other = open_it(*state);
    shelf_close(&other);
}

/* In a file system of its own: 77 where there may be none. */
static int fill_and_add(const char *dir)
{
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) < 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("eyelid", dir, "tmpfs", 0, "size=20m") < 0)
        return 77;
    static uint8_t zeroes[4096];
    struct shelf shelf = open_it(dir);
    struct archive_item item = keep(&shelf, 1000);
    files_reserve(shelf.root);
    if (scratch_size(dir, "archive.reserve") != FILES_RESERVE_BYTES)
        return 1;
    int fd = open(scratch_path(dir, "fill"), O_WRONLY | O_CREAT, 0600);
    while (write(fd, zeroes, sizeof(zeroes)) > 0)
        ;
    close(fd);
    unsigned added = 0;
    int r = 0;
    while (r == 0 && added < 100000) { /* rows alone, until the reserve is used up as well */
        item.id = 0;
        snprintf(item.path, sizeof(item.path), "porch/%u.jpg", added);
        r = shelf_add(&shelf, &item, NULL, 0);
        added += r == 0;
    }
    const bool is_released = scratch_size(dir, "archive.reserve") < 0;
    files_reserve(shelf.root); /* no room for it now */
    const bool stays_away = scratch_size(dir, "archive.reserve") < 0;
    shelf_close(&shelf);
    return r == -ENOSPC && added > 10 && is_released && stays_away ? 0 : 2;
}

static void test_a_full_disk_has_a_reserve(void **state)
{
    int status;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(fill_and_add(*state));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scratch_create, scratch_destroy)
    setenv("TZ", "Europe/Berlin", 1);
    const struct CMUnitTest tests[] = {
        T(test_a_photo),
        T(test_remove),
        T(test_half_removed),
        T(test_a_lost_index),
        T(test_lost_and_changed_files),
        T(test_what_a_person_copied_there),
        T(test_retention),
        T(test_another_disk),
        T(test_one_program_at_a_time),
        T(test_a_full_disk_has_a_reserve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
