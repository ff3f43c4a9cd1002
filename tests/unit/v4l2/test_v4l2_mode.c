/* Which format, size and rate is taken of what a device has. */
#include "v4l2/v4l2_mode.h"

#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define MJPEG V4L2_PIX_FMT_MJPEG
#define YUYV V4L2_PIX_FMT_YUYV
#define NV12 V4L2_PIX_FMT_NV12
#define YU12 V4L2_PIX_FMT_YUV420

/* A usual webcam: raw pictures are slow above VGA. */
static const struct v4l2_mode WEBCAM[] = {
    {YUYV, 640, 480, 30},  {YUYV, 320, 240, 30},   {YUYV, 1280, 720, 10},  {YUYV, 1920, 1080, 5},
    {MJPEG, 640, 480, 60}, {MJPEG, 1280, 720, 30}, {MJPEG, 1920, 1080, 30}};
/* One without MJPEG, and with a rate that it does not tell. */
static const struct v4l2_mode RAW_ONLY[] = {
    {YUYV, 640, 480, 30}, {NV12, 640, 480, 30}, {YU12, 640, 480, 30}, {NV12, 1280, 720, 0}};
static const struct v4l2_mode SLOW[] = {{YUYV, 1600, 1200, 5}, {YUYV, 800, 600, 10}};

#define LIST(modes) (modes), sizeof(modes) / sizeof((modes)[0])

static struct v4l2_modes list_of(const struct v4l2_mode *modes, size_t count)
{
    struct v4l2_modes list = {0};
    for (size_t i = 0; i < count; i++)
        v4l2_modes_add(&list, &modes[i], 4096, 4096);
    assert_int_equal(list.count, count);
    return list;
}

static void choice(void **state)
{
    (void)state;
    static const struct {
        const struct v4l2_mode *modes;
        size_t count;
        struct v4l2_target target;
        struct v4l2_mode wanted;
    } CASES[] = {
        /* raw up to VGA at 30, MJPEG above, in size or in rate */
        {LIST(WEBCAM), {0, 640, 480, 30}, {YUYV, 640, 480, 30}},
        {LIST(WEBCAM), {0, 640, 480, 15}, {YUYV, 640, 480, 15}},
        {LIST(WEBCAM), {0, 640, 480, 60}, {MJPEG, 640, 480, 60}},
        {LIST(WEBCAM), {0, 1280, 720, 30}, {MJPEG, 1280, 720, 30}},
        {LIST(WEBCAM), {0, 1280, 720, 5}, {MJPEG, 1280, 720, 5}},
        /* no rate said: 30 */
        {LIST(WEBCAM), {0, 640, 480, 0}, {YUYV, 640, 480, 30}},
        /* the smallest that covers; nothing does: the largest */
        {LIST(WEBCAM), {0, 641, 100, 30}, {MJPEG, 1280, 720, 30}},
        {LIST(WEBCAM), {0, 0, 0, 30}, {YUYV, 320, 240, 30}},
        {LIST(WEBCAM), {0, 4000, 100, 30}, {MJPEG, 1920, 1080, 30}},
        /* more than any format gives: the fastest */
        {LIST(WEBCAM), {0, 640, 480, 120}, {MJPEG, 640, 480, 60}},
        /* the owner's word on the format, kept within its own sizes and rates */
        {LIST(WEBCAM), {YUYV, 1280, 720, 30}, {YUYV, 1280, 720, 10}},
        {LIST(WEBCAM), {MJPEG, 640, 480, 30}, {MJPEG, 640, 480, 30}},
        {LIST(WEBCAM), {MJPEG, 320, 240, 30}, {MJPEG, 640, 480, 30}},
        {LIST(WEBCAM), {NV12, 640, 480, 30}, {YUYV, 640, 480, 30}},
        /* raw ones by their cost; an unreported rate counts as sufficient */
        {LIST(RAW_ONLY), {0, 640, 480, 30}, {YU12, 640, 480, 30}},
        {LIST(RAW_ONLY), {0, 1280, 720, 30}, {NV12, 1280, 720, 30}},
        {LIST(SLOW), {0, 800, 600, 30}, {YUYV, 800, 600, 10}},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct v4l2_modes list = list_of(CASES[i].modes, CASES[i].count);
        struct v4l2_mode mode;
        assert_true(v4l2_mode_choose(&list, &CASES[i].target, &mode));
        if (mode.fourcc != CASES[i].wanted.fourcc || mode.width != CASES[i].wanted.width ||
            mode.height != CASES[i].wanted.height || mode.fps != CASES[i].wanted.fps)
            fail_msg("case %zu: %.4s %ux%u at %u", i, (const char *)&mode.fourcc, mode.width,
                     mode.height, mode.fps);
    }
}

static void nothing_to_choose(void **state)
{
    (void)state;
    const struct v4l2_modes none = {0};
    struct v4l2_mode mode;
    assert_false(v4l2_mode_choose(&none, &(struct v4l2_target){0}, &mode));
    assert_false(v4l2_mode_largest(&none, &mode));
    assert_int_equal(v4l2_mode_default(&none).width, 0);
}

static void defaults(void **state)
{
    (void)state;
    struct v4l2_modes list = list_of(LIST(WEBCAM));
    struct v4l2_target target = v4l2_mode_default(&list);
    assert_int_equal(target.fourcc, 0);
    assert_int_equal(target.width, 1280);
    assert_int_equal(target.height, 720);
    assert_int_equal(target.fps, 30);
    list = list_of(LIST(SLOW)); /* none is fast enough: the smallest */
    assert_int_equal(v4l2_mode_default(&list).width, 800);
}

static void stills(void **state)
{
    (void)state;
    struct v4l2_modes list = list_of(LIST(WEBCAM));
    struct v4l2_mode mode;
    assert_true(v4l2_mode_largest(&list, &mode));
    assert_int_equal(mode.fourcc, MJPEG);
    assert_int_equal(mode.width, 1920);
    list = list_of(LIST(SLOW));
    assert_true(v4l2_mode_largest(&list, &mode));
    assert_int_equal(mode.width, 1600);
}

static bool target_equals(const struct v4l2_target *a, const struct v4l2_target *b)
{
    return a->fourcc == b->fourcc && a->width == b->width && a->height == b->height &&
           a->fps == b->fps;
}

static void wishes_are_bounded(void **state)
{
    (void)state;
    const struct v4l2_target owner = {MJPEG, 1280, 720, 30};
    struct v4l2_target target = v4l2_target_bound(&owner, 0, 0, 0);
    assert_true(target_equals(&target, &owner));
    target = v4l2_target_bound(&owner, 10, 640, 480);
    assert_int_equal(target.fourcc, MJPEG);
    assert_int_equal(target.width, 640);
    assert_int_equal(target.height, 480);
    assert_int_equal(target.fps, 10);
    target = v4l2_target_bound(&owner, 60, 1920, 1080);
    assert_true(target_equals(&target, &owner));
    target = v4l2_target_bound(&owner, 60, 640, 1080); /* smaller one way only is not smaller */
    assert_true(target_equals(&target, &owner));
}

static void lists_are_bounded(void **state)
{
    (void)state;
    struct v4l2_modes list = {0};
    v4l2_modes_add(&list, &(struct v4l2_mode){V4L2_PIX_FMT_RGB24, 640, 480, 30}, 4096, 4096);
    v4l2_modes_add(&list, &(struct v4l2_mode){YUYV, 0, 480, 30}, 4096, 4096);
    v4l2_modes_add(&list, &(struct v4l2_mode){YUYV, 640, 481, 30}, 640, 480);
    v4l2_modes_add(&list, &(struct v4l2_mode){YUYV, 641, 480, 30}, 640, 480);
    assert_int_equal(list.count, 0);
    v4l2_modes_add(&list, &(struct v4l2_mode){YUYV, 640, 480, 15}, 640, 480);
    v4l2_modes_add(&list, &(struct v4l2_mode){YUYV, 640, 480, 30}, 640, 480); /* again, faster */
    assert_int_equal(list.count, 1);
    assert_int_equal(list.list[0].fps, 30);
    for (uint16_t i = 1; i <= 200; i++)
        v4l2_modes_add(&list, &(struct v4l2_mode){YUYV, i, i, 30}, 4096, 4096);
    assert_int_equal(list.count, V4L2_SIZES_MAX);
    for (uint16_t i = 1; i <= 200; i++) {
        v4l2_modes_add(&list, &(struct v4l2_mode){MJPEG, i, i, 30}, 4096, 4096);
        v4l2_modes_add(&list, &(struct v4l2_mode){NV12, i, i, 30}, 4096, 4096);
    }
    assert_int_equal(list.count, V4L2_MODES_MAX);
}

static void names(void **state)
{
    (void)state;
    char text[V4L2_FOURCC_NAME_MAX];
    enum raw_format format = RAW_NONE;
    assert_string_equal(v4l2_fourcc_name(MJPEG, text), "MJPEG");
    assert_string_equal(v4l2_fourcc_name(YU12, text), "YU12");
    assert_string_equal(v4l2_fourcc_name(V4L2_PIX_FMT_H264, text), "H264");
    assert_string_equal(v4l2_fourcc_name(V4L2_PIX_FMT_Y16, text), "Y16");
    assert_string_equal(v4l2_fourcc_name(0x01020304, text), "????");
    assert_false(v4l2_fourcc_format(V4L2_PIX_FMT_H264, &format));
    assert_true(v4l2_fourcc_format(NV12, &format));
    assert_int_equal(format, RAW_NV12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choice),
        cmocka_unit_test(nothing_to_choose),
        cmocka_unit_test(defaults),
        cmocka_unit_test(stills),
        cmocka_unit_test(wishes_are_bounded),
        cmocka_unit_test(lists_are_bounded),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
