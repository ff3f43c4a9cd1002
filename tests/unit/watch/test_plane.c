#include "watch/plane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "watch/zones.h"

static void grids_have_about_as_many_cells(void **state)
{
    (void)state;
    static const struct {
        unsigned plane_width, plane_height, width, height, step;
    } CASES[] = {
        {80, 60, 80, 60, 1},    /* 640x480 */
        {40, 30, 40, 30, 1},    /* 320x240 */
        {96, 72, 96, 72, 1},    /* 768x576 */
        {160, 90, 80, 45, 2},   /* 1280x720 */
        {240, 135, 120, 67, 2}, /* 1920x1080 */
        {480, 270, 120, 67, 4}, /* 3840x2160 */
        {7, 60, 0, 0, 0},       {0, 0, 0, 0, 0}, {8, 8, 8, 8, 1}, {4000, 16, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct grid grid = grid_for(CASES[i].plane_width, CASES[i].plane_height);
        assert_int_equal(grid.width, CASES[i].width);
        assert_int_equal(grid.height, CASES[i].height);
        assert_int_equal(grid.step, CASES[i].step);
    }
}

static void no_grid_is_beyond_its_limits(void **state)
{
    (void)state;
    for (unsigned width = 0; width < 2000; width += 13)
        for (unsigned height = 0; height < 2000; height += 7) {
            const struct grid grid = grid_for(width, height);
            assert_true(grid.width * grid.height <= GRID_CELLS_MAX);
            assert_true(grid.width <= GRID_SIDE_MAX && grid.height <= GRID_SIDE_MAX);
            assert_true(grid.width * grid.step <= width && grid.height * grid.step <= height);
        }
}

static void a_cell_is_the_mean_of_its_pixels(void **state)
{
    (void)state;
    enum { STRIDE = 20, ROWS = 17 };
    uint8_t pixels[STRIDE * ROWS], cells[64];
    for (int i = 0; i < STRIDE * ROWS; i++)
        pixels[i] = (uint8_t)(i % STRIDE < 17 ? 10 * (i / STRIDE / 2) + i % STRIDE / 2 : 255);
    const struct grid grid = {.width = 8, .height = 8, .step = 2};
    grid_read(&grid, &(struct watch_plane){pixels, 17, 17, STRIDE}, cells);
    for (int i = 0; i < 64; i++)
        assert_int_equal(cells[i], 10 * (i / 8) + i % 8);
}

static const struct grid TEN = {.width = 10, .height = 10, .step = 1};

static void without_zones_all_is_watched(void **state)
{
    (void)state;
    uint8_t watched[100];
    assert_int_equal(zones_mask(NULL, 0, &TEN, watched), 100);
}

static void zones_include_and_exclude(void **state)
{
    (void)state;
    uint8_t watched[100];
    const struct watch_zone left = {.n_points = 4,
                                    .points = {{0, 0}, {0.5f, 0}, {0.5f, 1}, {0, 1}}};
    const struct watch_zone top = {
        .exclude = true, .n_points = 4, .points = {{0, 0}, {1, 0}, {1, 0.3f}, {0, 0.3f}}};
    const struct watch_zone corner = {.n_points = 3, .points = {{1, 1}, {1, 0.55f}, {0.55f, 1}}};
    assert_int_equal(zones_mask(&left, 1, &TEN, watched), 50);
    assert_int_equal(watched[0], 1);
    assert_int_equal(watched[5], 0);
    assert_int_equal(zones_mask(&top, 1, &TEN, watched), 70);
    const struct watch_zone all[] = {top, left, corner};
    assert_int_equal(zones_mask(all, 3, &TEN, watched), 35 + 10);
    assert_int_equal(watched[3 * 10 + 2], 1);
    assert_int_equal(watched[2 * 10 + 2], 0);
    assert_int_equal(watched[99], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grids_have_about_as_many_cells),
        cmocka_unit_test(no_grid_is_beyond_its_limits),
        cmocka_unit_test(a_cell_is_the_mean_of_its_pixels),
        cmocka_unit_test(without_zones_all_is_watched),
        cmocka_unit_test(zones_include_and_exclude),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
