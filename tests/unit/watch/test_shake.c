#include "watch/shake.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "watch/light.h"

enum { WIDTH = 80, HEIGHT = 60, COUNT = WIDTH * HEIGHT };

static const struct grid GRID = {.width = WIDTH, .height = HEIGHT, .step = 1};

static int16_t texture(float x, float y)
{
    return (int16_t)(LIGHT_ONE * (120 + 40 * sinf(x / 3) * cosf(y / 4) + 20 * sinf(x / 9 + y / 5)));
}

static void draw(int16_t *background, int16_t *residual, float dx, float dy)
{
    for (int i = 0; i < COUNT; i++) {
        const float x = (float)(i % WIDTH), y = (float)(i / WIDTH);
        background[i] = texture(x, y);
        residual[i] = (int16_t)(texture(x + dx, y + dy) - background[i]);
    }
}

static int64_t energy(const int16_t *residual)
{
    int64_t sum = 0;
    for (int i = 0; i < COUNT; i++)
        sum += abs(residual[i]);
    return sum;
}

static void a_shift_is_measured_and_taken_out(void **state)
{
    (void)state;
    static const float SHIFTS[][2] = {{0.3f, 0}, {0, -0.25f}, {-0.4f, 0.2f}, {0.05f, 0.05f}};
    for (size_t i = 0; i < sizeof(SHIFTS) / sizeof(SHIFTS[0]); i++) {
        int16_t background[COUNT], residual[COUNT];
        draw(background, residual, SHIFTS[i][0], SHIFTS[i][1]);
        const struct shake_shift shift = shake_estimate(background, residual, &GRID, 24);
        assert_true(fabsf(shift.x - SHIFTS[i][0]) < 0.06f);
        assert_true(fabsf(shift.y - SHIFTS[i][1]) < 0.06f);
        assert_true(shift.explains);
        const int64_t before = energy(residual);
        shake_subtract(residual, background, &GRID, &shift);
        assert_true(energy(residual) < before / 3);
    }
}

static void a_figure_is_no_shift(void **state)
{
    (void)state;
    int16_t background[COUNT], residual[COUNT];
    draw(background, residual, 0, 0);
    for (int y = 20; y < 40; y++)
        for (int x = 30; x < 38; x++)
            residual[y * WIDTH + x] = 40 * LIGHT_ONE;
    const struct shake_shift shift = shake_estimate(background, residual, &GRID, 24);
    assert_true(fabsf(shift.x) < 0.01f && fabsf(shift.y) < 0.01f);
    assert_false(shift.explains);
}

static void a_blank_wall_has_no_shift(void **state)
{
    (void)state;
    int16_t background[COUNT] = {0}, residual[COUNT];
    for (int i = 0; i < COUNT; i++)
        residual[i] = (int16_t)(i % 5);
    assert_false(shake_estimate(background, residual, &GRID, 24).explains);
    for (int i = 0; i < COUNT; i++)
        background[i] = (int16_t)(i / WIDTH % 8 * 100); /* stripes: sideways cannot be told */
    assert_false(shake_estimate(background, residual, &GRID, 24).explains);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shift_is_measured_and_taken_out),
        cmocka_unit_test(a_figure_is_no_shift),
        cmocka_unit_test(a_blank_wall_has_no_shift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
