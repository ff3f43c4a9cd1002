/* What transcoders make with the real codecs, and many of them at once. */
#include "scene.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "drawn.h"
#include "media/live.h"

static unsigned released; /* raw pictures that were given back */

static void give_back(void *ctx)
{
    (void)ctx;
    released++;
}

/* Raw pictures become JPEG, under the number and the clock of their frames. */
static void test_jpeg_of_raw_pictures(void **state)
{
    enum { WIDTH = 64, HEIGHT = 48 };
    static uint8_t grey[WIDTH * HEIGHT];
    (void)state;
    struct scene s = {0};
    scene_hubs(&s);
    memset(grey, 128, sizeof(grey));
    struct transcoder_params params = {.yard = &s.yard, .request = scene_request(&s)};
    params.request.kind = RENDITION_JPEG;
    assert_int_equal(transcoder_create(&params, &s.transcoder), 0);
    for (unsigned i = 1; i <= 2; i++) {
        struct packet *raw = packet_create(buf_lend(give_back, &s), NULL);
        raw->key = true;
        raw->capture_us = raw->arrival_us = i * FRAME_US;
        raw->raw = (struct raw_picture){.format = i == 1 ? RAW_I420 : RAW_NONE, /* no picture */
                                        .full_range = true,
                                        .width = WIDTH,
                                        .height = HEIGHT,
                                        .planes = {grey, grey, grey},
                                        .strides = {WIDTH, WIDTH / 2, WIDTH / 2},
                                        .dmabuf_fd = -1};
        assert_true(hub_publish(s.jpeg_hub, 0, raw));
        if (i == 2)
            break;
        struct packet *packet = scene_next(&s);
        struct jpeg_info info;
        assert_int_equal(jpeg_inspect(packet_unit(packet), packet_unit_len_bytes(packet),
                                      &(struct jpeg_limits){4096, 4096}, &info),
                         JPEG_OK);
        assert_int_equal(info.width, WIDTH);
        assert_int_equal(packet->width, WIDTH);
        assert_int_equal(packet->sequence, 1);
        assert_int_equal(packet->capture_us, FRAME_US);
        assert_true(packet->key);
        const uint8_t *head = packet->buf->data + packet->message_off;
        assert_int_equal(head[1], LIVE_JPEG);
        assert_int_equal(head[7], STREAM);
        packet_unref(&packet);
    }
    while (transcoder_stats(s.transcoder).undecodable == 0)
        sched_yield();
    assert_int_equal(transcoder_stats(s.transcoder).encoded, 1);
    assert_string_equal(transcoder_stats(s.transcoder).encoder, "jpeg");
    scene_close(&s);
    assert_int_equal(released, 2);
}

/* Brightness at an eighth of the size, as a plane that lies in the packet. */
static void test_luma(void **state)
{
    (void)state;
    struct scene s = {0};
    scene_hubs(&s);
    struct transcoder_params params = {.yard = &s.yard, .request = scene_request(&s)};
    params.request.kind = RENDITION_LUMA;
    params.request.scale = 8;
    assert_int_equal(transcoder_create(&params, &s.transcoder), 0);
    struct drawn drawn = drawn_gradient(320, 240, JPEG_CHROMA_422, 0);
    memset(drawn.planes[0], 77, (size_t)320 * 240);
    size_t len_bytes;
    uint8_t *jpeg = drawn_jpeg(&drawn, 80, &len_bytes);
    scene_publish(&s, jpeg, len_bytes, FRAME_US);
    struct packet *packet = scene_next(&s);
    assert_int_equal(packet->width, 40);
    assert_int_equal(packet->height, 30);
    assert_int_equal(packet->arrival_us, FRAME_US);
    assert_int_equal(packet_unit_len_bytes(packet), packet->stride * 30);
    for (unsigned y = 0; y < 30; y++)
        for (unsigned x = 0; x < 40; x++)
            assert_in_range(packet_unit(packet)[y * packet->stride + x], 76, 78);
    packet_unref(&packet);
    drawn_free_jpeg(jpeg);
    drawn_finish(&drawn);
    scene_close(&s);
}

/* A tiny tile of a small camera is no smaller than encoders take. */
static void test_smallest_h264(void **state)
{
    (void)state;
    struct scene s = {0};
    scene_hubs(&s);
    struct transcoder_params params = {
        .engine = &engine_local, .yard = &s.yard, .request = scene_request(&s)};
    params.request.scale = 8;
    params.request.pace = (struct maker_pace){.max_width = 4, .max_height = 4};
    assert_int_equal(transcoder_create(&params, &s.transcoder), 0);
    struct drawn drawn = drawn_gradient(64, 48, JPEG_CHROMA_422, 0);
    size_t len_bytes;
    uint8_t *jpeg = drawn_jpeg(&drawn, 80, &len_bytes);
    struct buf *buf;
    assert_int_equal(buf_create(len_bytes, &buf), 0);
    memcpy(buf->data, jpeg, len_bytes);
    struct packet *frame = packet_create(buf, NULL);
    frame->end_off = (uint32_t)len_bytes;
    frame->width = 64;
    frame->height = 48;
    frame->arrival_us = FRAME_US;
    assert_true(hub_publish(s.jpeg_hub, 0, frame));
    struct packet *packet = scene_next(&s);
    assert_int_equal(packet->width, 32);
    assert_int_equal(packet->height, 24);
    packet_unref(&packet);
    drawn_free_jpeg(jpeg);
    drawn_finish(&drawn);
    scene_close(&s);
}

static void test_unknown_encoder(void **state)
{
    (void)state;
    struct scene s = {0};
    scene_hubs(&s);
    struct transcoder_params params = {.engine = &engine_local,
                                       .engine_params = {.encoder = "theora"},
                                       .yard = &s.yard,
                                       .request = scene_request(&s)};
    assert_int_equal(transcoder_create(&params, &s.transcoder), -ENOENT);
    scene_close_hubs(&s);
}

/* Everything at once, for the thread sanitizer: a publisher, key requests, figures. */
struct publisher {
    struct scene *scene;
    unsigned frames;
};

static void *publish_many(void *arg)
{
    const struct publisher *p = arg;
    for (unsigned n = 0; n < p->frames; n++)
        scene_publish_text(p->scene,
                           n % 17 == 5   ? "bad"
                           : n % 50 > 40 ? "Large"
                                         : "small",
                           (int64_t)n * 1000);
    return NULL;
}

static void test_many_threads(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    struct publisher publisher = {.scene = &s, .frames = 3000};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, publish_many, &publisher), 0);
    for (unsigned n = 0; n < 1000; n++) {
        hub_want_key(s.h264_hub);
        transcoder_stats(s.transcoder);
    }
    pthread_join(thread, NULL);
    scene_publish_text(&s, "last", 4000000);
    struct packet *packet = NULL;
    uint32_t sequence = 0;
    do {
        packet_unref(&packet);
        packet = scene_next(&s);
        assert_true(packet->sequence > sequence);
        sequence = packet->sequence;
    } while (packet_unit_len_bytes(packet) != 4);
    packet_unref(&packet);
    struct maker_stats stats = transcoder_stats(s.transcoder);
    assert_int_equal(stats.encoded, hub_count(s.h264_hub));
    scene_close(&s);
}

/* The real engine: JPEG in, a playable stream out. */
static void test_software_engine(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &engine_local);
    static const unsigned sizes[][2] = {{320, 240}, {161, 121}};
    for (unsigned n = 0; n < 8; n++) {
        const unsigned *size = sizes[n / 4];
        struct drawn drawn = drawn_gradient(size[0], size[1], JPEG_CHROMA_422, n);
        size_t len_bytes;
        uint8_t *jpeg = drawn_jpeg(&drawn, 80, &len_bytes);
        scene_publish(&s, jpeg, len_bytes, (int64_t)n * FRAME_US);
        struct packet *packet = scene_next(&s);
        assert_int_equal(packet->key, n % 4 == 0);
        assert_int_equal(packet->width, n < 4 ? 320 : 162);
        assert_int_equal(packet->height, n < 4 ? 240 : 122);
        size_t pos = 0;
        struct h264_nal nal;
        assert_true(h264_avcc_next(packet_unit(packet), packet_unit_len_bytes(packet), &pos, &nal));
        assert_int_equal(pos, packet_unit_len_bytes(packet));
        packet_unref(&packet);
        drawn_free_jpeg(jpeg);
        drawn_finish(&drawn);
    }
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jpeg_of_raw_pictures), cmocka_unit_test(test_luma),
        cmocka_unit_test(test_smallest_h264),        cmocka_unit_test(test_unknown_encoder),
        cmocka_unit_test(test_many_threads),         cmocka_unit_test(test_software_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
