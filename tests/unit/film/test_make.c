#include "film/make.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "archive/clip_file.h"
#include "archive/files.h"
#include "base/alloc.h"
#include "film/job.h"
#include "scratch.h"

enum { PHOTOS = 173, GROUPS = 4 };

/* Of all chroma formats and several sizes; one that is no JPEG, one that is not there. */
static const char *const NAMES[] = {"420.jpg",  "422.jpg",         "444.jpg", "grey.jpg",
                                    "flat.jpg", "progressive.jpg", "bad.jpg", "gone.jpg"};

static void put_photos(const char *dir)
{
    static uint8_t bytes[DATA_MAX_BYTES];
    for (size_t i = 0; i + 2 < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        scratch_write(dir, NAMES[i], bytes, data_read(NAMES[i], bytes));
    scratch_write(dir, "bad.jpg", "no picture", 10);
}

static int open_folder(const char *dir, const char *name)
{
    mkdir(scratch_path(dir, name), 0700);
    const int fd = open(scratch_path(dir, name), O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    return fd;
}

static void put_job(int folder, const struct film_settings *settings, unsigned n_photos)
{
    const struct film_job job = {.settings = *settings,
                                 .camera = "yard",
                                 .reason = ARCHIVE_MANUAL,
                                 .start_us = INT64_C(1796043802123456)};
    struct text text = text_growing(FILM_JOB_MAX_BYTES);
    film_job_write_head(&job, &text);
    for (unsigned i = n_photos; i > 0; i--)
        text_add(&text, "%s\n", NAMES[(i - 1) * 5 % 8]);
    assert_int_equal(files_put(folder, "job", text.bytes, text.len), 0);
    text_finish(&text);
}

static void count_frames(void *ctx, const struct film_progress *progress)
{
    *(struct film_progress *)ctx = *progress;
}

static void die(void *ctx, const struct film_progress *progress)
{
    int *left = ctx;
    (void)progress;
    if ((*left)-- == 0)
        raise(SIGKILL);
}

static size_t read_all(const char *dir, const char *folder, const char *path, uint8_t **ret)
{
    char name[250];
    snprintf(name, sizeof(name), "%s/%s", folder, path);
    const size_t size = (size_t)scratch_size(dir, name);
    FILE *file = fopen(scratch_path(dir, name), "rb");
    assert_non_null(file);
    *ret = mem_new_array(uint8_t, size);
    assert_int_equal(fread(*ret, 1, size, file), size);
    fclose(file);
    return size;
}

static void a_film_killed_after_each_group_is_the_same(void **state)
{
    const char *dir = *state;
    const struct film_settings settings = {.fps = 7, .deflicker = true};
    const int archive = open(dir, O_RDONLY | O_DIRECTORY);
    const int whole = open_folder(dir, "whole"), cut = open_folder(dir, "cut");
    struct film_progress progress = {0};
    struct archive_item item, again;
    put_photos(dir);
    put_job(whole, &settings, PHOTOS);
    put_job(cut, &settings, PHOTOS);
    assert_int_equal(film_make(whole, archive, count_frames, &progress, &item), 0);
    assert_int_equal(progress.next, PHOTOS);
    assert_int_equal(progress.frames,
                     PHOTOS - 2 * (PHOTOS / 8) - 1); /* 43 of them cannot be read */
    assert_true(item.kind == ARCHIVE_FILM && item.width >= 16 && item.bytes > 0);

    unsigned kills = 0;
    for (int status = -1; status != 0;) {
        const pid_t pid = fork();
        if (pid == 0) {
            int left = 1; /* the first call tells where it goes on */
            _exit(film_make(cut, archive, die, &left, &again) == 0 ? 0 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        kills += WIFSIGNALED(status);
        assert_true(!WIFEXITED(status) || WEXITSTATUS(status) == 0);
        assert_true(kills <= GROUPS);
    }
    assert_int_equal(kills, GROUPS);
    assert_int_equal(film_make(cut, archive, NULL, NULL, &again), 0); /* it is whole already */
    assert_string_equal(again.path, item.path);
    uint8_t *a, *b;
    const size_t n = read_all(dir, "whole", item.path, &a);
    assert_int_equal(read_all(dir, "cut", item.path, &b), n);
    assert_memory_equal(a, b, n);
    mem_free(a);
    mem_free(b);
    close(archive);
    close(whole);
    close(cut);
}

/* What the file has behind the last group, and whatever is left of a closing, counts for nothing.
 */
static void a_group_that_was_cut_off_is_made_anew(void **state)
{
    const char *dir = *state;
    const struct film_settings settings = {.fps = 25};
    const int archive = open(dir, O_RDONLY | O_DIRECTORY), cut = open_folder(dir, "cut"),
              whole = open_folder(dir, "whole");
    struct archive_item item, again;
    char path[200];
    int status;
    put_photos(dir);
    put_job(cut, &settings, PHOTOS);
    put_job(whole, &settings, PHOTOS);
    assert_int_equal(film_make(whole, archive, NULL, NULL, &item), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        int left = 2;
        _exit(film_make(cut, archive, die, &left, &again));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    snprintf(path, sizeof(path), "cut/%s", item.path);
    FILE *file = fopen(scratch_path(dir, path), "ab");
    assert_non_null(file);
    for (int i = 0; i < 5000; i++)
        fputs("moof", file);
    fclose(file);
    assert_int_equal(film_make(cut, archive, NULL, NULL, &again), 0);
    uint8_t *a, *b;
    const size_t n = read_all(dir, "whole", item.path, &a);
    assert_int_equal(read_all(dir, "cut", item.path, &b), n);
    assert_memory_equal(a, b, n);
    mem_free(a);
    mem_free(b);
    close(archive);
    close(whole);
    close(cut);
}

static void a_film_without_a_readable_photo_fails(void **state)
{
    const char *dir = *state;
    const struct film_settings settings = {.fps = 25};
    const int archive = open(dir, O_RDONLY | O_DIRECTORY), folder = open_folder(dir, "film");
    struct archive_item item;
    put_job(folder, &settings, 3); /* nothing was put */
    assert_int_equal(film_make(folder, archive, NULL, NULL, &item), -ENODATA);
    assert_int_equal(film_make(folder, archive, NULL, NULL, &item), -ENODATA);
    close(archive);
    close(folder);
}

static void what_is_no_job_is_no_film(void **state)
{
    const char *dir = *state;
    const int folder = open_folder(dir, "film");
    struct archive_item item;
    assert_int_equal(film_make(folder, folder, NULL, NULL, &item), -ENOENT);
    assert_int_equal(files_put(folder, "job", "film 9\n", 7), 0);
    assert_int_equal(film_make(folder, folder, NULL, NULL, &item), -EBADMSG);
    close(folder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_create, scratch_destroy)
    const struct CMUnitTest tests[] = {
        TEST(a_film_killed_after_each_group_is_the_same),
        TEST(a_group_that_was_cut_off_is_made_anew),
        TEST(a_film_without_a_readable_photo_fails),
        TEST(what_is_no_job_is_no_film),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
