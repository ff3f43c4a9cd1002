#include "film/caption.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_BYTES = 1920 * 1080 * 3 / 2, GUARD = 64 };
static uint8_t bytes[GUARD + MAX_BYTES + GUARD];

static void the_time_is_that_of_the_file(void **state)
{
    (void)state;
    char text[CAPTION_BYTES];
    assert_true(caption_text("yard/2026/11/30/20261130T140322.123+0100-manual.jpg", text));
    assert_string_equal(text, "2026-11-30 14:03:22");
    assert_false(caption_text("yard/cat.jpg", text));
    assert_false(caption_text("", text));
}

/* The first row of "1" at twice the size, on a darkened ground that is grey. */
static void digits_are_drawn(void **state)
{
    (void)state;
    enum { WIDTH = 640, HEIGHT = 480 };
    uint8_t *planes = bytes + GUARD;
    memset(planes, 100, (size_t)WIDTH * HEIGHT * 3 / 2);
    caption_draw("1", planes, WIDTH, HEIGHT, false);
    /* 3 times: 480 / 240 + 1; a margin of 12, then 6 pixels of ground */
    const unsigned scale = 3, left = 4 * scale, side = (7 + 4) * scale + 1;
    const unsigned top = (HEIGHT - side - left) & ~1U;
    const uint8_t *row = planes + (size_t)(top + 2 * scale) * WIDTH + left + 2 * scale;
    static const uint8_t ONE[5] = {25, 25, 255, 25, 25};
    for (unsigned x = 0; x < 5 * scale; x++)
        assert_int_equal(row[x], ONE[x / scale]);
    assert_int_equal(planes[(size_t)(top - 1) * WIDTH + left], 100);
    assert_int_equal(planes[(size_t)top * WIDTH + left - 1], 100);
    const uint8_t *chroma = planes + (size_t)WIDTH * HEIGHT + (size_t)(top / 2) * (WIDTH / 2);
    assert_int_equal(chroma[left / 2], 128);
    assert_int_equal(chroma[left / 2 - 1], 100);
    caption_draw("8", planes, WIDTH, HEIGHT, true);
    assert_int_equal(row[2 * scale], 235);
}

static void every_size_is_safe(void **state)
{
    (void)state;
    static const unsigned SIZES[][2] = {{16, 16},   {16, 1080}, {120, 16},  {122, 18},
                                        {160, 120}, {640, 362}, {1920, 16}, {1920, 1080}};
    for (size_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++) {
        const size_t n = (size_t)SIZES[i][0] * SIZES[i][1] * 3 / 2;
        size_t changed = 0;
        memset(bytes, 100, sizeof(bytes));
        caption_draw("2026-11-30 14:03:22", bytes + GUARD, SIZES[i][0], SIZES[i][1], false);
        for (size_t k = 0; k < sizeof(bytes); k++) {
            const bool is_inside = k >= GUARD && k < GUARD + n;
            assert_true(is_inside || bytes[k] == 100);
            changed += bytes[k] != 100;
        }
        assert_int_equal(changed > 0, SIZES[i][0] >= 122); /* 19 glyphs and the margins */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_time_is_that_of_the_file),
        cmocka_unit_test(digits_are_drawn),
        cmocka_unit_test(every_size_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
