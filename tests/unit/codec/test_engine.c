/* The whole way: drawn picture → JPEG → engine → H.264 → ffmpeg → pixels, for every encoder of the
 * build, every chroma sampling and odd sizes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/encoder.h"
#include "codec/engine.h"
#include "codec/jpeg_decode.h"
#include "drawn.h"
#include "media/h264_sps.h"

static const char *const encoder_names[] = {"x264", "openh264"};
enum { ENCODERS = 2, FRAME_US = 33333 };

static bool is_built(const char *name)
{
    return encoder_find(name) != NULL;
}

static struct engine *open_engine(const char *name)
{
    struct engine *engine = NULL;
    const struct engine_params params = {.encoder = name};
    assert_int_equal(engine_local.create(&params, &engine), 0);
    return engine;
}

static struct engine_output feed(struct engine *engine, const struct drawn *drawn, int64_t pts_us,
                                 bool want_key)
{
    size_t len_bytes;
    uint8_t *jpeg = drawn_jpeg(drawn, 90, &len_bytes);
    const struct engine_input input = {
        .jpeg = jpeg, .len_bytes = len_bytes, .pts_us = pts_us, .want_key = want_key};
    struct engine_output output = {0};
    assert_int_equal(engine_local.encode(engine, &input, &output), 0);
    drawn_free_jpeg(jpeg);
    return output;
}

static struct engine_output feed_gradient(struct engine *engine, unsigned width, unsigned height,
                                          unsigned t, bool want_key)
{
    struct drawn drawn = drawn_gradient(width, height, JPEG_CHROMA_422, t);
    struct engine_output output = feed(engine, &drawn, (int64_t)t * FRAME_US, want_key);
    drawn_finish(&drawn);
    return output;
}

/* Exactly one NAL unit, a slice: SEI and parameter sets never reach a viewer inside a unit. */
static void assert_one_slice(const struct engine_output *output)
{
    size_t pos = 0;
    struct h264_nal nal;
    assert_true(h264_avcc_next(output->unit, output->len_bytes, &pos, &nal));
    assert_int_equal(nal.type, output->key ? H264_NAL_IDR : H264_NAL_SLICE);
    assert_false(h264_avcc_next(output->unit, output->len_bytes, &pos, &nal));
    assert_int_equal(pos, output->len_bytes);
}

/* Encodes a few pictures and holds the last one that ffmpeg decodes against the drawing. */
static void check_size(const char *name, unsigned width, unsigned height, enum jpeg_chroma chroma)
{
    enum { FRAMES = 4 };
    struct engine *engine = open_engine(name);
    struct drawn_stream stream = {0};
    struct drawn drawn = {0};
    const unsigned even_width = (width + 1) & ~1U, even_height = (height + 1) & ~1U;
    for (unsigned t = 0; t < FRAMES; t++) {
        if (t > 0)
            drawn_finish(&drawn);
        drawn = drawn_gradient(width, height, chroma, t);
        struct engine_output output = feed(engine, &drawn, (int64_t)t * FRAME_US, false);
        assert_int_equal(output.width, even_width);
        assert_int_equal(output.height, even_height);
        assert_int_equal(output.key, t == 0);
        assert_int_equal(output.new_params, t == 0);
        assert_one_slice(&output);
        if (output.new_params)
            drawn_stream_params(&stream, output.params);
        drawn_stream_unit(&stream, output.unit, output.len_bytes);
    }

    size_t len_bytes;
    uint8_t *pixels = drawn_decode(&stream, "yuvj420p", &len_bytes);
    const size_t luma_bytes = (size_t)even_width * even_height, chroma_bytes = luma_bytes / 4;
    assert_int_equal(len_bytes, FRAMES * (luma_bytes + 2 * chroma_bytes));
    const uint8_t *last = pixels + (FRAMES - 1) * (luma_bytes + 2 * chroma_bytes);
    assert_true(drawn_psnr(last, even_width, drawn.planes[0], width, width, height) > 32);
    /* The repeated column and row look like their neighbours. */
    assert_true(drawn_psnr(last + even_width - 1, even_width, drawn.planes[0] + width - 1, width, 1,
                           height) > 27);

    struct drawn half = drawn_gradient(
        even_width, even_height, chroma == JPEG_CHROMA_GREY ? chroma : JPEG_CHROMA_420, FRAMES - 1);
    const uint8_t *plane = last + luma_bytes;
    for (int i = 1; i < 3; i++, plane += chroma_bytes) {
        if (chroma == JPEG_CHROMA_GREY)
            for (size_t n = 0; n < chroma_bytes; n++)
                assert_in_range(plane[n], 127, 129);
        else
            assert_true(drawn_psnr(plane, even_width / 2, half.planes[i], even_width / 2,
                                   even_width / 2, even_height / 2) > 33);
    }
    drawn_finish(&half);
    drawn_finish(&drawn);
    free(pixels);
    drawn_stream_finish(&stream);
    engine_local.destroy(engine);
}

static void test_every_chroma_and_odd_size(void **state)
{
    (void)state;
    static const enum jpeg_chroma chromas[] = {JPEG_CHROMA_422, JPEG_CHROMA_420, JPEG_CHROMA_444,
                                               JPEG_CHROMA_440, JPEG_CHROMA_411, JPEG_CHROMA_GREY};
    static const unsigned sizes[][2] = {{320, 240}, {161, 121}, {162, 91}, {83, 122}};
    for (unsigned e = 0; e < ENCODERS; e++)
        for (unsigned c = 0; is_built(encoder_names[e]) && c < 6; c++)
            for (unsigned s = 0; s < 4; s++)
                check_size(encoder_names[e], sizes[s][0], sizes[s][1], chromas[c]);
}

static void test_common_sizes(void **state)
{
    (void)state;
    static const unsigned sizes[][2] = {{16, 16},   {160, 120}, {400, 296},  {640, 480},
                                        {800, 600}, {324, 242}, {1600, 1200}};
    for (unsigned e = 0; e < ENCODERS; e++)
        for (unsigned s = 0; is_built(encoder_names[e]) && s < 7; s++)
            check_size(encoder_names[e], sizes[s][0], sizes[s][1], JPEG_CHROMA_422);
}

static void test_colour_bars(void **state)
{
    (void)state;
    static const unsigned sizes[][2] = {{640, 480}, {1280, 720}};
    for (unsigned e = 0; e < ENCODERS; e++)
        for (unsigned s = 0; is_built(encoder_names[e]) && s < 2; s++) {
            const unsigned width = sizes[s][0], height = sizes[s][1];
            struct engine *engine = open_engine(encoder_names[e]);
            struct drawn_stream stream = {0};
            struct drawn drawn = drawn_bars(width, height, JPEG_CHROMA_422);
            struct engine_output output = feed(engine, &drawn, 0, false);
            drawn_stream_params(&stream, output.params);
            drawn_stream_unit(&stream, output.unit, output.len_bytes);
            size_t len_bytes;
            uint8_t *rgb = drawn_decode(&stream, "rgb24", &len_bytes);
            assert_int_equal(len_bytes, (size_t)width * height * 3);
            for (unsigned bar = 0; bar < 8; bar++) {
                const unsigned x = (2 * bar + 1) * width / 16;
                const uint8_t *at = rgb + ((size_t)(height / 2) * width + x) * 3;
                for (int c = 0; c < 3; c++)
                    assert_true(abs(at[c] - drawn_bar_rgb[bar][c]) <= 6);
            }
            free(rgb);
            drawn_finish(&drawn);
            drawn_stream_finish(&stream);
            engine_local.destroy(engine);
        }
}

static void test_sps_tells_all(void **state)
{
    (void)state;
    for (unsigned e = 0; e < ENCODERS; e++) {
        if (!is_built(encoder_names[e]))
            continue;
        struct engine *engine = open_engine(encoder_names[e]);
        struct engine_output output = feed_gradient(engine, 640, 480, 0, false);
        struct h264_sps sps;
        assert_int_equal(h264_sps_parse(output.params->sps, output.params->sps_len_bytes, &sps), 0);
        assert_int_equal(sps.width, 640);
        assert_int_equal(sps.height, 480);
        assert_int_equal(sps.level, 31);
        assert_int_equal(sps.ref_frames, 1);
        assert_true(sps.full_range);
        assert_int_equal(sps.matrix, 6);
        assert_int_equal(sps.primaries, 1);
        assert_int_equal(sps.transfer, 13);
        assert_true(sps.has_bitstream_restriction);
        assert_int_equal(sps.max_num_reorder_frames, 0);
        assert_int_equal(sps.max_dec_frame_buffering, sps.ref_frames);
        engine_local.destroy(engine);
    }
}

static void test_key_on_request_only(void **state)
{
    (void)state;
    for (unsigned e = 0; e < ENCODERS; e++) {
        if (!is_built(encoder_names[e]))
            continue;
        struct engine *engine = open_engine(encoder_names[e]);
        for (unsigned t = 0; t < 400; t++) {
            const bool want_key = t == 7 || t == 8;
            struct engine_output output = feed_gradient(engine, 64, 48, t, want_key);
            assert_int_equal(output.key, t == 0 || want_key);
            assert_int_equal(output.new_params, t == 0);
            assert_one_slice(&output);
        }
        engine_local.destroy(engine);
    }
}

static void test_size_change_is_a_new_start(void **state)
{
    (void)state;
    for (unsigned e = 0; e < ENCODERS; e++) {
        if (!is_built(encoder_names[e]))
            continue;
        struct engine *engine = open_engine(encoder_names[e]);
        feed_gradient(engine, 320, 240, 0, false);
        feed_gradient(engine, 320, 240, 1, false);
        struct engine_output output = feed_gradient(engine, 160, 120, 2, false);
        assert_true(output.key);
        assert_true(output.new_params);
        assert_int_equal(output.width, 160);
        output = feed_gradient(engine, 160, 120, 3, false);
        assert_false(output.key);
        assert_false(output.new_params);
        /* An odd size that rounds to the same even one changes nothing. */
        output = feed_gradient(engine, 159, 119, 4, false);
        assert_false(output.key);
        engine_local.destroy(engine);
    }
}

static void test_garbage_is_refused_and_forgotten(void **state)
{
    (void)state;
    for (unsigned e = 0; e < ENCODERS; e++) {
        if (!is_built(encoder_names[e]))
            continue;
        struct engine *engine = open_engine(encoder_names[e]);
        feed_gradient(engine, 320, 240, 0, false);

        struct drawn drawn = drawn_gradient(320, 240, JPEG_CHROMA_422, 1);
        size_t len_bytes;
        uint8_t *jpeg = drawn_jpeg(&drawn, 90, &len_bytes);
        uint8_t *broken = malloc(len_bytes);
        memcpy(broken, jpeg, len_bytes);
        memset(broken + len_bytes / 2, 0xA5, len_bytes / 4);
        const uint8_t noise[100] = {0xFF, 0xD8, 0xFF, 1, 2, 3};
        const struct engine_input inputs[] = {
            {.jpeg = noise, .len_bytes = sizeof(noise), .pts_us = FRAME_US},
            {.jpeg = broken, .len_bytes = len_bytes, .pts_us = FRAME_US},
            {.jpeg = jpeg, .len_bytes = len_bytes / 2, .pts_us = FRAME_US},
            {.jpeg = jpeg, .len_bytes = 0, .pts_us = FRAME_US},
        };
        for (unsigned i = 0; i < 4; i++) {
            struct engine_output output = {.width = 7};
            assert_int_equal(engine_local.encode(engine, &inputs[i], &output), -EBADMSG);
            assert_int_equal(output.width, 7);
        }
        struct engine_output output = feed_gradient(engine, 320, 240, 2, false);
        assert_false(output.key);
        assert_one_slice(&output);
        free(broken);
        drawn_free_jpeg(jpeg);
        drawn_finish(&drawn);
        engine_local.destroy(engine);
    }
}

static void test_time_that_stands_still_is_survived(void **state)
{
    (void)state;
    for (unsigned e = 0; e < ENCODERS; e++) {
        if (!is_built(encoder_names[e]))
            continue;
        struct engine *engine = open_engine(encoder_names[e]);
        struct drawn drawn = drawn_gradient(64, 48, JPEG_CHROMA_420, 0);
        static const int64_t times_us[] = {1000000, 1000000, 999999, 1000001, 5000000000, 0};
        for (unsigned i = 0; i < 6; i++) {
            struct engine_output output = feed(engine, &drawn, times_us[i], false);
            assert_one_slice(&output);
        }
        drawn_finish(&drawn);
        engine_local.destroy(engine);
    }
}

/* A picture of nothing but noise, another one at each time: what a sensor sends in the dark. */
static struct drawn noise(unsigned width, unsigned height, uint32_t seed)
{
    struct drawn drawn = drawn_gradient(width, height, JPEG_CHROMA_422, 0);
    for (size_t i = 0; i < (size_t)width * height; i++) {
        seed = seed * 1664525 + 1013904223;
        drawn.planes[0][i] = (uint8_t)(100 + (seed >> 26));
    }
    return drawn;
}

static size_t bytes_of_noise(const char *name, unsigned quality, unsigned frames)
{
    struct engine *engine;
    const struct engine_params params = {.encoder = name, .quality = quality};
    assert_int_equal(engine_local.create(&params, &engine), 0);
    size_t bytes = 0;
    for (unsigned t = 0; t < frames; t++) {
        struct drawn drawn = noise(320, 240, t + 1);
        struct engine_output output = feed(engine, &drawn, (int64_t)t * FRAME_US, t == 0);
        bytes += output.len_bytes;
        drawn_finish(&drawn);
    }
    engine_local.destroy(engine);
    return bytes;
}

static void test_strong_noise_stays_within_the_budget(void **state)
{
    (void)state;
    enum { FRAMES = 90 };
    const struct encoder_params params = {.width = 320, .height = 240, .quality = ENCODER_QUALITY};
    const size_t budget_bytes = (size_t)encoder_bitrate(&params) / 8 * FRAMES / ENCODER_NOMINAL_FPS;
    for (unsigned e = 0; e < ENCODERS; e++)
        if (is_built(encoder_names[e]))
            assert_in_range(bytes_of_noise(encoder_names[e], 0, FRAMES), budget_bytes / 2,
                            budget_bytes * 2);
}

static void test_quality_is_worth_its_bits(void **state)
{
    (void)state;
    static const unsigned qualities[] = {1, 30, 60, 80, 100};
    for (unsigned e = 0; e < ENCODERS; e++)
        for (unsigned q = 1; is_built(encoder_names[e]) && q < 5; q++)
            assert_true(bytes_of_noise(encoder_names[e], qualities[q - 1], 30) <
                        bytes_of_noise(encoder_names[e], qualities[q], 30));
    /* Beyond the scale is its end. */
    assert_int_equal(bytes_of_noise(NULL, 1000, 3), bytes_of_noise(NULL, 100, 3));
    assert_int_equal(bytes_of_noise(NULL, 0, 3), bytes_of_noise(NULL, ENCODER_QUALITY, 3));
}

/* An encoder that saves a frame where nothing moves would hold its viewers' picture back. */
static void test_still_picture_gives_a_unit_each_time(void **state)
{
    (void)state;
    for (unsigned e = 0; e < ENCODERS; e++) {
        if (!is_built(encoder_names[e]))
            continue;
        struct engine *engine = open_engine(encoder_names[e]);
        struct drawn drawn = drawn_gradient(320, 240, JPEG_CHROMA_422, 0);
        for (unsigned t = 0; t < 100; t++) {
            struct engine_output output = feed(engine, &drawn, (int64_t)t * 1000, false);
            assert_one_slice(&output);
            assert_int_equal(output.key, t == 0);
        }
        drawn_finish(&drawn);
        engine_local.destroy(engine);
    }
}

static void test_scaled_pictures(void **state)
{
    (void)state;
    struct engine *engine = open_engine(NULL);
    static uint8_t grey[642 * 482];
    memset(grey, 128, sizeof(grey));
    struct drawn drawn = drawn_gradient(642, 482, JPEG_CHROMA_422, 0);
    size_t len_bytes;
    uint8_t *jpeg = drawn_jpeg(&drawn, 80, &len_bytes);
    const struct raw_picture raw = {.format = RAW_I420,
                                    .width = 642,
                                    .height = 482,
                                    .planes = {grey, grey, grey},
                                    .strides = {642, 321, 321},
                                    .dmabuf_fd = -1};
    static const struct {
        bool is_raw;
        unsigned scale, width, height;
    } ROWS[] = {{false, 1, 642, 482}, {false, 2, 322, 242}, {false, 4, 162, 122},
                {true, 2, 320, 240},  {true, 4, 160, 120},  {true, 1, 642, 482}};
    for (unsigned i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct engine_output output;
        const struct engine_input input = {.jpeg = ROWS[i].is_raw ? NULL : jpeg,
                                           .len_bytes = ROWS[i].is_raw ? 0 : len_bytes,
                                           .raw = ROWS[i].is_raw ? &raw : NULL,
                                           .scale = ROWS[i].scale,
                                           .pts_us = (int64_t)i * FRAME_US};
        assert_int_equal(engine_local.encode(engine, &input, &output), 0);
        assert_int_equal(output.width, ROWS[i].width);
        assert_int_equal(output.height, ROWS[i].height);
        assert_true(output.key);
    }
    drawn_free_jpeg(jpeg);
    drawn_finish(&drawn);
    engine_local.destroy(engine);
}

static void test_unknown_encoder(void **state)
{
    (void)state;
    struct engine *engine = NULL;
    const struct engine_params params = {.encoder = "theora"};
    assert_int_equal(engine_local.create(&params, &engine), -ENOENT);
    assert_null(engine);
    engine_local.destroy(NULL);
}

/* With the path of eyelid-jpeg: in a process of its own. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_chroma_and_odd_size),
        cmocka_unit_test(test_common_sizes),
        cmocka_unit_test(test_colour_bars),
        cmocka_unit_test(test_sps_tells_all),
        cmocka_unit_test(test_key_on_request_only),
        cmocka_unit_test(test_size_change_is_a_new_start),
        cmocka_unit_test(test_garbage_is_refused_and_forgotten),
        cmocka_unit_test(test_time_that_stands_still_is_survived),
        cmocka_unit_test(test_strong_noise_stays_within_the_budget),
        cmocka_unit_test(test_quality_is_worth_its_bits),
        cmocka_unit_test(test_still_picture_gives_a_unit_each_time),
        cmocka_unit_test(test_scaled_pictures),
        cmocka_unit_test(test_unknown_encoder),
    };
    if (argc > 1)
        jpeg_decode_sandbox(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
