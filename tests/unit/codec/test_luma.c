#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "codec/luma.h"
#include "drawn.h"

static void test_mean_luma(void **state)
{
    (void)state;
    static const uint8_t levels[] = {0, 16, 100, 200, 255};
    for (unsigned i = 0; i < 5; i++)
        for (int c = JPEG_CHROMA_GREY; c <= JPEG_CHROMA_411; c++) {
            struct drawn drawn = drawn_gradient(101, 67, (enum jpeg_chroma)c, 0);
            memset(drawn.planes[0], levels[i], (size_t)drawn.width * drawn.height);
            size_t len_bytes;
            uint8_t *jpeg = drawn_jpeg(&drawn, 80, &len_bytes);
            assert_in_range(luma_mean(jpeg, len_bytes) + 2, levels[i], levels[i] + 4);
            drawn_free_jpeg(jpeg);
            drawn_finish(&drawn);
        }
    struct drawn bars = drawn_bars(640, 480, JPEG_CHROMA_422);
    size_t len_bytes;
    uint8_t *jpeg = drawn_jpeg(&bars, 80, &len_bytes);
    assert_in_range(luma_mean(jpeg, len_bytes), 125, 130);
    assert_int_equal(luma_mean(jpeg, len_bytes / 2), -EBADMSG);
    assert_int_equal(luma_mean(jpeg, 0), -EBADMSG);
    drawn_free_jpeg(jpeg);
    drawn_finish(&bars);
}

/* The same brightness at an eighth of the size, from a JPEG and from every raw format. */
static void test_luma_at_an_eighth(void **state)
{
    (void)state;
    enum { WIDTH = 160, HEIGHT = 96 };
    struct drawn drawn = drawn_gradient(WIDTH, HEIGHT, JPEG_CHROMA_420, 0);
    static uint8_t yuyv[WIDTH * HEIGHT * 2];
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++)
        yuyv[2 * i] = drawn.planes[0][i];
    const struct raw_picture raws[] = {
        {.format = RAW_I420, .planes = {drawn.planes[0]}, .strides = {WIDTH}},
        {.format = RAW_NV12, .planes = {drawn.planes[0]}, .strides = {WIDTH}},
        {.format = RAW_YUYV, .planes = {yuyv}, .strides = {2 * WIDTH}},
    };
    size_t len_bytes;
    uint8_t *jpeg = drawn_jpeg(&drawn, 95, &len_bytes);
    struct luma luma, of_jpeg;
    struct picture wanted, picture;
    assert_int_equal(luma_init(&luma), 0);
    assert_int_equal(luma_init(&of_jpeg), 0);
    assert_int_equal(luma_of_jpeg(&of_jpeg, jpeg, len_bytes, &wanted), 0);
    assert_int_equal(wanted.width, WIDTH / 8);
    assert_int_equal(wanted.height, HEIGHT / 8);
    for (unsigned i = 0; i < 3; i++) {
        struct raw_picture raw = raws[i];
        raw.width = WIDTH;
        raw.height = HEIGHT;
        assert_int_equal(luma_of_raw(&luma, &raw, &picture), 0);
        assert_int_equal(picture.width, WIDTH / 8);
        assert_int_equal(picture.height, HEIGHT / 8);
        assert_true(drawn_psnr(picture.planes[0], picture.strides[0], wanted.planes[0],
                               wanted.strides[0], WIDTH / 8, HEIGHT / 8) > 40);
    }
    assert_int_equal(luma_of_raw(&luma, &(struct raw_picture){.width = 64, .height = 64}, &picture),
                     -EBADMSG);
    assert_int_equal(luma_of_jpeg(&luma, jpeg, 20, &picture), -EBADMSG);
    luma_finish(&luma);
    luma_finish(&of_jpeg);
    drawn_free_jpeg(jpeg);
    drawn_finish(&drawn);
}

/* With the path of eyelid-jpeg: in a process of its own. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_luma),
        cmocka_unit_test(test_luma_at_an_eighth),
    };
    if (argc > 1)
        jpeg_decode_sandbox(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
