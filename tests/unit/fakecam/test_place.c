/* The place that the mock camera shows: its light follows the day, its passers-by come when they
 * are told to. */
#include "tools/fakecam/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define WALL_US INT64_C(1763649000123456)

static const struct place PLACE = {.seed = 5, .day_us = INT64_C(86400) * US_PER_S};

static int64_t at_hour(int hour)
{
    return (INT64_C(20000) * 86400 + hour * 3600) * US_PER_S;
}

static double mean_luma(int64_t wall_us)
{
    struct canvas canvas;
    double sum = 0;
    canvas_init(&canvas, 160, 120, JPEG_CHROMA_422);
    place_draw_background(&PLACE, wall_us, &canvas);
    for (int i = 0; i < 160 * 120; i++)
        sum += canvas.planes[0].data[i];
    canvas_finish(&canvas);
    return sum / (160 * 120);
}

static void day_is_bright_and_night_is_dark(void **state)
{
    (void)state;
    double noon = mean_luma(at_hour(12)), night = mean_luma(at_hour(0)),
           six = mean_luma(at_hour(6));
    assert_true(noon > 90);
    assert_true(night < 45);
    assert_true(six > night && six < noon);
}

static void a_day_can_be_short_and_begin_at_any_time(void **state)
{
    (void)state;
    const struct place fast = {.day_us = 100 * US_PER_S, .day_offset_us = 6 * 3600 * US_PER_S};
    assert_int_equal(place_time_of_day_us(&fast, 0), 6 * 3600 * US_PER_S);
    assert_int_equal(place_time_of_day_us(&fast, 50 * US_PER_S), 18 * 3600 * US_PER_S);
    assert_int_equal(place_time_of_day_us(&fast, 75 * US_PER_S), 0);
    assert_true(place_background_us(&fast) < US_PER_S);
}

static void a_tone_is_applied_to_all_of_it(void **state)
{
    (void)state;
    struct canvas plain, negative;
    canvas_init(&plain, 64, 48, JPEG_CHROMA_420);
    canvas_init(&negative, 64, 48, JPEG_CHROMA_420);
    tone_init(&negative.tone, &(struct tone_look){.effect = TONE_NEGATIVE});
    place_draw_background(&PLACE, WALL_US, &plain);
    place_draw_background(&PLACE, WALL_US, &negative);
    for (int i = 0; i < 64 * 48; i++)
        assert_int_equal(negative.planes[0].data[i], 255 - plain.planes[0].data[i]);
    canvas_finish(&plain);
    canvas_finish(&negative);
}

static void walks_are_in_their_slots_and_come_again_for_the_same_seed(void **state)
{
    (void)state;
    unsigned walks = 0;
    for (int64_t slot = 44091225; slot < 44091225 + 200; slot++) {
        struct place_walk walk, again;
        if (!place_walk_at(&PLACE, slot, &walk))
            continue;
        walks++;
        assert_true(walk.begin_us >= slot * PLACE_SLOT_S * US_PER_S);
        assert_true(walk.end_us <= (slot + 1) * PLACE_SLOT_S * US_PER_S);
        assert_true(walk.end_us - walk.begin_us >= 9 * US_PER_S);
        assert_true(place_walk_at(&PLACE, slot, &again));
        assert_memory_equal(&walk.begin_us, &again.begin_us, sizeof(walk.begin_us));
    }
    assert_in_range(walks, 110, 170); /* seven of ten slots */
    assert_int_not_equal(place_seed("porch"), place_seed("gate"));
}

/* Luma samples below the leaves that differ from the background. */
static unsigned changed(int64_t wall_us)
{
    struct canvas background, canvas;
    unsigned count = 0;
    canvas_init(&background, 160, 120, JPEG_CHROMA_422);
    canvas_init(&canvas, 160, 120, JPEG_CHROMA_422);
    place_draw_background(&PLACE, wall_us, &background);
    canvas_copy(&canvas, &background);
    place_draw(&PLACE, wall_us, &canvas);
    for (int i = 160 * 60; i < 160 * 120; i++)
        count += canvas.planes[0].data[i] != background.planes[0].data[i];
    canvas_finish(&background);
    canvas_finish(&canvas);
    return count;
}

static void a_passer_by_is_seen_during_the_walk_alone(void **state)
{
    (void)state;
    struct place_walk walk;
    int64_t slot = at_hour(12) / (PLACE_SLOT_S * US_PER_S);
    while (!place_walk_at(&PLACE, slot, &walk))
        slot++;
    assert_int_equal(changed(walk.begin_us - 1), 0);
    assert_int_equal(changed(walk.end_us), 0);
    assert_true(changed((walk.begin_us + walk.end_us) / 2) > 100);
}

static void leaves_move(void **state)
{
    (void)state;
    struct canvas before, after;
    canvas_init(&before, 320, 240, JPEG_CHROMA_422);
    canvas_init(&after, 320, 240, JPEG_CHROMA_422);
    place_draw_background(&PLACE, at_hour(12), &before);
    canvas_copy(&after, &before);
    place_draw(&PLACE, at_hour(12), &before);
    place_draw(&PLACE, at_hour(12) + US_PER_S, &after);
    assert_memory_not_equal(before.planes[0].data, after.planes[0].data, 320 * 48);
    canvas_finish(&before);
    canvas_finish(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(day_is_bright_and_night_is_dark),
        cmocka_unit_test(a_day_can_be_short_and_begin_at_any_time),
        cmocka_unit_test(a_tone_is_applied_to_all_of_it),
        cmocka_unit_test(walks_are_in_their_slots_and_come_again_for_the_same_seed),
        cmocka_unit_test(a_passer_by_is_seen_during_the_walk_alone),
        cmocka_unit_test(leaves_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
