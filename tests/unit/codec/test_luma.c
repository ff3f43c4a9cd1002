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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_luma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
