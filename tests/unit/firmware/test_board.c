/* The table of boards: what would burn a pin or lead nowhere. */
#include "firmware/main/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

enum { HIGHEST_GPIO = 48, MAX_LINES = 17 };

static unsigned collect(const struct board_pins *pins, int *lines)
{
    const int single[] = {pins->sda,  pins->scl,        pins->xclk,  pins->vsync, pins->href,
                          pins->pclk, pins->power_down, pins->reset, pins->supply};
    unsigned count = 0;
    for (unsigned i = 0; i < sizeof(single) / sizeof(single[0]); i++)
        lines[count++] = single[i];
    for (unsigned i = 0; i < BOARD_DATA_PINS; i++)
        lines[count++] = pins->data[i];
    return count;
}

static void test_no_pin_has_two_uses(void **state)
{
    (void)state;
    for (unsigned b = 0; b < board_count; b++) {
        int lines[MAX_LINES];
        unsigned count = collect(&board_table[b].pins, lines);
        uint64_t used = 0;
        for (unsigned i = 0; i < count; i++) {
            if (lines[i] == BOARD_NO_PIN)
                continue;
            assert_in_range(lines[i], 0, HIGHEST_GPIO);
            assert_false(used >> lines[i] & 1);
            used |= UINT64_C(1) << lines[i];
        }
    }
}

/* A row that leaves one out would have it at pin 0: only one of them may be there. */
static void test_every_line_is_named(void **state)
{
    (void)state;
    for (unsigned b = 0; b < board_count; b++) {
        int lines[MAX_LINES];
        unsigned count = collect(&board_table[b].pins, lines), zeros = 0, missing = 0;
        for (unsigned i = 0; i < count; i++) {
            zeros += lines[i] == 0;
            missing += lines[i] == BOARD_NO_PIN;
        }
        assert_true(zeros <= 1);
        assert_true(missing <= 3); /* power_down, reset, supply */
    }
}

static void test_the_sizes_rise_and_have_a_default(void **state)
{
    (void)state;
    for (unsigned b = 0; b < board_count; b++) {
        const struct board *board = &board_table[b];
        assert_in_range(board->sizes_count, 1, AGENT_MAX_SIZES);
        assert_true(board->default_size < board->sizes_count);
        assert_in_range(board->max_fps_milli, 1, AGENT_MAX_FPS_MILLI);
        for (unsigned i = 1; i < board->sizes_count; i++)
            assert_true(board->sizes[i].width * board->sizes[i].height >
                        board->sizes[i - 1].width * board->sizes[i - 1].height);
    }
}

static void test_boards_are_found_by_name(void **state)
{
    (void)state;
    for (unsigned b = 0; b < board_count; b++)
        assert_ptr_equal(board_find(board_table[b].name), &board_table[b]);
    assert_null(board_find("toaster"));
}

/* From the boards' documents; what a slip of the keyboard would break in silence. */
static void test_the_first_two_boards(void **state)
{
    (void)state;
    const struct board *m12 = board_find("atoms3r-m12"), *cam = board_find("ai-thinker");
    static const int m12_data[] = {3, 42, 46, 48, 4, 17, 11, 13};
    static const int cam_data[] = {5, 18, 19, 21, 36, 39, 34, 35};
    assert_memory_equal(m12->pins.data, m12_data, sizeof(m12_data));
    assert_memory_equal(cam->pins.data, cam_data, sizeof(cam_data));
    assert_int_equal(m12->pins.supply, 18);
    assert_true(m12->supply_settle_ms >= 500);
    assert_int_equal(cam->pins.power_down, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_pin_has_two_uses),
        cmocka_unit_test(test_every_line_is_named),
        cmocka_unit_test(test_the_sizes_rise_and_have_a_default),
        cmocka_unit_test(test_boards_are_found_by_name),
        cmocka_unit_test(test_the_first_two_boards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
