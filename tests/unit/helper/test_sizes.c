/* Which sizes are offered, and which one serves a wish. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <string.h>

#include "helper/libcamera/sizes.h"

static bool offers_up_to_hd(void *ctx, unsigned width, unsigned height)
{
    (void)ctx;
    return width <= 1280 && height <= 720;
}

static bool offers_nothing(void *ctx, unsigned width, unsigned height)
{
    (void)ctx;
    (void)width;
    (void)height;
    return false;
}

static bool offers_all(void *ctx, unsigned width, unsigned height)
{
    (void)ctx;
    (void)width;
    (void)height;
    return true;
}

static void expect(const struct sizes *sizes, unsigned chosen, unsigned width, unsigned height,
                   unsigned want_width, unsigned want_height)
{
    const struct size *size = sizes_for(sizes, chosen, width, height);
    assert_int_equal(size->width, want_width);
    assert_int_equal(size->height, want_height);
}

static void test_the_menu_has_the_cameras_options(void **state)
{
    (void)state;
    struct sizes sizes;
    struct helper_control control;
    sizes_find(&sizes, offers_up_to_hd, NULL);
    sizes_describe(&sizes, &control);
    assert_int_equal(control.n_options, sizes.count);
    assert_int_equal(control.max, sizes.count - 1);
    assert_string_equal(control.options[0], "320x240");
    assert_string_equal(control.options[control.max], "1280x720");
    assert_string_equal(control.options[control.fallback], "1280x720");
}

static void test_the_menu_is_never_longer_than_the_protocol(void **state)
{
    (void)state;
    struct sizes sizes;
    sizes_find(&sizes, offers_all, NULL);
    assert_in_range(sizes.count, 2, HELPER_OPTIONS_MAX);
    for (unsigned i = 1; i < sizes.count; i++)
        assert_true(sizes.of[i - 1].width * sizes.of[i - 1].height <=
                    sizes.of[i].width * sizes.of[i].height);
}

static void test_the_smallest_that_holds_the_wish(void **state)
{
    (void)state;
    struct sizes sizes;
    sizes_find(&sizes, offers_up_to_hd, NULL);
    const unsigned last = sizes.count - 1;
    expect(&sizes, last, 0, 0, 1280, 720);
    expect(&sizes, last, 100, 100, 320, 240);
    expect(&sizes, last, 321, 240, 640, 360);
    expect(&sizes, last, 640, 361, 640, 480);
    expect(&sizes, last, 4000, 3000, 1280, 720);
    expect(&sizes, 0, 4000, 3000, 320, 240);
}

/* A smaller area may still be higher than the chosen size. */
static void test_no_side_is_larger_than_chosen(void **state)
{
    (void)state;
    struct sizes sizes;
    sizes_find(&sizes, offers_all, NULL);
    for (unsigned chosen = 0; chosen < sizes.count; chosen++)
        for (unsigned side = 1; side < 2000; side += 37) {
            const struct size *size = sizes_for(&sizes, chosen, side, side / 2);
            assert_true(size->width <= sizes.of[chosen].width);
            assert_true(size->height <= sizes.of[chosen].height);
        }
}

static void test_without_a_choice_the_camera_chooses(void **state)
{
    (void)state;
    struct sizes sizes;
    sizes_find(&sizes, offers_nothing, NULL);
    assert_int_equal(sizes.count, 0);
    expect(&sizes, 0, 640, 480, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_menu_has_the_cameras_options),
        cmocka_unit_test(test_the_menu_is_never_longer_than_the_protocol),
        cmocka_unit_test(test_the_smallest_that_holds_the_wish),
        cmocka_unit_test(test_no_side_is_larger_than_chosen),
        cmocka_unit_test(test_without_a_choice_the_camera_chooses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
