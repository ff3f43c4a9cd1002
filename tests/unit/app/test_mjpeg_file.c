#include "app/mjpeg_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"

/* A frame header of 64x48 and a scan of padding bytes. */
static const uint8_t HEAD[] = {0xff, 0xd8, 0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x30,
                               0x00, 0x40, 0x01, 0x01, 0x11, 0x00, 0xff, 0xda, 0x00,
                               0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00};
static const uint8_t TAIL[] = {0xff, 0xd9};

static char path[64];

static FILE *create(void)
{
    strcpy(path, "/tmp/test_mjpeg_file_XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    return fdopen(fd, "wb");
}

static size_t jpeg_bytes(size_t scan_bytes)
{
    return sizeof(HEAD) + scan_bytes + sizeof(TAIL);
}

static void add(FILE *file, size_t scan_bytes)
{
    uint8_t *scan = mem_zalloc_or_die(scan_bytes + 1, 1);
    memset(scan, 0x55, scan_bytes);
    fwrite(HEAD, 1, sizeof(HEAD), file);
    fwrite(scan, 1, scan_bytes, file);
    fwrite(TAIL, 1, sizeof(TAIL), file);
    mem_free(scan);
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static void open_it(FILE *file, struct mjpeg_file *mjpeg)
{
    fclose(file);
    assert_int_equal(mjpeg_file_open(mjpeg, path), 0);
}

static void assert_next(struct mjpeg_file *mjpeg, size_t len_bytes)
{
    const uint8_t *jpeg;
    size_t found_bytes;
    assert_int_equal(mjpeg_file_next(mjpeg, &jpeg, &found_bytes), 0);
    assert_int_equal(found_bytes, len_bytes);
    assert_memory_equal(jpeg, HEAD, sizeof(HEAD));
    assert_memory_equal(jpeg + len_bytes - sizeof(TAIL), TAIL, sizeof(TAIL));
}

static void assert_end(struct mjpeg_file *mjpeg)
{
    const uint8_t *jpeg;
    size_t len_bytes;
    assert_int_equal(mjpeg_file_next(mjpeg, &jpeg, &len_bytes), -ENODATA);
    assert_int_equal(mjpeg_file_next(mjpeg, &jpeg, &len_bytes), -ENODATA);
}

/* Of all lengths, so that a piece of the file ends everywhere in one of them. */
static void every_jpeg_comes_once(void **state)
{
    (void)state;
    struct mjpeg_file mjpeg;
    FILE *file = create();
    for (size_t i = 0; i < 400; i++)
        add(file, i * 37);
    open_it(file, &mjpeg);
    for (size_t i = 0; i < 400; i++)
        assert_next(&mjpeg, jpeg_bytes(i * 37));
    assert_end(&mjpeg);
    assert_int_equal(mjpeg.skipped, 0);
    mjpeg_file_close(&mjpeg);
}

static void a_large_one_fits(void **state)
{
    (void)state;
    struct mjpeg_file mjpeg;
    FILE *file = create();
    add(file, 10);
    add(file, 9 << 20);
    add(file, 10);
    open_it(file, &mjpeg);
    assert_next(&mjpeg, jpeg_bytes(10));
    assert_next(&mjpeg, jpeg_bytes(9 << 20));
    assert_next(&mjpeg, jpeg_bytes(10));
    assert_end(&mjpeg);
    mjpeg_file_close(&mjpeg);
}

static void what_is_too_large_is_skipped(void **state)
{
    (void)state;
    struct mjpeg_file mjpeg;
    FILE *file = create();
    add(file, MJPEG_FILE_FRAME_MAX_BYTES);
    add(file, 10);
    open_it(file, &mjpeg);
    assert_next(&mjpeg, jpeg_bytes(10));
    assert_end(&mjpeg);
    assert_int_equal(mjpeg.skipped, 1);
    assert_true(mjpeg.capacity_bytes <= MJPEG_FILE_FRAME_MAX_BYTES);
    mjpeg_file_close(&mjpeg);
}

static void what_is_none_is_skipped(void **state)
{
    (void)state;
    struct mjpeg_file mjpeg;
    FILE *file = create();
    fputs("--boundary\r\n\r\n", file);
    add(file, 10);
    fwrite(HEAD, 1, 10, file); /* begun and broken off */
    fputs("noise", file);
    add(file, 20);
    fwrite(HEAD, 1, sizeof(HEAD), file); /* the recorder was ended */
    open_it(file, &mjpeg);
    assert_next(&mjpeg, jpeg_bytes(10));
    assert_next(&mjpeg, jpeg_bytes(20));
    assert_end(&mjpeg);
    assert_int_equal(mjpeg.skipped, 2);
    mjpeg_file_close(&mjpeg);
}

static void an_empty_file_has_none(void **state)
{
    (void)state;
    struct mjpeg_file mjpeg;
    open_it(create(), &mjpeg);
    assert_end(&mjpeg);
    mjpeg_file_close(&mjpeg);
    assert_int_equal(mjpeg_file_open(&mjpeg, "/nowhere/x"), -ENOENT);
    assert_int_equal(mjpeg_file_open(&mjpeg, "/tmp"), 0);
    const uint8_t *jpeg;
    size_t len_bytes;
    assert_int_equal(mjpeg_file_next(&mjpeg, &jpeg, &len_bytes), -EIO); /* a folder */
    mjpeg_file_close(&mjpeg);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_jpeg_comes_once),        TEST(a_large_one_fits),
        TEST(what_is_too_large_is_skipped), TEST(what_is_none_is_skipped),
        TEST(an_empty_file_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
