#include "watch/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "watch/light.h"
#include "watch/tuning.h"

enum { COUNT = 100 };

static const struct model_tuning *tuning(void)
{
    return &detector_tunings[WATCH_NORMAL].model;
}

struct rig {
    struct model model;
    int16_t levels[COUNT], residual[COUNT];
    uint8_t on[COUNT];
};

static int setup(void **state)
{
    static struct rig rig;
    memset(&rig, 0, sizeof(rig));
    model_init(&rig.model, tuning(), COUNT);
    for (int i = 0; i < COUNT; i++)
        rig.levels[i] = 100 * LIGHT_ONE;
    model_learn(&rig.model, rig.levels);
    *state = &rig;
    return 0;
}

static int teardown(void **state)
{
    model_finish(&((struct rig *)*state)->model);
    return 0;
}

/* Shows the levels for some time; returns how many cells are on in the end. */
static unsigned show(struct rig *rig, int64_t ms, int64_t every_ms)
{
    unsigned on = 0;
    for (int64_t at = 0; at < ms; at += every_ms) {
        for (int i = 0; i < COUNT; i++)
            rig->residual[i] = (int16_t)(rig->levels[i] - rig->model.background[i]);
        on = model_compare(&rig->model, rig->residual, MODEL_GAIN_ONE, rig->on);
        model_follow(&rig->model, rig->levels, rig->residual, rig->on, every_ms * US_PER_MS);
    }
    return on;
}

static void what_is_the_same_is_off(void **state)
{
    assert_int_equal(show(*state, 5000, 100), 0);
}

static void what_differs_is_on_and_becomes_the_scene(void **state)
{
    struct rig *rig = *state;
    show(rig, 2000, 100);
    rig->levels[7] = 140 * LIGHT_ONE;
    assert_int_equal(show(rig, 100, 100), 1);
    assert_int_equal(rig->on[7], 1);
    assert_int_equal(show(rig, 500, 100), 1);    /* someone stands there */
    assert_int_equal(show(rig, 120000, 100), 0); /* something was put there */
    assert_int_equal(rig->on[7], 0);
}

/* Seconds are seconds, at any frame rate. */
static void the_frame_rate_does_not_matter(void **state)
{
    struct rig *rig = *state;
    int32_t means[2];
    static const int64_t EVERY_MS[] = {100, 50};
    for (int i = 0; i < 2; i++) {
        model_learn(&rig->model, rig->levels);
        for (int c = 0; c < COUNT; c++)
            rig->levels[c] = 102 * LIGHT_ONE; /* too little to be on */
        show(rig, 1600, EVERY_MS[i]);
        means[i] = rig->model.mean[0];
        for (int c = 0; c < COUNT; c++)
            rig->levels[c] = 100 * LIGHT_ONE;
    }
    const int32_t moved = means[0] - 100 * LIGHT_ONE * 256;
    assert_true(moved > LIGHT_ONE * 256); /* 63 % of 2 levels */
    assert_true(abs(means[0] - means[1]) < moved / 10);
}

/* A cell that flaps all the time is muted, and heard again when it rests. */
static void what_always_moves_is_muted(void **state)
{
    struct rig *rig = *state;
    unsigned early = 0, late = 0;
    for (int n = 0; n < 600; n++) {
        rig->levels[3] = (int16_t)(LIGHT_ONE * (n / 3 % 2 ? 70 : 130));
        show(rig, 100, 100);
        early += n < 20 ? rig->on[3] : 0;
        late += n >= 580 ? rig->on[3] : 0;
    }
    assert_true(early > 5 && late <= 1);
    assert_true(rig->model.gain[3] > 2 * MODEL_GAIN_ONE * 256 ||
                rig->model.deviation[3] > 10 * LIGHT_ONE * 256);
    rig->levels[3] = 100 * LIGHT_ONE;
    show(rig, 600000, 100);
    assert_int_equal(rig->model.gain[3], MODEL_GAIN_ONE * 256);
    rig->levels[3] = 140 * LIGHT_ONE;
    assert_int_equal(show(rig, 100, 100), 1);
}

static void sensitivity_scales_thresholds(void **state)
{
    struct rig *rig = *state;
    show(rig, 20000, 100);
    memset(rig->residual, 0, sizeof(rig->residual));
    rig->residual[0] = 6 * LIGHT_ONE;
    assert_int_equal(model_compare(&rig->model, rig->residual, MODEL_GAIN_ONE, rig->on), 1);
    assert_int_equal(model_compare(&rig->model, rig->residual, 2 * MODEL_GAIN_ONE, rig->on), 0);
    rig->residual[0] = 3 * LIGHT_ONE;
    assert_int_equal(model_compare(&rig->model, rig->residual, MODEL_GAIN_ONE, rig->on), 0);
    assert_int_equal(model_compare(&rig->model, rig->residual, MODEL_GAIN_ONE / 2, rig->on), 1);
}

static void a_noisy_picture_raises_thresholds(void **state)
{
    struct rig *rig = *state;
    show(rig, 20000, 100);
    for (int i = 0; i < COUNT; i++)
        rig->residual[i] = (int16_t)((i & 1 ? 6 : -6) * LIGHT_ONE);
    assert_int_equal(model_compare(&rig->model, rig->residual, MODEL_GAIN_ONE, rig->on), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_the_same_is_off),        TEST(what_differs_is_on_and_becomes_the_scene),
        TEST(the_frame_rate_does_not_matter), TEST(what_always_moves_is_muted),
        TEST(sensitivity_scales_thresholds),  TEST(a_noisy_picture_raises_thresholds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
