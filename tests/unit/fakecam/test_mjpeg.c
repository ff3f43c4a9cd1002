#include "tools/fakecam/mjpeg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>

#include "base/alloc.h"

enum { FILE_CAP_BYTES = 4096 };

/* Made by hand: an EXIF-like segment with a whole JPEG inside, a frame header of 64x48, a scan with
 * stuffed FFs and a restart marker. */
static const uint8_t FRAME[] = {
    0xff, 0xd8, 0xff, 0xe1, 0x00, 0x0a, 'E',  'x',  'i',  'f',  0xff, 0xd8, 0xff, 0xd9, /* APP1 */
    0xff, 0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x30, 0x00, 0x40, 0x01, 0x01, 0x11, 0x00, /* SOF0 */
    0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00,                         /* SOS */
    0x12, 0xff, 0x00, 0x34, 0xff, 0xd3, 0x56, 0xff, 0xff, 0xd4, 0x78, 0xff, 0xd9,
};

struct file {
    char path[64];
    uint8_t bytes[FILE_CAP_BYTES];
    size_t len_bytes;
};

static int setup(void **state)
{
    struct file *file = mem_new(struct file);
    strcpy(file->path, "/tmp/test_mjpeg_XXXXXX");
    int fd = mkstemp(file->path);
    assert_true(fd >= 0);
    close(fd);
    *state = file;
    return 0;
}

static int teardown(void **state)
{
    struct file *file = *state;
    unlink(file->path);
    mem_free(file);
    return 0;
}

static void add(struct file *file, const void *bytes, size_t len_bytes)
{
    memcpy(file->bytes + file->len_bytes, bytes, len_bytes);
    file->len_bytes += len_bytes;
}

static int load(struct file *file, struct mjpeg *mjpeg, char error[256])
{
    FILE *out = fopen(file->path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(file->bytes, 1, file->len_bytes, out), file->len_bytes);
    fclose(out);
    return mjpeg_load(file->path, mjpeg, error, 256);
}

static void frames_are_split(void **state)
{
    struct file *file = *state;
    struct mjpeg mjpeg;
    char error[256];
    for (int i = 0; i < 5; i++) {
        add(file, FRAME, sizeof(FRAME));
        add(file, "\0\0\r\n", (size_t)i % 5); /* padding, as some recorders write it */
    }
    assert_int_equal(load(file, &mjpeg, error), 0);
    assert_int_equal(mjpeg.count, 5);
    assert_int_equal(mjpeg.width, 64);
    assert_int_equal(mjpeg.height, 48);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(mjpeg.frames[i]->len_bytes, sizeof(FRAME));
        assert_memory_equal(mjpeg.frames[i]->data, FRAME, sizeof(FRAME));
    }
    mjpeg_finish(&mjpeg);
}

static void assert_refused(struct file *file, const char *word)
{
    struct mjpeg mjpeg;
    char error[256] = "";
    assert_true(load(file, &mjpeg, error) < 0);
    assert_non_null(strstr(error, file->path));
    if (!strstr(error, word))
        fail_msg("%s", error);
}

static void bad_files_are_explained(void **state)
{
    struct file *file = *state;
    assert_refused(file, "there is no JPEG in it");
    add(file, "\n\n", 2);
    assert_refused(file, "there is no JPEG in it");
    add(file, FRAME, sizeof(FRAME));
    add(file, "--boundary", 10);
    assert_refused(file, "byte 53: frame 2 is no whole JPEG");
    file->len_bytes = 2 + sizeof(FRAME);
    add(file, FRAME, sizeof(FRAME) - 1);
    assert_refused(file, "byte 53: frame 2 is no whole JPEG");
}

static void a_missing_file_is_explained(void **state)
{
    (void)state;
    struct mjpeg mjpeg;
    char error[256];
    assert_int_equal(mjpeg_load("/nowhere/x.mjpeg", &mjpeg, error, sizeof(error)), -ENOENT);
    assert_string_equal(error, "/nowhere/x.mjpeg: No such file or directory");
    assert_true(mjpeg_load("/tmp", &mjpeg, error, sizeof(error)) < 0); /* a folder */
}

int main(void)
{
#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        FILE_TEST(frames_are_split),
        FILE_TEST(bad_files_are_explained),
        cmocka_unit_test(a_missing_file_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
