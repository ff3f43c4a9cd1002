/* Scene, studio and barcode, judged by the pixels that come out of the JPEG. */
#include "tools/fakecam/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <turbojpeg.h>

#include "pixels.h"
#include "tools/fakecam/studio.h"

#define WALL_US INT64_C(1763649000123456)

static const struct scene SCENE = {.name = "Porch", .script_width = 640, .script_height = 480};

static struct studio_wish wish_of(int width, int height)
{
    return (struct studio_wish){
        .look = {.width = (uint16_t)width, .height = (uint16_t)height},
        .quality = 90,
        .wall_us = WALL_US,
        .now_us = 1000000,
    };
}

static struct pixels draw(const struct scene *scene, enum jpeg_chroma chroma,
                          const struct studio_wish *wish)
{
    struct studio *studio;
    struct buf *jpeg;
    int64_t drawn_us;
    assert_int_equal(studio_create(scene, chroma, &studio), 0);
    assert_int_equal(studio_take(studio, wish, &jpeg, &drawn_us), 0);
    assert_int_equal(drawn_us, wish->now_us);
    const struct jpeg_limits limits = {4096, 4096};
    struct jpeg_info info;
    assert_int_equal(jpeg_inspect(jpeg->data, jpeg->len_bytes, &limits, &info), JPEG_OK);
    assert_int_equal(info.chroma, chroma);
    struct pixels pixels = pixels_decode(jpeg->data, jpeg->len_bytes);
    assert_int_equal(pixels.width, wish->look.width);
    assert_int_equal(pixels.height, wish->look.height);
    buf_unref(&jpeg);
    studio_destroy(studio);
    return pixels;
}

static void the_circle_moves_and_stays_inside(void **state)
{
    (void)state;
    struct scene_circle before = scene_circle_at(640, 480, 0);
    for (int64_t us = 0; us < 12000000; us += 33333) {
        struct scene_circle circle = scene_circle_at(640, 480, us);
        assert_true(circle.x >= circle.radius && circle.x + circle.radius < 640);
        assert_true(circle.y > 480 / 6 + circle.radius && circle.y + circle.radius < 450);
        if (us > 0)
            assert_true(circle.x != before.x || circle.y != before.y);
        before = circle;
    }
}

static void every_chroma_comes_out_as_asked(void **state)
{
    (void)state;
    static const struct {
        enum jpeg_chroma chroma;
        int subsampling;
    } table[] = {{JPEG_CHROMA_422, TJSAMP_422},
                 {JPEG_CHROMA_420, TJSAMP_420},
                 {JPEG_CHROMA_444, TJSAMP_444},
                 {JPEG_CHROMA_GREY, TJSAMP_GRAY}};
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct studio_wish wish = wish_of(323, 241); /* odd on both sides */
        struct pixels pixels = draw(&SCENE, table[i].chroma, &wish);
        int x, y;
        assert_int_equal(pixels.subsampling, table[i].subsampling);
        assert_int_equal(pixels_find_red(&pixels, &x, &y) > 0, table[i].chroma != JPEG_CHROMA_GREY);
        pixels_finish(&pixels);
    }
}

static void small_odd_and_narrow_pictures_are_drawn(void **state)
{
    (void)state;
    static const int sizes[][2] = {{32, 32}, {33, 37}, {32, 4096}, {4096, 33}};
    static const enum jpeg_chroma chromas[] = {JPEG_CHROMA_420, JPEG_CHROMA_422, JPEG_CHROMA_444,
                                               JPEG_CHROMA_GREY};
    struct scene scene = SCENE;
    scene.barcode = true;
    scene.name = "A name that is much longer than such a picture is wide \xc3\xa4~";
    noise_init(&scene.noise, 3, 1);
    for (unsigned i = 0; i < 16; i++) {
        struct studio_wish wish = wish_of(sizes[i / 4][0], sizes[i / 4][1]);
        wish.look.mirror = wish.look.flip = wish.look.still = true;
        struct pixels pixels = draw(&scene, chromas[i % 4], &wish);
        pixels_finish(&pixels);
    }
    noise_finish(&scene.noise);
}

static void with_a_script_only_the_script_moves(void **state)
{
    (void)state;
    char error[128];
    struct scene scene = SCENE;
    struct motion *motion;
    assert_int_equal(motion_parse("5 box 0,100 50x50 for 1", &motion, error, sizeof(error)), 0);
    scene.motion = motion;
    struct studio_wish wish = wish_of(640, 480);
    struct pixels one = draw(&scene, JPEG_CHROMA_422, &wish);
    wish.wall_us += 1234567;
    wish.number = 99;
    struct pixels two = draw(&scene, JPEG_CHROMA_422, &wish);
    assert_memory_equal(one.rgb, two.rgb, 640 * 480 * 3);
    pixels_finish(&one);
    pixels_finish(&two);
    motion_destroy(motion);
}

static uint8_t crc8(const uint8_t *data, unsigned len_bytes)
{
    uint8_t crc = 0;
    while (len_bytes--) {
        crc ^= *data++;
        for (int bit = 0; bit < 8; bit++)
            crc = (uint8_t)(crc & 0x80 ? crc << 1 ^ 0x07 : crc << 1);
    }
    return crc;
}

/* As a measuring player reads it: luma at the cells' middles. */
static void assert_barcode(const struct pixels *pixels, uint32_t wall_ms, uint16_t number)
{
    uint8_t bytes[8] = {0};
    for (int i = 0; i < 64; i++) {
        int x = (int)((i % 16 + 0.5) * pixels->width / 16);
        int y = (int)((i / 16 + 0.5) * pixels->height / 24);
        int luma = pixels_luma(pixels, x, y);
        assert_true(abs(luma - 128) > 64); /* far from doubt */
        bytes[i / 8] |= (uint8_t)((luma > 128) << (7 - i % 8));
    }
    assert_int_equal(bytes[0], 0xac);
    assert_int_equal((uint32_t)bytes[1] << 24 | bytes[2] << 16 | bytes[3] << 8 | bytes[4], wall_ms);
    assert_int_equal(bytes[5] << 8 | bytes[6], number);
    assert_int_equal(bytes[7], crc8(bytes + 1, 6));
}

static void the_barcode_survives_every_look(void **state)
{
    (void)state;
    static const struct scene_look looks[] = {
        {.width = 640, .height = 480},
        {.width = 641, .height = 479},
        {.width = 160, .height = 120},
        {.width = 1920, .height = 1080},
        {.width = 640, .height = 480, .mirror = true, .flip = true},
        {.width = 640,
         .height = 480,
         .tone = {.brightness = 2, .contrast = -2, .saturation = 2, .effect = TONE_NEGATIVE}},
        {.width = 640, .height = 480, .tone.dark = true},
    };
    static const enum jpeg_chroma chromas[] = {JPEG_CHROMA_422, JPEG_CHROMA_420, JPEG_CHROMA_GREY};
    struct scene scene = SCENE;
    scene.barcode = true;
    noise_init(&scene.noise, 6, 1);
    for (unsigned i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
        for (unsigned j = 0; j < 3; j++) {
            struct studio_wish wish = wish_of(0, 0);
            wish.look = looks[i];
            wish.quality = 60;
            wish.number = 0x12345;
            struct pixels pixels = draw(&scene, chromas[j], &wish);
            assert_barcode(&pixels, (uint32_t)(WALL_US / 1000), 0x2345);
            pixels_finish(&pixels);
        }
    noise_finish(&scene.noise);
}

static void alike_cameras_share_and_others_do_not(void **state)
{
    (void)state;
    struct studio *studio;
    struct studio_wish wish = wish_of(160, 120);
    struct buf *first, *second, *third, *other;
    int64_t drawn_us;
    wish.good_for_us = 50000;
    assert_int_equal(studio_create(&SCENE, JPEG_CHROMA_422, &studio), 0);
    assert_int_equal(studio_take(studio, &wish, &first, &drawn_us), 0);
    wish.now_us += 49999;
    assert_int_equal(studio_take(studio, &wish, &second, &drawn_us), 0);
    assert_ptr_equal(first, second);
    assert_int_equal(drawn_us, 1000000);
    wish.look.mirror = true;
    assert_int_equal(studio_take(studio, &wish, &other, &drawn_us), 0);
    assert_ptr_not_equal(first, other);
    wish.look.mirror = false;
    wish.now_us++;
    assert_int_equal(studio_take(studio, &wish, &third, &drawn_us), 0);
    assert_ptr_not_equal(first, third);
    assert_int_equal(drawn_us, 1050000);
    buf_unref(&first);
    buf_unref(&second);
    buf_unref(&third);
    buf_unref(&other);
    studio_destroy(studio);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_circle_moves_and_stays_inside),
        cmocka_unit_test(every_chroma_comes_out_as_asked),
        cmocka_unit_test(small_odd_and_narrow_pictures_are_drawn),
        cmocka_unit_test(with_a_script_only_the_script_moves),
        cmocka_unit_test(the_barcode_survives_every_look),
        cmocka_unit_test(alike_cameras_share_and_others_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
