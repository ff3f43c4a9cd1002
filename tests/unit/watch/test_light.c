#include "watch/light.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 40, HEIGHT = 30, COUNT = WIDTH * HEIGHT };

static const struct grid GRID = {.width = WIDTH, .height = HEIGHT, .step = 1};

static void the_curve_spans_all_levels(void **state)
{
    (void)state;
    struct light_curve curve;
    light_curve_init(&curve);
    assert_int_equal(curve.of[0], 0);
    assert_int_equal(curve.of[255], 255 * LIGHT_ONE);
    for (int grey = 1; grey < 256; grey++)
        assert_true(curve.of[grey] > curve.of[grey - 1]);
}

/* Twice the light is about the same offset for dark cells and bright ones. */
static void a_gain_is_an_offset(void **state)
{
    (void)state;
    struct light_curve curve;
    light_curve_init(&curve);
    const int dark = curve.of[100] - curve.of[50], bright = curve.of[200] - curve.of[100];
    assert_true(abs(dark - bright) < dark / 5);
}

static void the_median_is_exact_to_a_level(void **state)
{
    (void)state;
    int16_t values[101];
    for (int i = 0; i < 101; i++)
        values[i] = (int16_t)(LIGHT_ONE * (i < 60 ? 7 : 200)); /* the rest is far away */
    assert_true(abs(light_median(values, 101, 0) - 7 * LIGHT_ONE) <= LIGHT_ONE);
    assert_true(abs(light_median(values, 101, 20 * LIGHT_ONE) - 7 * LIGHT_ONE) <= LIGHT_ONE);
    /* Beyond its reach it goes as far as it can. */
    assert_true(light_median(values, 101, 100 * LIGHT_ONE) <= 70 * LIGHT_ONE);
}

static void bands_are_taken_out(void **state)
{
    (void)state;
    int16_t residual[COUNT];
    for (int i = 0; i < COUNT; i++)
        residual[i] = (int16_t)(LIGHT_ONE * (i / WIDTH % 7 - 3));
    light_subtract_rows(residual, &GRID, 0, 12);
    for (int i = 0; i < COUNT; i++)
        assert_true(abs(residual[i]) <= LIGHT_ONE);
}

static void a_thing_as_wide_as_the_picture_stays(void **state)
{
    (void)state;
    int16_t residual[COUNT] = {0};
    for (int i = 10 * WIDTH; i < 20 * WIDTH; i++)
        residual[i] = 60 * LIGHT_ONE;
    light_subtract_rows(residual, &GRID, 0, 12);
    assert_true(residual[15 * WIDTH] >= 47 * LIGHT_ONE);
}

/* Against sums without any running about. */
static void the_mean_around_a_cell_is_right(void **state)
{
    (void)state;
    enum { RADIUS = 6, CLIP = 24 };
    int16_t residual[COUNT], before[COUNT], scratch[COUNT];
    int32_t columns[WIDTH];
    srand(3);
    for (int i = 0; i < COUNT; i++)
        before[i] = residual[i] = (int16_t)(rand() % (80 * LIGHT_ONE) - 40 * LIGHT_ONE);
    light_subtract_mean(residual, &GRID, RADIUS, CLIP, scratch, columns);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            int sum = 0, count = 0;
            for (int v = y - RADIUS; v <= y + RADIUS; v++)
                for (int u = x - RADIUS; u <= x + RADIUS; u++) {
                    if (u < 0 || v < 0 || u >= WIDTH || v >= HEIGHT)
                        continue;
                    const int r = before[v * WIDTH + u], limit = CLIP * LIGHT_ONE;
                    sum += r > limit ? limit : r < -limit ? -limit : r;
                    count++;
                }
            const int expected = before[y * WIDTH + x] - sum / count;
            assert_in_range(residual[y * WIDTH + x] - expected + 4, 0, 8); /* it rounds twice */
        }
}

static void a_lamp_goes_and_a_figure_stays(void **state)
{
    (void)state;
    int16_t residual[COUNT], scratch[COUNT];
    int32_t columns[WIDTH];
    for (int i = 0; i < COUNT; i++)
        residual[i] = (int16_t)(LIGHT_ONE * (20 - (i % WIDTH) / 4)); /* brighter to the left */
    residual[12 * WIDTH + 20] = residual[13 * WIDTH + 20] = 60 * LIGHT_ONE;
    light_subtract_mean(residual, &GRID, 6, 24, scratch, columns);
    assert_true(residual[12 * WIDTH + 20] > 40 * LIGHT_ONE);
    assert_true(abs(residual[20 * WIDTH + 30]) < 2 * LIGHT_ONE);
}

static void the_smaller_of_two_residuals_is_kept(void **state)
{
    (void)state;
    int16_t residual[] = {5, 5, -5, -5, 5, -5, 0, 7};
    const int16_t other[] = {3, 9, -3, -9, -3, 3, 4, 0}, expected[] = {3, 5, -3, -5, 0, 0, 0, 0};
    light_keep_smaller(residual, other, 8);
    for (int i = 0; i < 8; i++)
        assert_int_equal(residual[i], expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curve_spans_all_levels),
        cmocka_unit_test(a_gain_is_an_offset),
        cmocka_unit_test(the_median_is_exact_to_a_level),
        cmocka_unit_test(bands_are_taken_out),
        cmocka_unit_test(a_thing_as_wide_as_the_picture_stays),
        cmocka_unit_test(the_mean_around_a_cell_is_right),
        cmocka_unit_test(a_lamp_goes_and_a_figure_stays),
        cmocka_unit_test(the_smaller_of_two_residuals_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
