#include "film/job.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

static void what_was_written_is_read(void **state)
{
    (void)state;
    struct film_job job = {.settings = {.fps = 25,
                                        .max_width = 640,
                                        .max_height = 360,
                                        .crop = {0.1, 0, 0.8, 1},
                                        .deflicker = true,
                                        .stamp = true},
                           .camera = "yard",
                           .reason = ARCHIVE_SCHEDULE,
                           .start_us = INT64_C(1796110990012345)},
                    read;
    struct text text = text_growing(FILM_JOB_MAX_BYTES);
    film_job_write_head(&job, &text);
    text_add(&text, "yard/c.jpg\nyard/b b.jpg\nyard/a.jpg\n"); /* the newest first */
    assert_int_equal(film_job_read(text.bytes, &read), 0);
    assert_string_equal(read.camera, "yard");
    assert_int_equal(read.reason, ARCHIVE_SCHEDULE);
    assert_true(read.start_us == job.start_us);
    assert_memory_equal(&read.settings, &job.settings, sizeof(job.settings));
    assert_int_equal(read.n_photos, 3);
    assert_string_equal(read.photos[0], "yard/a.jpg");
    assert_string_equal(read.photos[1], "yard/b b.jpg");
    assert_string_equal(read.photos[2], "yard/c.jpg");
    film_job_finish(&read);
}

/* A film that was begun by an eyelid without stamps goes on. */
static void an_older_job_has_no_stamp(void **state)
{
    (void)state;
    struct film_job job;
    assert_int_equal(
        film_job_read(mem_strdup_or_die("film 1 yard 0 5 25 0 0 0 0 0 0 1 1\na.jpg\n"), &job), 0);
    assert_true(job.settings.deflicker && job.settings.skip_night && !job.settings.stamp);
    film_job_finish(&job);
}

static void what_is_no_job_is_refused(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {
        "",
        "film 1",
        "film 1 yard 0 5 25 0 0 0 0 0 0 1 0\n",            /* no photo */
        "film 1 yard 0 5 25 0 0 0 0 0 0 1 0\na.jpg",       /* cut off */
        "film 2 yard 0 5 25 0 0 0 0 0 0 1 0\na.jpg\n",     /* of another program */
        "film 1 yard 9 5 25 0 0 0 0 0 0 1 0\na.jpg\n",     /* reason */
        "film 1 yard 0 5 0 0 0 0 0 0 0 1 0\na.jpg\n",      /* fps */
        "film 1 yard 0 5 25 9999 0 0 0 0 0 1 0\na.jpg\n",  /* size */
        "film 1 yard 0 5 25 0 0 0.5 0 0.6 1 1 0\na.jpg\n", /* crop */
        "film 1 yard 0 5 25 0 0 nan 0 0.6 1 1 0\na.jpg\n",
    };
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct film_job job;
        if (film_job_read(mem_strdup_or_die(TEXTS[i]), &job) != -EBADMSG)
            fail_msg("%s", TEXTS[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(an_older_job_has_no_stamp),
        cmocka_unit_test(what_is_no_job_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
