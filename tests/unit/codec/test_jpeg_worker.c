/* A decoder in a process of its own: the real one, and ones that misbehave. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "codec/jpeg_worker.h"
#include "drawn.h"

static const char *real, *fake;
static const struct jpeg_wish GREY = {.want = JPEG_WANT_GREY}, PLANES = {.want = JPEG_WANT_PLANES},
                              RGB = {.want = JPEG_WANT_RGB, .max_side = 100};
static uint8_t *jpeg;
static size_t jpeg_len_bytes;

static int set_up(void **state)
{
    (void)state;
    struct drawn drawn = drawn_gradient(320, 240, JPEG_CHROMA_422, 0);
    jpeg = drawn_jpeg(&drawn, 80, &jpeg_len_bytes);
    drawn_finish(&drawn);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drawn_free_jpeg(jpeg);
    return 0;
}

static void test_it_decodes_as_the_local_one(void **state)
{
    (void)state;
    struct jpeg_worker *worker = jpeg_worker_create(real);
    struct jpeg_local local;
    assert_int_equal(jpeg_local_init(&local), 0);
    const struct jpeg_wish *wishes[] = {&GREY, &PLANES, &RGB};
    const unsigned pixel_bytes[] = {1, 1, 3};
    for (unsigned i = 0; i < 3; i++) {
        struct picture here, there;
        assert_int_equal(jpeg_local_decode(&local, wishes[i], jpeg, jpeg_len_bytes, &here), 0);
        assert_int_equal(jpeg_worker_decode(worker, wishes[i], jpeg, jpeg_len_bytes, &there), 0);
        assert_int_equal(here.width, there.width);
        assert_int_equal(here.height, there.height);
        assert_int_equal(here.chroma, there.chroma);
        for (unsigned k = 0; k < 3; k++) {
            assert_int_equal(!here.planes[k], !there.planes[k]);
            const unsigned width = k ? here.width / 2 : here.width * pixel_bytes[i];
            for (unsigned y = 0; here.planes[k] && y < here.height; y++)
                assert_memory_equal(here.planes[k] + (size_t)y * here.strides[k],
                                    there.planes[k] + (size_t)y * there.strides[k], width);
        }
    }
    jpeg_local_finish(&local);
    jpeg_worker_destroy(worker);
}

static void test_it_outlives_what_does_not_decode(void **state)
{
    (void)state;
    struct jpeg_worker *worker = jpeg_worker_create(real);
    const unsigned deaths = jpeg_worker_deaths();
    struct picture picture;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(jpeg_worker_decode(worker, &GREY, jpeg, 100, &picture), -EBADMSG);
        assert_int_equal(jpeg_worker_decode(worker, &GREY, jpeg, 0, &picture), -EBADMSG);
        assert_int_equal(jpeg_worker_decode(worker, &GREY, jpeg, jpeg_len_bytes, &picture), 0);
    }
    assert_int_equal(jpeg_worker_deaths(), deaths);
    jpeg_worker_destroy(worker);
}

/* The fake under a name that says what it does. */
static void try_fake(const char *what, const struct jpeg_wish *wish, int error, unsigned deaths)
{
    char folder[] = "/tmp/eyelid-fake-XXXXXX", program[64];
    assert_non_null(mkdtemp(folder));
    snprintf(program, sizeof(program), "%s/jpeg-%s", folder, what);
    assert_int_equal(symlink(fake, program), 0);
    struct jpeg_worker *worker = jpeg_worker_create(program);
    const unsigned before = jpeg_worker_deaths();
    struct picture picture;
    jpeg_worker_set_patience(worker, strcmp(what, "hangs") == 0 ? 50 : 60 * 1000);
    for (unsigned i = 0; i < 2; i++) {
        const int r = jpeg_worker_decode(worker, wish, jpeg, jpeg_len_bytes, &picture);
        if (r != error)
            print_error("one that %s: %d\n", what, r);
        assert_int_equal(r, error);
    }
    assert_int_equal(jpeg_worker_deaths() - before, deaths);
    jpeg_worker_destroy(worker);
    assert_int_equal(unlink(program), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void test_one_that_misbehaves_is_replaced(void **state)
{
    (void)state;
    try_fake("behaves", &GREY, 0, 0);
    static const char *const WAYS[] = {"dies",  "hangs",   "mumbles", "overreaches", "wraps",
                                       "grows", "narrows", "colours", "invents"};
    for (unsigned i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++)
        try_fake(WAYS[i], &GREY, -EOWNERDEAD, 2);
    try_fake("invents", &PLANES, -EOWNERDEAD, 2);
    try_fake("overreaches", &PLANES, -EOWNERDEAD, 2);
    try_fake("behaves", &RGB, -EOWNERDEAD, 2); /* its answer is grey */
    try_fake("fails", &GREY, -EBADMSG, 0);
}

static void test_a_missing_program_is_an_error(void **state)
{
    (void)state;
    struct jpeg_worker *worker = jpeg_worker_create("/nowhere/eyelid-jpeg");
    struct picture picture;
    assert_int_equal(jpeg_worker_decode(worker, &GREY, jpeg, jpeg_len_bytes, &picture), -ENOENT);
    jpeg_worker_destroy(worker);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_decodes_as_the_local_one),
        cmocka_unit_test(test_it_outlives_what_does_not_decode),
        cmocka_unit_test(test_one_that_misbehaves_is_replaced),
        cmocka_unit_test(test_a_missing_program_is_an_error),
    };
    if (argc != 3)
        return 2;
    real = argv[1];
    char fake_path[PATH_MAX];
    fake = realpath(argv[2], fake_path); /* what its links point to */
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
