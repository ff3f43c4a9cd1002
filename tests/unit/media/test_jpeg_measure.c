#include "media/jpeg_measure.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

/* Made by hand: an EXIF-like segment with a whole JPEG inside, a frame header of 64x48, a scan with
 * stuffed FFs and a restart marker. */
static const uint8_t FRAME[] = {
    0xff, 0xd8, 0xff, 0xe1, 0x00, 0x0a, 'E',  'x',  'i',  'f',  0xff, 0xd8, 0xff, 0xd9, /* APP1 */
    0xff, 0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x30, 0x00, 0x40, 0x01, 0x01, 0x11, 0x00, /* SOF0 */
    0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00,                         /* SOS */
    0x12, 0xff, 0x00, 0x34, 0xff, 0xd3, 0x56, 0xff, 0xff, 0xd4, 0x78, 0xff, 0xd9,
};

static void a_thumbnail_does_not_end_its_frame(void **state)
{
    (void)state;
    size_t len_bytes;
    uint16_t width, height;
    assert_int_equal(jpeg_measure(FRAME, sizeof(FRAME), &len_bytes, &width, &height), 0);
    assert_int_equal(len_bytes, sizeof(FRAME));
    assert_int_equal(width, 64);
    assert_int_equal(height, 48);
}

static void no_part_of_a_frame_is_a_frame(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof(FRAME); n++) {
        uint8_t *part = mem_zalloc_or_die(n + 1, 1); /* exact, so that ASan sees a step too far */
        size_t len_bytes;
        uint16_t width, height;
        memcpy(part, FRAME, n);
        part = mem_try_realloc(part, n ? n : 1);
        assert_int_equal(jpeg_measure(part, n, &len_bytes, &width, &height), -EBADMSG);
        mem_free(part);
    }
}

static void a_jpeg_without_a_size_is_refused(void **state)
{
    (void)state;
    static const uint8_t empty[] = {0xff, 0xd8, 0xff, 0xd9};
    size_t len_bytes;
    uint16_t width, height;
    assert_int_equal(jpeg_measure(empty, sizeof(empty), &len_bytes, &width, &height), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thumbnail_does_not_end_its_frame),
        cmocka_unit_test(no_part_of_a_frame_is_a_frame),
        cmocka_unit_test(a_jpeg_without_a_size_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
