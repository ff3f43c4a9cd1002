/* Raw pictures of every format and range: to planes, to JPEG, and through the engine to H.264 and
 * back to the colours that a player shows. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/encoder.h"
#include "codec/engine.h"
#include "codec/jpeg_decode.h"
#include "codec/jpeg_encode.h"
#include "codec/raw_planes.h"
#include "drawn.h"

enum { PADDING = 24, ROOM = 40 };

/* A drawn picture as a driver lays it out: rows with padding behind them. */
struct laid_out {
    struct raw_picture raw;
    uint8_t *bytes;
};

static uint8_t in_range(uint8_t value, bool full_range, bool luma)
{
    if (full_range)
        return value;
    return luma ? (uint8_t)(16 + value * 219 / 255)
                : (uint8_t)(128 + ((int)value - 128) * 224 / 255);
}

static struct laid_out lay_out(const struct drawn *d, enum raw_format format, bool full_range)
{
    const unsigned width = d->width, height = d->height;
    struct laid_out out = {.raw = {.format = format,
                                   .full_range = full_range,
                                   .width = (uint16_t)width,
                                   .height = (uint16_t)height,
                                   .dmabuf_fd = -1}};
    const unsigned stride = 2 * width + PADDING;
    out.bytes = malloc((size_t)stride * height * 3);
    assert_non_null(out.bytes);
    memset(out.bytes, 0xaa, (size_t)stride * height * 3);
    for (unsigned i = 0; i < (format == RAW_I420 ? 3U : format == RAW_NV12 ? 2U : 1U); i++) {
        out.raw.planes[i] = out.bytes + (size_t)i * stride * height;
        out.raw.strides[i] = stride;
    }
    for (unsigned i = 0; i < 3; i++)
        for (unsigned y = 0; y < d->plane_heights[i]; y++)
            for (unsigned x = 0; x < d->plane_widths[i]; x++) {
                const size_t plane = format == RAW_I420 ? i : format == RAW_NV12 && i > 0 ? 1 : 0;
                const size_t column = format == RAW_YUYV ? (i == 0 ? 2 * x : 4 * x + 2 * i - 1)
                                      : format == RAW_NV12 && i > 0 ? 2 * x + i - 1
                                                                    : x;
                out.bytes[plane * stride * height + (size_t)y * stride + column] =
                    in_range(d->planes[i][(size_t)y * d->plane_widths[i] + x], full_range, i == 0);
            }
    return out;
}

static enum jpeg_chroma chroma_of(enum raw_format format)
{
    return format == RAW_YUYV ? JPEG_CHROMA_422 : JPEG_CHROMA_420;
}

static const enum raw_format FORMATS[] = {RAW_I420, RAW_NV12, RAW_YUYV};

static void test_planes(void **state)
{
    (void)state;
    struct raw_planes raw_planes = {0};
    for (unsigned f = 0; f < 3; f++) {
        /* the second size is smaller: the memory is used again; its odd row is left out */
        static const unsigned SIZES[][2] = {{64, 48}, {34, 21}};
        for (unsigned s = 0; s < 2; s++) {
            struct drawn d = drawn_gradient(SIZES[s][0], SIZES[s][1], chroma_of(FORMATS[f]), f + s);
            struct laid_out laid = lay_out(&d, FORMATS[f], true);
            struct picture picture;
            assert_int_equal(raw_planes_split(&raw_planes, &laid.raw, &picture), 0);
            assert_int_equal(picture.width, SIZES[s][0]);
            assert_int_equal(picture.height, SIZES[s][1] & ~1U);
            assert_int_equal(picture.chroma, chroma_of(FORMATS[f]));
            assert_false(picture.limited);
            for (unsigned i = 0; i < 3; i++) {
                const unsigned rows =
                    i == 0 ? picture.height : picture_chroma_height(picture.chroma, picture.height);
                for (unsigned y = 0; y < rows; y++)
                    assert_memory_equal(picture.planes[i] + (size_t)y * picture.strides[i],
                                        d.planes[i] + (size_t)y * d.plane_widths[i],
                                        d.plane_widths[i]);
            }
            free(laid.bytes);
            drawn_finish(&d);
        }
    }
    raw_planes_finish(&raw_planes);
}

static void test_unsupported_input(void **state)
{
    (void)state;
    struct raw_planes raw_planes = {0};
    struct picture picture;
    uint8_t pixels[64] = {0};
    struct raw_picture raw = {.format = RAW_I420, .planes = {pixels, pixels, pixels}};
    static const uint16_t SIZES[][2] = {{0, 0}, {14, 480}, {640, 15}, {8192, 8192}};
    for (unsigned i = 0; i < 4; i++) {
        raw.width = SIZES[i][0];
        raw.height = SIZES[i][1];
        assert_int_equal(raw_planes_split(&raw_planes, &raw, &picture), -EBADMSG);
    }
    raw = (struct raw_picture){.format = RAW_NONE, .width = 640, .height = 480};
    assert_int_equal(raw_planes_split(&raw_planes, &raw, &picture), -EBADMSG);
    struct buf *buf;
    size_t end_off;
    assert_int_equal(jpeg_encode_once(&raw, 85, ROOM, &buf, &end_off), -EBADMSG);
}

/* Stills of large sensors become JPEG; a stream of them would be more than H.264 may hold. */
static void test_sizes_of_stills(void **state)
{
    static const uint16_t SIZES[][2] = {{4056, 3040}, {4608, 2592}, {9248, 6944}};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        const uint16_t width = SIZES[i][0], height = SIZES[i][1];
        uint8_t *grey = malloc((size_t)width * height);
        assert_non_null(grey);
        memset(grey, 128, (size_t)width * height);
        const struct raw_picture raw = {.format = RAW_I420,
                                        .full_range = true,
                                        .width = width,
                                        .height = height,
                                        .planes = {grey, grey, grey},
                                        .strides = {width, width / 2U, width / 2U},
                                        .dmabuf_fd = -1};
        struct buf *buf = NULL;
        size_t end_off;
        struct jpeg_info info;
        assert_int_equal(jpeg_encode_once(&raw, 85, ROOM, &buf, &end_off), 0);
        assert_int_equal(jpeg_inspect(buf->data + ROOM, end_off - ROOM,
                                      &(struct jpeg_limits){UINT16_MAX, UINT16_MAX}, &info),
                         JPEG_OK);
        assert_int_equal(info.width, width);
        buf_unref(&buf);
        struct engine *engine = NULL;
        struct engine_output output;
        assert_int_equal(engine_local.create(&(struct engine_params){.encoder = NULL}, &engine), 0);
        assert_int_equal(engine_local.encode(engine, &(struct engine_input){.raw = &raw}, &output),
                         -EBADMSG);
        engine_local.destroy(engine);
        free(grey);
    }
}

/* For every input the JPEG holds the full range. */
static void test_jpeg(void **state)
{
    (void)state;
    for (unsigned f = 0; f < 3; f++)
        for (int full = 0; full < 2; full++) {
            struct drawn d = drawn_gradient(96, 64, chroma_of(FORMATS[f]), 1);
            struct laid_out laid = lay_out(&d, FORMATS[f], full);
            struct buf *buf = NULL;
            size_t end_off = 0;
            assert_int_equal(jpeg_encode_once(&laid.raw, 95, ROOM, &buf, &end_off), 0);
            assert_true(end_off <= buf->len_bytes);
            struct jpeg_info info;
            assert_int_equal(jpeg_inspect(buf->data + ROOM, end_off - ROOM,
                                          &(struct jpeg_limits){4096, 4096}, &info),
                             JPEG_OK);
            assert_int_equal(info.len_bytes, end_off - ROOM);
            assert_int_equal(info.chroma, chroma_of(FORMATS[f]));
            struct jpeg_decode decode;
            struct picture back;
            assert_int_equal(jpeg_decode_init(&decode), 0);
            assert_int_equal(
                jpeg_decode_planes(&decode, buf->data + ROOM, end_off - ROOM, 1, &back), 0);
            for (unsigned i = 0; i < 3; i++)
                assert_true(drawn_psnr(back.planes[i], back.strides[i], d.planes[i],
                                       d.plane_widths[i], d.plane_widths[i],
                                       d.plane_heights[i]) > 36);
            jpeg_decode_finish(&decode);
            buf_unref(&buf);
            free(laid.bytes);
            drawn_finish(&d);
        }
}

/* The middle of each bar, in what ffmpeg makes of the stream's own word about range and matrix. */
static void expect_bars(const uint8_t *rgb, unsigned width, unsigned height)
{
    for (unsigned bar = 0; bar < 8; bar++) {
        const uint8_t *pixel =
            rgb + 3 * ((size_t)(height / 2) * width + bar * width / 8 + width / 16);
        for (unsigned i = 0; i < 3; i++)
            assert_true(abs((int)pixel[i] - drawn_bar_rgb[bar][i]) <= 8);
    }
}

static void test_colours_through_the_engine(void **state)
{
    (void)state;
    static const char *const ENCODERS[] = {"x264", "openh264"};
    for (unsigned e = 0; e < 2; e++)
        for (unsigned f = 0; f < 3 && encoder_find(ENCODERS[e]); f++)
            for (int full = 0; full < 2; full++) {
                struct drawn d = drawn_bars(320, 240, chroma_of(FORMATS[f]));
                struct laid_out laid = lay_out(&d, FORMATS[f], full);
                struct engine *engine = NULL;
                struct engine_output output;
                const struct engine_params params = {.encoder = ENCODERS[e], .quality = 90};
                assert_int_equal(engine_local.create(&params, &engine), 0);
                assert_int_equal(
                    engine_local.encode(engine, &(struct engine_input){.raw = &laid.raw}, &output),
                    0);
                assert_true(output.key && output.new_params);
                assert_string_equal(output.encoder, ENCODERS[e]);
                struct drawn_stream stream = {0};
                drawn_stream_params(&stream, output.params);
                drawn_stream_unit(&stream, output.unit, output.len_bytes);
                size_t len_bytes;
                uint8_t *rgb = drawn_decode(&stream, "rgb24", &len_bytes);
                assert_int_equal(len_bytes, 320 * 240 * 3);
                expect_bars(rgb, 320, 240);
                free(rgb);
                drawn_stream_finish(&stream);

                /* Another range needs another SPS, and so a key. */
                laid.raw.full_range = !full;
                assert_int_equal(
                    engine_local.encode(
                        engine, &(struct engine_input){.raw = &laid.raw, .pts_us = 1}, &output),
                    0);
                assert_true(output.key && output.new_params);
                engine_local.destroy(engine);
                free(laid.bytes);
                drawn_finish(&d);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planes),
        cmocka_unit_test(test_unsupported_input),
        cmocka_unit_test(test_sizes_of_stills),
        cmocka_unit_test(test_jpeg),
        cmocka_unit_test(test_colours_through_the_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
