/* The machine's own encoder, alone and inside the engine, on a fake driver: what it is told, what
 * becomes of its SPS, and that none of its failures costs a picture. */
#include <errno.h>
#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "codec/encoder.h"
#include "codec/engine.h"
#include "drawn.h"
#include "fake_m2m.h"
#include "media/h264_sps.h"

enum { WIDTH = 320, HEIGHT = 240, FRAME_US = 33333 };
#define MINUTE_US INT64_C(60000000)

static struct m2m_device device;

static int setup(void **state)
{
    (void)state;
    fake_m2m_reset();
    return encoder_m2m_probe(&device);
}

static int teardown(void **state)
{
    (void)state;
    return fake_m2m.opened == fake_m2m.closed ? 0 : -1;
}

static struct engine *open_engine(void)
{
    struct engine *engine = NULL;
    const struct engine_params params = {.device = &device};
    assert_int_equal(engine_local.create(&params, &engine), 0);
    return engine;
}

static struct engine_output feed_at(struct engine *engine, unsigned width, unsigned height,
                                    int64_t pts_us, bool want_key)
{
    size_t len_bytes;
    struct drawn drawn =
        drawn_gradient(width, height, JPEG_CHROMA_420, (unsigned)(pts_us / FRAME_US));
    uint8_t *jpeg = drawn_jpeg(&drawn, 90, &len_bytes);
    const struct engine_input input = {
        .jpeg = jpeg, .len_bytes = len_bytes, .pts_us = pts_us, .want_key = want_key};
    struct engine_output output = {0};
    assert_int_equal(engine_local.encode(engine, &input, &output), 0);
    assert_int_equal(output.width, (width + 1) & ~1U);
    assert_int_equal(output.height, (height + 1) & ~1U);
    drawn_free_jpeg(jpeg);
    drawn_finish(&drawn);
    return output;
}

static struct engine_output feed(struct engine *engine, unsigned t, bool want_key)
{
    return feed_at(engine, WIDTH, HEIGHT, (int64_t)t * FRAME_US, want_key);
}

static void assert_by_device(const struct engine_output *output)
{
    assert_string_equal(output->encoder, "v4l2m2m");
    assert_string_equal(output->device, FAKE_M2M_PATH);
    assert_int_equal(output->device_error, 0);
}

static void assert_by_software(const struct engine_output *output, int device_error)
{
    assert_string_equal(output->encoder, encoder_find(NULL)->name);
    assert_string_equal(output->device, FAKE_M2M_PATH);
    assert_int_equal(output->device_error, device_error);
}

static void test_probe(void **state)
{
    (void)state;
    assert_string_equal(device.path, FAKE_M2M_PATH);
    assert_string_equal(device.card, "a fake encoder");
    assert_true(device.nv12);
    assert_int_equal(device.max_width, 1920);
    struct m2m_device found = {.path = "untouched"};
    fake_m2m.absent = true;
    assert_int_equal(encoder_m2m_probe(&found), -ENOENT);
    fake_m2m.absent = false;
    fake_m2m.forbidden = true;
    assert_int_equal(encoder_m2m_probe(&found), -EACCES);
    fake_m2m.forbidden = false;
    assert_int_equal(m2m_probe(V4L2_PIX_FMT_HEVC, &found), -ENOENT);
    assert_string_equal(found.path, "untouched");
    fake_m2m.no_nv12 = fake_m2m.single_planar = true;
    assert_int_equal(encoder_m2m_probe(&found), 0);
    assert_false(found.nv12);
}

/* The SPS says what players must know, and the samples are those of the driver's own stream. */
static void check_stream(void)
{
    enum { FRAMES = 6 };
    struct engine *engine = open_engine();
    struct drawn_stream told = {0}, driver = {0};
    for (unsigned t = 0; t < FRAMES; t++) {
        const struct engine_output output = feed(engine, t, t == 4);
        assert_by_device(&output);
        assert_int_equal(output.key, t == 0 || t == 4);
        assert_int_equal(output.new_params, t == 0);
        if (t == 0) {
            struct h264_sps sps;
            assert_int_equal(h264_sps_parse(output.params->sps, output.params->sps_len_bytes, &sps),
                             0);
            assert_true(sps.full_range && sps.has_bitstream_restriction);
            assert_int_equal(sps.matrix, 6);
            assert_int_equal(sps.max_num_reorder_frames, 0);
            drawn_stream_params(&told, output.params);
            assert_int_equal(
                h264_sps_parse(fake_m2m.params.sps, fake_m2m.params.sps_len_bytes, &sps), 0);
            assert_false(sps.full_range || sps.has_bitstream_restriction);
            drawn_stream_params(&driver, &fake_m2m.params);
        }
        drawn_stream_unit(&told, output.unit, output.len_bytes);
        drawn_stream_unit(&driver, output.unit, output.len_bytes);
    }
    size_t told_bytes, driver_bytes;
    uint8_t *a = drawn_decode(&told, "yuvj420p", &told_bytes);
    uint8_t *b = drawn_decode(&driver, "yuv420p", &driver_bytes); /* by that SPS, limited range */
    assert_int_equal(told_bytes, FRAMES * WIDTH * HEIGHT * 3 / 2);
    assert_int_equal(driver_bytes, told_bytes);
    assert_memory_equal(a, b, told_bytes);

    struct drawn last = drawn_gradient(WIDTH, HEIGHT, JPEG_CHROMA_420, FRAMES - 1);
    const uint8_t *frame = a + (FRAMES - 1) * WIDTH * HEIGHT * 3 / 2;
    assert_true(drawn_psnr(frame, WIDTH, last.planes[0], WIDTH, WIDTH, HEIGHT) > 32);
    frame += WIDTH * HEIGHT;
    assert_true(drawn_psnr(frame, WIDTH / 2, last.planes[1], WIDTH / 2, WIDTH / 2, HEIGHT / 2) >
                33);
    frame += WIDTH * HEIGHT / 4;
    assert_true(drawn_psnr(frame, WIDTH / 2, last.planes[2], WIDTH / 2, WIDTH / 2, HEIGHT / 2) >
                33);
    drawn_finish(&last);
    free(a);
    free(b);
    drawn_stream_finish(&told);
    drawn_stream_finish(&driver);
    engine_local.destroy(engine);
    assert_int_equal(fake_m2m.encoded, FRAMES);
}

static void test_stream(void **state)
{
    (void)state;
    check_stream();
    assert_int_equal(fake_m2m.keys_forced, 1);
    const struct encoder_params params = {
        .width = WIDTH, .height = HEIGHT, .quality = ENCODER_QUALITY};
    assert_int_equal(fake_m2m.bitrate, encoder_bitrate(&params));
    assert_int_equal(fake_m2m.level, V4L2_MPEG_VIDEO_H264_LEVEL_2_1);
    assert_int_equal(fake_m2m.b_frames, 0);
    assert_int_equal(fake_m2m.repeat_header, 1);
}

static void test_stream_of_other_drivers(void **state)
{
    (void)state;
    fake_m2m.single_planar = true;
    check_stream();
    fake_m2m_reset();
    fake_m2m.rows_multiple = 32; /* 240 is none of it */
    check_stream();
    fake_m2m_reset();
    fake_m2m.no_force_key = true; /* it restarts for a key */
    check_stream();
    assert_int_equal(fake_m2m.keys_forced, 0);
}

static void test_range_and_matrix(void **state)
{
    (void)state;
    struct engine *engine = open_engine();
    struct drawn drawn = drawn_gradient(WIDTH, HEIGHT, JPEG_CHROMA_420, 0);
    for (unsigned i = 0; i < 4; i++) {
        const struct raw_picture raw = {
            .format = RAW_I420,
            .full_range = i & 1,
            .bt709 = i & 2,
            .width = WIDTH,
            .height = HEIGHT,
            .planes = {drawn.planes[0], drawn.planes[1], drawn.planes[2]},
            .strides = {WIDTH, WIDTH / 2, WIDTH / 2},
            .dmabuf_fd = -1};
        const struct engine_input input = {.raw = &raw, .pts_us = i};
        struct engine_output output;
        struct h264_sps sps;
        assert_int_equal(engine_local.encode(engine, &input, &output), 0);
        assert_by_device(&output);
        assert_true(output.key && output.new_params);
        assert_int_equal(h264_sps_parse(output.params->sps, output.params->sps_len_bytes, &sps), 0);
        assert_int_equal(sps.full_range, raw.full_range);
        assert_int_equal(sps.matrix, raw.bt709 ? 1 : 6);
    }
    drawn_finish(&drawn);
    engine_local.destroy(engine);
}

/* After any failure, the picture that failed is still encoded, as a key by software;
 * the device rests for a minute, then two. */
static void check_fault(enum fake_fault fault, unsigned fault_at, int error)
{
    fake_m2m_reset();
    fake_m2m.fault = fault;
    fake_m2m.fault_at = fault_at;
    struct engine *engine = open_engine();
    for (unsigned t = 0; t < fault_at; t++) {
        const struct engine_output output = feed(engine, t, false);
        assert_by_device(&output);
    }
    struct engine_output output = feed(engine, fault_at, fault == FAKE_NO_PARAMS);
    assert_by_software(&output, error);
    assert_true(output.key && output.new_params);
    assert_int_equal(fake_m2m.opened, fake_m2m.closed);
    const unsigned opened = fake_m2m.opened;
    output = feed(engine, fault_at + 1, false);
    assert_by_software(&output, error);
    assert_false(output.key || output.new_params);
    const int64_t failed_us = (int64_t)fault_at * FRAME_US;
    output = feed_at(engine, WIDTH, HEIGHT, failed_us + MINUTE_US - 1, false);
    assert_by_software(&output, error);
    assert_int_equal(fake_m2m.opened, opened);

    output = feed_at(engine, WIDTH, HEIGHT, failed_us + MINUTE_US, false);
    assert_by_software(&output, output.device_error);
    assert_true(output.device_error < 0);
    fake_m2m.fault = FAKE_FINE;
    output = feed_at(engine, WIDTH, HEIGHT, failed_us + 3 * MINUTE_US - 1, false);
    assert_true(output.device_error < 0);
    output = feed_at(engine, WIDTH, HEIGHT, failed_us + 3 * MINUTE_US, false);
    assert_by_device(&output);
    assert_true(output.key && output.new_params);
    engine_local.destroy(engine);
}

static void test_faults_in_mid_stream(void **state)
{
    (void)state;
    check_fault(FAKE_HANGS, 3, -ETIMEDOUT);
    check_fault(FAKE_VANISHES, 3, -ENODEV);
    check_fault(FAKE_MARKS_ERROR, 3, -EIO);
    check_fault(FAKE_EMPTY, 3, -EIO);
    check_fault(FAKE_GARBAGE, 3, -EIO);
    check_fault(FAKE_OVERLONG, 3, -EIO);
}

static void test_faults_at_the_begin(void **state)
{
    (void)state;
    check_fault(FAKE_HANGS, 0, -ETIMEDOUT);
    check_fault(FAKE_VANISHES, 0, -ENODEV);
    check_fault(FAKE_BUSY, 0, -EBUSY);
    check_fault(FAKE_REFUSES_FORMAT, 0, -ENOTSUP);
    check_fault(FAKE_WRONG_SIZE, 0, -EIO);
    check_fault(FAKE_NO_PARAMS, 0, -EIO);
    check_fault(FAKE_GARBAGE, 0, -EIO);
}

static void test_size_that_does_not_suit(void **state)
{
    (void)state;
    struct engine *engine = open_engine();
    struct engine_output output = feed_at(engine, 1936, 64, 0, false);
    assert_by_software(&output, 0); /* nothing failed */
    output = feed_at(engine, 320, 16, 1, false);
    assert_by_software(&output, 0);
    output = feed_at(engine, 1920, 64, 2, false);
    assert_by_device(&output);
    output = feed_at(engine, 319, 239, 3, false);
    assert_by_device(&output);
    assert_true(output.key && output.new_params);
    engine_local.destroy(engine);
}

static void test_no_device(void **state)
{
    (void)state;
    struct engine *engine;
    const struct engine_params params = {.device_error = -ENOENT};
    assert_int_equal(engine_local.create(&params, &engine), 0);
    const struct engine_output output = feed(engine, 0, false);
    assert_string_equal(output.encoder, encoder_find(NULL)->name);
    assert_null(output.device);
    assert_int_equal(output.device_error, -ENOENT);
    engine_local.destroy(engine);
    assert_int_equal(fake_m2m.encoded, 0);
}

/* --- Pictures in memory that a camera shares. --- */

struct shared {
    struct raw_picture raw;
    uint8_t *bytes;
    size_t len_bytes;
};

static struct shared share(enum raw_format format, unsigned stride, unsigned rows)
{
    const bool nv12 = format == RAW_NV12;
    const unsigned half = nv12 ? stride : stride / 2;
    struct shared s = {.len_bytes = (size_t)stride * rows * 2};
    const int fd = memfd_create("picture", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fd, (off_t)s.len_bytes), 0);
    s.bytes = mmap(NULL, s.len_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(s.bytes, MAP_FAILED);
    s.raw = (struct raw_picture){
        .format = format,
        .full_range = true,
        .width = WIDTH,
        .height = HEIGHT,
        .strides = {stride, half, nv12 ? 0 : half},
        .dmabuf_fd = fd,
        .offsets = {0, stride * rows, nv12 ? 0 : stride * rows + half * (rows / 2)}};
    struct drawn drawn = drawn_gradient(WIDTH, HEIGHT, JPEG_CHROMA_420, 0);
    for (unsigned i = 0; i < 3; i++) {
        uint8_t *plane = s.bytes + s.raw.offsets[nv12 && i ? 1 : i];
        if (i < (nv12 ? 2 : 3))
            s.raw.planes[i] = plane;
        for (unsigned y = 0; y < drawn.plane_heights[i]; y++)
            for (unsigned x = 0; x < drawn.plane_widths[i]; x++)
                plane[y * s.raw.strides[nv12 && i ? 1 : i] + (nv12 && i ? 2 * x + i - 1 : x)] =
                    drawn.planes[i][y * drawn.plane_widths[i] + x];
    }
    drawn_finish(&drawn);
    return s;
}

/* Encodes it thrice and holds the decoded luma and chroma against the drawing. */
static void check_shared(struct shared *s, unsigned imported)
{
    struct engine *engine = open_engine();
    struct drawn_stream stream = {0};
    for (unsigned t = 0; t < 3; t++) {
        const struct engine_input input = {.raw = &s->raw, .pts_us = t};
        struct engine_output output;
        assert_int_equal(engine_local.encode(engine, &input, &output), 0);
        assert_by_device(&output);
        assert_int_equal(output.key, t == 0);
        if (t == 0)
            drawn_stream_params(&stream, output.params);
        drawn_stream_unit(&stream, output.unit, output.len_bytes);
    }
    assert_int_equal(fake_m2m.imported, imported);
    assert_int_equal(fake_m2m.encoded, 3);
    size_t len_bytes;
    uint8_t *pixels = drawn_decode(&stream, "yuvj420p", &len_bytes);
    struct drawn drawn = drawn_gradient(WIDTH, HEIGHT, JPEG_CHROMA_420, 0);
    const uint8_t *plane = pixels + len_bytes / 3 * 2;
    for (unsigned i = 0; i < 3; i++) {
        assert_true(drawn_psnr(plane, drawn.plane_widths[i], drawn.planes[i], drawn.plane_widths[i],
                               drawn.plane_widths[i], drawn.plane_heights[i]) > 32);
        plane += (size_t)drawn.plane_widths[i] * drawn.plane_heights[i];
    }
    drawn_finish(&drawn);
    free(pixels);
    drawn_stream_finish(&stream);
    engine_local.destroy(engine);
    close(s->raw.dmabuf_fd);
    munmap(s->bytes, s->len_bytes);
}

static void test_import(void **state)
{
    (void)state;
    static const enum raw_format formats[] = {RAW_I420, RAW_NV12};
    for (unsigned i = 0; i < 2; i++) {
        fake_m2m_reset();
        struct shared s = share(formats[i], WIDTH, HEIGHT);
        check_shared(&s, 3);
        fake_m2m_reset();
        s = share(formats[i], WIDTH + 64,
                  HEIGHT); /* the driver takes rows that are further apart */
        check_shared(&s, 3);
    }
}

static void test_not_importable(void **state)
{
    (void)state;
    struct shared s = share(RAW_I420, WIDTH, HEIGHT + 8); /* a gap between the planes */
    check_shared(&s, 0);
    fake_m2m_reset();
    s = share(RAW_NV12, WIDTH + 8, HEIGHT); /* rows that the driver would have further apart */
    check_shared(&s, 0);
    fake_m2m_reset();
    fake_m2m.no_import = true;
    s = share(RAW_I420, WIDTH, HEIGHT);
    check_shared(&s, 0);
    fake_m2m_reset();
    fake_m2m.no_import_late = true;
    s = share(RAW_I420, WIDTH, HEIGHT);
    check_shared(&s, 0);
    fake_m2m_reset();
    fake_m2m.no_nv12 = true;
    assert_int_equal(encoder_m2m_probe(&device), 0);
    fake_m2m.opened = fake_m2m.closed = 0;
    s = share(RAW_NV12, WIDTH, HEIGHT); /* comes as planes, then */
    check_shared(&s, 0);
}

/* Where the device fails on a picture that was to be imported, software gets its planes. */
static void test_import_fails_over(void **state)
{
    (void)state;
    fake_m2m.fault = FAKE_HANGS;
    struct shared s = share(RAW_NV12, WIDTH, HEIGHT);
    struct engine *engine = open_engine();
    const struct engine_input input = {.raw = &s.raw, .pts_us = 0};
    struct engine_output output;
    assert_int_equal(engine_local.encode(engine, &input, &output), 0);
    assert_by_software(&output, -ETIMEDOUT);
    assert_int_equal(output.width, WIDTH);
    engine_local.destroy(engine);
    close(s.raw.dmabuf_fd);
    munmap(s.bytes, s.len_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_probe, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stream_of_other_drivers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_range_and_matrix, setup, teardown),
        cmocka_unit_test_setup_teardown(test_faults_in_mid_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(test_faults_at_the_begin, setup, teardown),
        cmocka_unit_test_setup_teardown(test_size_that_does_not_suit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_device, setup, teardown),
        cmocka_unit_test_setup_teardown(test_import, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_importable, setup, teardown),
        cmocka_unit_test_setup_teardown(test_import_fails_over, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
