#include "tools/fakecam/motion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "base/alloc.h"

static struct motion *parse(const char *script)
{
    char error[256];
    struct motion *motion;
    if (motion_parse(script, &motion, error, sizeof(error)) < 0)
        fail_msg("%s", error);
    return motion;
}

/* The luma at a place of a black canvas at a time, with a script made for 200x100. */
static int luma_at(const struct motion *motion, double seconds, int width, int height, int x, int y)
{
    struct canvas canvas;
    canvas_init(&canvas, width, height, JPEG_CHROMA_GREY);
    motion_draw(motion, (int64_t)(seconds * 1e6), 200, 100, &canvas);
    int luma = canvas.planes[0].data[y * canvas.planes[0].width + x];
    canvas_finish(&canvas);
    return luma;
}

static void a_box_comes_and_goes_in_time(void **state)
{
    (void)state;
    struct motion *motion = parse("2.0 box 100,50 50x20 for 1.5");
    assert_int_equal(luma_at(motion, 1.999999, 200, 100, 100, 50), 0);
    assert_int_equal(luma_at(motion, 2, 200, 100, 100, 50), 235);
    assert_int_equal(luma_at(motion, 3.499999, 200, 100, 149, 69), 235);
    assert_int_equal(luma_at(motion, 3, 200, 100, 150, 50), 0);
    assert_int_equal(luma_at(motion, 3, 200, 100, 100, 70), 0);
    assert_int_equal(luma_at(motion, 3, 200, 100, 99, 50), 0);
    assert_int_equal(luma_at(motion, 3.5, 200, 100, 100, 50), 0);
    motion_destroy(motion);
}

static void it_moves_evenly_to_its_goal(void **state)
{
    (void)state;
    struct motion *motion = parse("0 box 0,0 10x10 for 10 to 100,50");
    assert_int_equal(luma_at(motion, 0, 200, 100, 5, 5), 235);
    assert_int_equal(luma_at(motion, 5, 200, 100, 5, 5), 0);
    assert_int_equal(luma_at(motion, 5, 200, 100, 50, 25), 235);
    assert_int_equal(luma_at(motion, 5, 200, 100, 59, 34), 235);
    assert_int_equal(luma_at(motion, 5, 200, 100, 60, 25), 0);
    motion_destroy(motion);
}

static void other_sizes_are_scaled(void **state)
{
    (void)state;
    struct motion *motion = parse("0 box 100,50 50x20 for 1");
    assert_int_equal(luma_at(motion, 0, 400, 300, 200, 150), 235);
    assert_int_equal(luma_at(motion, 0, 400, 300, 299, 209), 235);
    assert_int_equal(luma_at(motion, 0, 400, 300, 300, 150), 0);
    assert_int_equal(luma_at(motion, 0, 400, 300, 199, 150), 0);
    motion_destroy(motion);
}

static void scripts_of_several_lines_repeat(void **state)
{
    (void)state;
    struct motion *motion =
        parse("# a visitor\n"
              "1 circle 50,50 10 for 1 colour grey; 3 box -5,-5 10x10 for 1 # end\n"
              "\n;;repeat 5\n");
    for (int round = 0; round < 3; round++) {
        double t = 5 * round;
        assert_int_equal(luma_at(motion, t + 0.5, 200, 100, 50, 50), 0);
        assert_int_equal(luma_at(motion, t + 1.5, 200, 100, 50, 50), 128);
        assert_int_equal(luma_at(motion, t + 1.5, 200, 100, 58, 58), 0); /* a corner */
        assert_int_equal(luma_at(motion, t + 3.5, 200, 100, 4, 4), 235);
        assert_int_equal(luma_at(motion, t + 3.5, 200, 100, 5, 4), 0);
    }
    motion_destroy(motion);
}

static void mistakes_are_explained_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *script, *error;
    } table[] = {
        {"", "motion script:1: nothing moves"},
        {"# only this", ":1: nothing moves"},
        {"repeat 5", ":1: nothing moves"},
        {"box 1,1 5x5 for 1", ":1: expected a time"},
        {"-1 box 1,1 5x5 for 1", ":1: expected a time"},
        {"nan box 1,1 5x5 for 1", ":1: expected a time"},
        {"1e9 box 1,1 5x5 for 1", ":1: expected a time"},
        {"1 bax 1,1 5x5 for 1", ":1: expected \"box\" or \"circle\""},
        {"1", ":1: expected \"box\" or \"circle\""},
        {"1 box", ":1: expected a position"},
        {"1 box 1 5x5 for 1", ":1: expected a position"},
        {"1 box 1,70000 5x5 for 1", ":1: expected a position"},
        {"1 box 1,1 5 for 1", ":1: expected a size"},
        {"1 box 1,1 0x5 for 1", ":1: expected a size"},
        {"1 circle 1,1 0 for 1", ":1: expected a radius"},
        {"1 circle 1,1 5x5 for 1", ":1: expected a radius"},
        {"1 box 1,1 5x5", ":1: expected \"for\""},
        {"1 box 1,1 5x5 for", ":1: expected a time"},
        {"1 box 1,1 5x5 for 1 to", ":1: expected a position after"},
        {"1 box 1,1 5x5 for 1 colour pink", ":1: expected white, black"},
        {"1 box 1,1 5x5 for 1 now", ":1: expected \"to\", \"colour\""},
        {"1 box 1,1 5x5 for 1\n\n2 box x", ":3: expected a position"},
        {"1 box 1,1 5x5 for 1; repeat 0", ":1: expected one time above 0"},
        {"repeat 1 2", ":1: expected one time above 0"},
        {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", ":1: too many words"},
    };
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct motion *motion;
        char error[256] = "";
        assert_int_equal(motion_parse(table[i].script, &motion, error, sizeof(error)), -EINVAL);
        if (!strstr(error, table[i].error))
            fail_msg("\"%s\" gives \"%s\"", table[i].script, error);
    }
}

static void the_number_of_steps_is_limited(void **state)
{
    (void)state;
    static const char step[] = "1 box 1,1 5x5 for 1\n";
    char *script = mem_zalloc_or_die(MOTION_MAX_STEPS + 1, sizeof(step)), error[256];
    struct motion *motion;
    for (int i = 0; i < MOTION_MAX_STEPS; i++)
        memcpy(script + (size_t)i * strlen(step), step, strlen(step));
    motion = parse(script);
    motion_destroy(motion);
    strcat(script, step);
    assert_int_equal(motion_parse(script, &motion, error, sizeof(error)), -EINVAL);
    assert_string_equal(error, "motion script:257: too many steps");
    mem_free(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_comes_and_goes_in_time),
        cmocka_unit_test(it_moves_evenly_to_its_goal),
        cmocka_unit_test(other_sizes_are_scaled),
        cmocka_unit_test(scripts_of_several_lines_repeat),
        cmocka_unit_test(mistakes_are_explained_with_their_line),
        cmocka_unit_test(the_number_of_steps_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
