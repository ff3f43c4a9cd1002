/* The controls of a device whose driver is our own: it has two numbers, and counts what is asked.
 */
#include <errno.h>
#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "v4l2/v4l2_device.h"
#include "v4l2/v4l2_knob.h"

enum { REFUSED = 13 }; /* a value that the driver does not take */

static struct {
    int32_t values[2]; /* of brightness and contrast */
    unsigned n_asked;
} driver;

int __wrap_v4l2_ioctl(int fd, unsigned long request, void *argument);

static int describe(struct v4l2_query_ext_ctrl *c)
{
    const uint32_t id = c->id & ~V4L2_CTRL_FLAG_NEXT_CTRL;
    if (id >= V4L2_CID_CONTRAST)
        return -EINVAL;
    *c = (struct v4l2_query_ext_ctrl){.id = id < V4L2_CID_BRIGHTNESS ? V4L2_CID_BRIGHTNESS
                                                                     : V4L2_CID_CONTRAST,
                                      .type = V4L2_CTRL_TYPE_INTEGER,
                                      .maximum = 255,
                                      .step = 1,
                                      .elems = 1};
    snprintf(c->name, sizeof(c->name), "Control %u", c->id - V4L2_CID_BRIGHTNESS);
    return 0;
}

int __wrap_v4l2_ioctl(int fd, unsigned long request, void *argument)
{
    struct v4l2_ext_controls *all = argument;
    (void)fd;
    driver.n_asked++;
    if (request == VIDIOC_QUERY_EXT_CTRL)
        return describe(argument);
    int32_t *value = &driver.values[all->controls[0].id - V4L2_CID_BRIGHTNESS];
    if (request == VIDIOC_G_EXT_CTRLS)
        all->controls[0].value = *value;
    else if (all->controls[0].value == REFUSED)
        return -ERANGE;
    else
        *value = all->controls[0].value;
    return 0;
}

/* Lasts until the driver was asked so often. */
static bool lasts(void *ctx)
{
    const unsigned *most = ctx;
    return driver.n_asked < *most;
}

static int setup(void **state)
{
    (void)state;
    driver.values[0] = 10;
    driver.values[1] = 11;
    driver.n_asked = 0;
    return 0;
}

static void test_all_is_asked_and_set(void **state)
{
    (void)state;
    struct v4l2_knobs knobs;
    unsigned most = 1000;
    const struct v4l2_patience patience = {lasts, &most};
    v4l2_knobs_read(-1, &patience, &knobs);
    assert_int_equal(knobs.count, 2);
    assert_int_equal(knobs.list[1].value, 11);
    const struct v4l2_wanted wanted = {.is_set = {true, true}, .values = {20, 21}};
    assert_int_equal(v4l2_knobs_apply(-1, &patience, &knobs, &wanted), 2);
    assert_int_equal(driver.values[0], 20);
    assert_int_equal(driver.values[1], 21);
}

static void test_a_refusal_is_told(void **state)
{
    (void)state;
    struct v4l2_knobs knobs;
    unsigned most = 1000;
    const struct v4l2_patience patience = {lasts, &most};
    v4l2_knobs_read(-1, &patience, &knobs);
    struct v4l2_wanted wanted = {.is_set = {true, true}, .values = {REFUSED, 21}};
    assert_int_equal(v4l2_knobs_apply(-1, &patience, &knobs, &wanted), 1);
    assert_int_equal(knobs.list[0].error, -ERANGE);
    assert_int_equal(knobs.list[0].value, 10);
    assert_int_equal(knobs.list[1].error, 0);
    wanted.values[0] = 20;
    assert_int_equal(v4l2_knobs_apply(-1, &patience, &knobs, &wanted), 1);
    assert_int_equal(knobs.list[0].error, 0);
}

static void test_patience_ends_between_two_controls(void **state)
{
    (void)state;
    struct v4l2_knobs knobs;
    const struct v4l2_wanted wanted = {.is_set = {true, true}, .values = {20, 21}};
    unsigned most = 1000;
    const struct v4l2_patience patience = {lasts, &most};
    v4l2_knobs_read(-1, &patience, &knobs);
    const unsigned all = driver.n_asked;
    for (most = 0; most < all; most++) {
        driver.n_asked = 0;
        v4l2_knobs_read(-1, &patience, &knobs);
        assert_int_equal(driver.n_asked, most);
        assert_int_equal(knobs.count, most < 2 ? most : 2);
    }
    for (most = 0; most < 4; most++) { /* two are read, then set */
        setup(NULL);
        v4l2_knobs_apply(-1, &patience, &knobs, &wanted);
        assert_int_equal(driver.n_asked, most);
        assert_int_equal(driver.values[0], most > 2 ? 20 : 10);
        assert_int_equal(driver.values[1], 11);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
    const struct CMUnitTest tests[] = {
        TEST(test_all_is_asked_and_set),
        TEST(test_a_refusal_is_told),
        TEST(test_patience_ends_between_two_controls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
