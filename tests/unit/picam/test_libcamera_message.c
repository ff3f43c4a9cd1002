/* What the helper says is taken only where every part of it holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "picam/libcamera_message.h"

static int read_as(uint32_t version, uint32_t kind, const void *body, size_t len_bytes,
                   unsigned n_fds, struct libcamera_message *ret_message)
{
    uint8_t bytes[2048];
    const struct helper_head head = {version, kind};
    memcpy(bytes, &head, sizeof(head));
    memcpy(bytes + sizeof(head), body, len_bytes);
    return libcamera_message_read(bytes, sizeof(head) + len_bytes, n_fds, ret_message);
}

static int read_it(uint32_t kind, const void *body, size_t len_bytes, unsigned n_fds)
{
    struct libcamera_message message;
    return read_as(HELPER_VERSION, kind, body, len_bytes, n_fds, &message);
}

#define TAKES(kind, body, n_fds) assert_int_equal(read_it(kind, &(body), sizeof(body), n_fds), 0)
#define REFUSES(kind, body, n_fds)                                                                 \
    assert_int_equal(read_it(kind, &(body), sizeof(body), n_fds), -EBADMSG)

/* A copy of the good one with one member changed is refused. */
#define REFUSES_WITH(kind, good, n_fds, change)                                                    \
    do {                                                                                           \
        typeof(good) bad = (good);                                                                 \
        bad.change;                                                                                \
        REFUSES(kind, bad, n_fds);                                                                 \
    } while (0)

static const struct helper_layout LAYOUT = {
    .generation = 1,
    .n_buffers = 4,
    .pixels = {.format = HELPER_I420,
               .width = 17,
               .height = 5,
               .full_range = 1,
               .offsets = {0, 100, 140},
               .strides = {20, 10, 10},
               .size_bytes = 169},
};

static void test_heads(void **state)
{
    (void)state;
    struct libcamera_message message = {0};
    const struct helper_frame frame = {.generation = 1, .index = 2, .captured_us = -5};
    assert_int_equal(read_as(HELPER_VERSION, HELPER_FRAME, &frame, sizeof(frame), 0, &message), 0);
    assert_int_equal(message.kind, HELPER_FRAME);
    assert_int_equal(message.frame.index, 2);
    assert_int_equal(message.frame.captured_us, -5);
    assert_int_equal(read_as(HELPER_VERSION + 1, HELPER_FRAME, &frame, sizeof(frame), 0, &message),
                     -EBADMSG);
    REFUSES(HELPER_FRAME, frame, 1); /* a stray descriptor */
    assert_int_equal(read_it(HELPER_FRAME, &frame, sizeof(frame) - 1, 0), -EBADMSG);
    REFUSES(HELPER_START, frame, 0); /* the server's own */
    REFUSES(0, frame, 0);
    assert_int_equal(libcamera_message_read("abcd", 4, 0, &message), -EBADMSG);
    uint8_t large[sizeof(struct helper_control) + 1] = {0};
    REFUSES(HELPER_CONTROL, large, 0);
}

static void test_frames(void **state)
{
    (void)state;
    struct helper_frame frame = {.index = HELPER_BUFFERS_MAX - 1};
    TAKES(HELPER_FRAME, frame, 0);
    REFUSES_WITH(HELPER_FRAME, frame, 0, index = HELPER_BUFFERS_MAX);
}

static void test_layouts(void **state)
{
    (void)state;
    struct helper_layout layout = LAYOUT;
    TAKES(HELPER_LAYOUT, layout, 4);
    REFUSES(HELPER_LAYOUT, layout, 3);
    REFUSES_WITH(HELPER_LAYOUT, layout, 0, n_buffers = 0);
    REFUSES_WITH(HELPER_LAYOUT, layout, HELPER_BUFFERS_MAX + 1, n_buffers = HELPER_BUFFERS_MAX + 1);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.width = 0);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.height = 0);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.width = HELPER_SIDE_MAX + 1);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.height = 0xffffffff);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.format = 3);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.full_range = 2);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.bt709 = 2);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.size_bytes = 168); /* one byte short */
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.size_bytes = HELPER_PICTURE_MAX_BYTES + 1u);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.strides[0] = 16); /* a row is 17 */
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.strides[2] = 8);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.offsets[2] = 141);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.offsets[1] = 0xffffffff);
    REFUSES_WITH(HELPER_LAYOUT, layout, 4, pixels.strides[0] = 0xffffffff);
}

static void test_other_formats(void **state)
{
    (void)state;
    struct helper_still still = {.pixels = {.format = HELPER_NV12,
                                            .width = 17,
                                            .height = 5,
                                            .offsets = {0, 85},
                                            .strides = {17, 18},
                                            .size_bytes = 85 + 3 * 18}};
    TAKES(HELPER_STILL, still, 1);
    REFUSES(HELPER_STILL, still, 0);
    REFUSES_WITH(HELPER_STILL, still, 1, pixels.size_bytes--);
    REFUSES_WITH(HELPER_STILL, still, 1, pixels.strides[1] = 17);
    still.pixels = (struct helper_pixels){
        .format = HELPER_YUYV, .width = 17, .height = 5, .strides = {36}, .size_bytes = 180};
    TAKES(HELPER_STILL, still, 1);
    REFUSES_WITH(HELPER_STILL, still, 1, pixels.size_bytes--);
    REFUSES_WITH(HELPER_STILL, still, 1, pixels.strides[0] = 35);
}

static void test_controls(void **state)
{
    (void)state;
    struct helper_control integer = {
        .name = "gain", .type = HELPER_INT, .min = 100, .max = 1600, .step = 1, .fallback = 100};
    struct helper_control boolean = {.name = "mirror", .type = HELPER_BOOL, .max = 1, .step = 1};
    struct helper_control menu = {.name = "size",
                                  .type = HELPER_MENU,
                                  .options = {"a", "b"},
                                  .n_options = 2,
                                  .max = 1,
                                  .step = 1};
    TAKES(HELPER_CONTROL, integer, 0);
    REFUSES_WITH(HELPER_CONTROL, integer, 0, name[0] = '\0');
    REFUSES_WITH(HELPER_CONTROL, integer, 0, group[0] = '\n');
    REFUSES_WITH(HELPER_CONTROL, integer, 0, step = 0);
    REFUSES_WITH(HELPER_CONTROL, integer, 0, fallback = 99);
    REFUSES_WITH(HELPER_CONTROL, integer, 0, min = 1601);
    REFUSES_WITH(HELPER_CONTROL, integer, 0, type = 3);
    TAKES(HELPER_CONTROL, boolean, 0);
    REFUSES_WITH(HELPER_CONTROL, boolean, 0, max = 2);
    TAKES(HELPER_CONTROL, menu, 0);
    REFUSES_WITH(HELPER_CONTROL, menu, 0, n_options = 0);
    REFUSES_WITH(HELPER_CONTROL, menu, 0, n_options = HELPER_OPTIONS_MAX + 1);
    REFUSES_WITH(HELPER_CONTROL, menu, 0, max = 2);
    REFUSES_WITH(HELPER_CONTROL, menu, 0, options[1][0] = '\0');
    struct helper_control endless = integer;
    memset(endless.name, 'a', sizeof(endless.name));
    REFUSES(HELPER_CONTROL, endless, 0);
}

static void test_lists_and_ends(void **state)
{
    (void)state;
    struct helper_camera camera = {.id = "/base/imx219@10", .model = "imx219"};
    TAKES(HELPER_CAMERA, camera, 0);
    REFUSES_WITH(HELPER_CAMERA, camera, 0, id[0] = '\0');
    struct helper_listed listed = {HELPER_CAMERAS_MAX};
    TAKES(HELPER_LISTED, listed, 0);
    REFUSES_WITH(HELPER_LISTED, listed, 0, count = HELPER_CAMERAS_MAX + 1);
    struct helper_ready ready = {.model = "imx219", .n_controls = HELPER_CONTROLS_MAX};
    TAKES(HELPER_READY, ready, 0);
    REFUSES_WITH(HELPER_READY, ready, 0, n_controls = HELPER_CONTROLS_MAX + 1);
    struct helper_done done = {.kind = HELPER_STOP, .error = -EIO};
    TAKES(HELPER_DONE, done, 0);
    REFUSES_WITH(HELPER_DONE, done, 0, error = 1);
    struct helper_trouble trouble = {.error = -EBUSY, .sentence = "it is taken"};
    TAKES(HELPER_TROUBLE, trouble, 0);
    REFUSES_WITH(HELPER_TROUBLE, trouble, 0, error = 0);
    REFUSES_WITH(HELPER_TROUBLE, trouble, 0, is_fatal = 2);
    REFUSES_WITH(HELPER_TROUBLE, trouble, 0, sentence[2] = '\x1b');
}

static void test_the_picture_lies_where_the_layout_says(void **state)
{
    (void)state;
    const uint8_t base[169] = {0};
    const struct raw_picture raw = libcamera_message_picture(&LAYOUT.pixels, base);
    assert_int_equal(raw.format, RAW_I420);
    assert_int_equal(raw.width, 17);
    assert_int_equal(raw.height, 5);
    assert_true(raw.full_range);
    assert_false(raw.bt709);
    assert_int_equal(raw.dmabuf_fd, -1);
    assert_ptr_equal(raw.planes[0], base);
    assert_ptr_equal(raw.planes[2], base + 140);
    assert_int_equal(raw.strides[1], 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_other_formats),
        cmocka_unit_test(test_controls),
        cmocka_unit_test(test_lists_and_ends),
        cmocka_unit_test(test_the_picture_lies_where_the_layout_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
