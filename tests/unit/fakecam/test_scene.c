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

/* The mean luma of a picture with one thing of its look changed. */
static double luma_with(void (*change)(struct scene_look *look))
{
    struct studio_wish wish = wish_of(320, 240);
    change(&wish.look);
    struct pixels pixels = draw(&SCENE, JPEG_CHROMA_422, &wish);
    double mean = pixels_mean_luma(&pixels);
    pixels_finish(&pixels);
    return mean;
}

static void the_circle_is_where_it_is_said_to_be(void **state)
{
    (void)state;
    static const int sizes[][2] = {{640, 480}, {160, 120}, {1600, 1200}, {401, 297}};
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        for (int step = 0; step < 7; step++) {
            struct studio_wish wish = wish_of(sizes[i][0], sizes[i][1]);
            wish.wall_us += step * 700000;
            struct pixels pixels = draw(&SCENE, JPEG_CHROMA_422, &wish);
            struct scene_circle circle = scene_circle_at(pixels.width, pixels.height, wish.wall_us);
            int x, y, count = pixels_find_red(&pixels, &x, &y);
            double area = 3.14159 * circle.radius * circle.radius;
            assert_true(count > 0.8 * area && count < 1.2 * area);
            assert_in_range(x, circle.x - 2, circle.x + 2);
            assert_in_range(y, circle.y - 2, circle.y + 2);
            pixels_finish(&pixels);
        }
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

static void brighter(struct scene_look *look)
{
    look->tone.brightness = 2;
}

static void darker(struct scene_look *look)
{
    look->tone.brightness = -2;
}

static void unchanged(struct scene_look *look)
{
    (void)look;
}

static void unexposed(struct scene_look *look)
{
    look->tone.dark = true;
}

static void exposed_longer(struct scene_look *look)
{
    look->tone.exposure = 1;
}

static void brightness_and_darkness_show(void **state)
{
    (void)state;
    double plain = luma_with(unchanged);
    assert_true(luma_with(brighter) > plain + 30);
    assert_true(luma_with(darker) < plain - 30);
    assert_true(luma_with(exposed_longer) > plain + 30);
    assert_true(luma_with(unexposed) < 16);
}

/* How far the left top and right bottom of the gradient are apart in luma. */
static int spread(int contrast)
{
    struct studio_wish wish = wish_of(320, 240);
    wish.look.tone.contrast = (int8_t)contrast;
    struct pixels pixels = draw(&SCENE, JPEG_CHROMA_422, &wish);
    int difference = pixels_luma(&pixels, 310, 200) - pixels_luma(&pixels, 5, 5);
    pixels_finish(&pixels);
    return difference;
}

static void contrast_shows(void **state)
{
    (void)state;
    assert_true(spread(2) > spread(0) + 20);
    assert_true(spread(-2) < spread(0) - 20);
}

static int redness(const struct tone_look *look)
{
    struct studio_wish wish = wish_of(320, 240);
    wish.look.tone = *look;
    struct scene_circle circle = scene_circle_at(320, 240, wish.wall_us);
    struct pixels pixels = draw(&SCENE, JPEG_CHROMA_444, &wish);
    const uint8_t *p = pixels_at(&pixels, circle.x, circle.y);
    int difference = p[0] - p[1];
    pixels_finish(&pixels);
    return difference;
}

static void saturation_shows(void **state)
{
    (void)state;
    int plain = redness(&(struct tone_look){0});
    assert_true(plain > 150);
    assert_true(redness(&(struct tone_look){.saturation = -1}) < plain - 50);
    assert_true(abs(redness(&(struct tone_look){.saturation = -2})) < 10); /* grey */
}

static void effects_show(void **state)
{
    (void)state;
    assert_true(abs(redness(&(struct tone_look){.effect = TONE_GREY})) < 10);
    assert_true(redness(&(struct tone_look){.effect = TONE_NEGATIVE}) < -100); /* cyan */
}

static void mirror_and_flip_move_the_circle(void **state)
{
    (void)state;
    struct studio_wish wish = wish_of(641, 479);
    struct scene_circle circle = scene_circle_at(641, 479, wish.wall_us);
    int x, y;
    wish.look.mirror = true;
    struct pixels mirrored = draw(&SCENE, JPEG_CHROMA_422, &wish);
    assert_true(pixels_find_red(&mirrored, &x, &y) > 0);
    assert_in_range(x, 641 - circle.x - 4, 641 - circle.x + 4);
    assert_in_range(y, circle.y - 2, circle.y + 2);
    pixels_finish(&mirrored);
    wish.look.flip = true;
    struct pixels both = draw(&SCENE, JPEG_CHROMA_420, &wish);
    assert_true(pixels_find_red(&both, &x, &y) > 0);
    assert_in_range(x, 641 - circle.x - 4, 641 - circle.x + 4);
    assert_in_range(y, 479 - circle.y - 4, 479 - circle.y + 4);
    pixels_finish(&both);
}

static size_t jpeg_bytes(const struct scene *scene, int quality)
{
    struct studio_wish wish = wish_of(640, 480);
    struct studio *studio;
    struct buf *jpeg;
    int64_t drawn_us;
    wish.quality = (uint8_t)quality;
    assert_int_equal(studio_create(scene, JPEG_CHROMA_422, &studio), 0);
    assert_int_equal(studio_take(studio, &wish, &jpeg, &drawn_us), 0);
    size_t len_bytes = jpeg->len_bytes;
    buf_unref(&jpeg);
    studio_destroy(studio);
    return len_bytes;
}

static void quality_and_noise_cost_bytes(void **state)
{
    (void)state;
    struct scene noisy = SCENE;
    noise_init(&noisy.noise, 4, 1);
    assert_true(jpeg_bytes(&SCENE, 95) > jpeg_bytes(&SCENE, 50));
    assert_true(jpeg_bytes(&SCENE, 50) > jpeg_bytes(&SCENE, 5));
    assert_true(jpeg_bytes(&noisy, 80) > 2 * jpeg_bytes(&SCENE, 80));
    noise_finish(&noisy.noise);
}

static void noise_is_the_same_for_the_same_seed(void **state)
{
    (void)state;
    struct noise one, same, other;
    noise_init(&one, 4, 7);
    noise_init(&same, 4, 7);
    noise_init(&other, 4, 8);
    assert_memory_equal(one.samples, same.samples, 65536);
    assert_memory_not_equal(one.samples, other.samples, 65536);
    double sum = 0, squares = 0;
    for (int i = 0; i < 65536; i++) {
        sum += one.samples[i];
        squares += one.samples[i] * one.samples[i];
    }
    assert_true(sum / 65536 > -0.1 && sum / 65536 < 0.1);
    assert_true(squares / 65536 > 15 && squares / 65536 < 17.5); /* 4², and rounding */
    noise_finish(&one);
    noise_finish(&same);
    noise_finish(&other);
}

static void the_still_mark_shows(void **state)
{
    (void)state;
    struct studio_wish wish = wish_of(640, 480);
    struct pixels without = draw(&SCENE, JPEG_CHROMA_422, &wish);
    wish.look.still = true;
    struct pixels with = draw(&SCENE, JPEG_CHROMA_422, &wish);
    int changed = 0;
    for (int y = 110; y < 150; y++)
        for (int x = 250; x < 390; x++)
            changed += abs(pixels_luma(&with, x, y) - pixels_luma(&without, x, y)) > 40;
    assert_true(changed > 1000);
    pixels_finish(&without);
    pixels_finish(&with);
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

static void more_looks_than_easels_still_come_out(void **state)
{
    (void)state;
    struct studio *studio;
    assert_int_equal(studio_create(&SCENE, JPEG_CHROMA_422, &studio), 0);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 20; i++) {
            struct studio_wish wish = wish_of(64 + 16 * i, 64);
            struct buf *jpeg;
            int64_t drawn_us;
            wish.now_us += round * 20 + i;
            assert_int_equal(studio_take(studio, &wish, &jpeg, &drawn_us), 0);
            struct pixels pixels = pixels_decode(jpeg->data, jpeg->len_bytes);
            assert_int_equal(pixels.width, 64 + 16 * i);
            pixels_finish(&pixels);
            buf_unref(&jpeg);
        }
    studio_destroy(studio);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_circle_is_where_it_is_said_to_be),
        cmocka_unit_test(the_circle_moves_and_stays_inside),
        cmocka_unit_test(every_chroma_comes_out_as_asked),
        cmocka_unit_test(small_odd_and_narrow_pictures_are_drawn),
        cmocka_unit_test(brightness_and_darkness_show),
        cmocka_unit_test(contrast_shows),
        cmocka_unit_test(saturation_shows),
        cmocka_unit_test(effects_show),
        cmocka_unit_test(mirror_and_flip_move_the_circle),
        cmocka_unit_test(quality_and_noise_cost_bytes),
        cmocka_unit_test(noise_is_the_same_for_the_same_seed),
        cmocka_unit_test(the_still_mark_shows),
        cmocka_unit_test(with_a_script_only_the_script_moves),
        cmocka_unit_test(the_barcode_survives_every_look),
        cmocka_unit_test(alike_cameras_share_and_others_do_not),
        cmocka_unit_test(more_looks_than_easels_still_come_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
