/* A real hub, a real thread; the engine is a fake one behind a gate, so that the test says what
 * happens when, and for the last tests the real one. Time is that of the frames' arrival, which the
 * test writes. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/lock.h"
#include "drawn.h"
#include "fake_engine.h"
#include "media/fmp4.h"
#include "media/live.h"
#include "transcode/transcoder.h"
#include "transcode/transcoder_opener.h"

enum { STREAM = 9, FRAME_US = 33333, MAX_PACKETS = 4096 };

struct scene {
    struct hub *jpeg_hub, *h264_hub;
    struct hub_cursor cursor;
    struct hub_watch watch;
    struct lock lock;
    struct lock_cond cond;
    bool poked; /* guarded by lock */
    struct transcoder *transcoder;
};

static void poke(void *ctx)
{
    struct scene *s = ctx;
    lock_take(&s->lock);
    s->poked = true;
    lock_cond_signal(&s->cond);
    lock_drop(&s->lock);
}

static void open_hubs(struct scene *s)
{
    fake_engine_reset();
    s->jpeg_hub = hub_create(&(struct hub_params){.max_packets = 1, .latest_only = true});
    s->h264_hub = hub_create(&(struct hub_params){.max_packets = MAX_PACKETS});
    hub_join(s->h264_hub, &s->cursor, 0, 0);
    lock_init(&s->lock, LOCK_RANK_STORE);
    lock_cond_init(&s->cond);
    s->watch = (struct hub_watch){.poke = poke, .ctx = s};
    hub_watch_add(s->h264_hub, &s->watch);
}

static unsigned released; /* raw pictures that were given back */

static void give_back(void *ctx)
{
    (void)ctx;
    released++;
}

static void open_scene(struct scene *s, const struct engine_ops *engine)
{
    *s = (struct scene){0};
    open_hubs(s);
    assert_int_equal(transcoder_create(&(struct transcoder_params){.engine = engine,
                                                                   .kind = RENDITION_H264,
                                                                   .source_hub = s->jpeg_hub,
                                                                   .hub = s->h264_hub,
                                                                   .stream = STREAM,
                                                                   .about = "porch"},
                                       &s->transcoder),
                     0);
}

static void close_hubs(struct scene *s)
{
    hub_watch_remove(s->h264_hub, &s->watch);
    hub_destroy(s->h264_hub);
    hub_destroy(s->jpeg_hub);
    lock_cond_finish(&s->cond);
    lock_finish(&s->lock);
    assert_int_equal(fake_engine_alive(), 0);
}

static void close_scene(struct scene *s)
{
    transcoder_destroy(s->transcoder);
    close_hubs(s);
}

static void publish(struct scene *s, const void *jpeg, size_t len_bytes, int64_t arrival_us)
{
    struct buf *buf;
    const uint32_t room = PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES;
    assert_int_equal(buf_create(room + len_bytes, &buf), 0);
    memcpy(buf->data + room, jpeg, len_bytes);
    struct packet *packet = packet_create(buf, NULL);
    packet->message_off = PACKET_TRANSPORT_ROOM;
    packet->chunk_off = packet->unit_off = room;
    packet->end_off = (uint32_t)(room + len_bytes);
    packet->key = true;
    packet->arrival_us = arrival_us;
    packet->capture_us = arrival_us - 1000;
    hub_publish(s->jpeg_hub, packet);
}

static void publish_text(struct scene *s, const char *text, int64_t arrival_us)
{
    publish(s, text, strlen(text), arrival_us);
}

/* The next unit that the transcoder publishes. */
static struct packet *next_unit(struct scene *s)
{
    struct packet *packet;
    while (hub_next(s->h264_hub, &s->cursor, &packet) != HUB_PACKET) {
        lock_take(&s->lock);
        while (!s->poked)
            lock_cond_wait(&s->cond, &s->lock, CLOCK_NEVER_US);
        s->poked = false;
        lock_drop(&s->lock);
    }
    return packet;
}

static void assert_unit(const struct packet *packet, const char *text)
{
    assert_int_equal(packet_unit_len_bytes(packet), strlen(text));
    assert_memory_equal(packet_unit(packet), text, strlen(text));
}

static void expect_unit(struct scene *s, const char *text, bool key)
{
    struct packet *packet = next_unit(s);
    assert_unit(packet, text);
    assert_int_equal(packet->key, key);
    packet_unref(&packet);
}

/* The worker counts what it has done with a frame before it looks for the next one: when a unit is
 * out, all figures of the frames before it stand. */
static struct opener_stats stats_after(struct scene *s, const char *text, int64_t arrival_us)
{
    publish_text(s, text, arrival_us);
    struct packet *packet = next_unit(s);
    packet_unref(&packet);
    return transcoder_stats(s->transcoder);
}

static void test_packet_layout(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &fake_engine);
    for (unsigned n = 1; n <= 3; n++) {
        publish_text(&s, "frame", 5000000 + n * FRAME_US);
        struct packet *packet = next_unit(&s);
        assert_int_equal(packet->sequence, n);
        assert_int_equal(packet->key, n == 1);
        assert_int_equal(packet->width, 320);
        assert_int_equal(packet->height, 240);
        assert_int_equal(packet->arrival_us, 5000000 + n * FRAME_US);
        assert_int_equal(packet->capture_us, packet->arrival_us - 1000);
        assert_int_equal(packet->message_off, PACKET_TRANSPORT_ROOM);
        assert_int_equal(packet->chunk_off, PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES);
        assert_int_equal(packet->unit_off, packet->chunk_off + FMP4_CHUNK_HEAD_BYTES);
        assert_int_equal(packet->end_off, packet->unit_off + 5);
        assert_true(packet->end_off <= packet->buf->len_bytes);
        assert_unit(packet, "frame");

        struct live_head head;
        const uint8_t *message = packet->buf->data + packet->message_off;
        assert_int_equal(live_head_read(message, packet->end_off - packet->message_off, &head), 0);
        assert_int_equal(head.kind, LIVE_CHUNK);
        assert_int_equal(head.flags, n == 1 ? LIVE_FLAG_KEY : 0);
        assert_int_equal(head.stream, STREAM);
        assert_int_equal(head.sequence, n);
        assert_int_equal(head.unit_offset, packet->unit_off - packet->message_off);
        assert_int_equal(head.capture_us, packet->capture_us);
        assert_memory_equal(packet->buf->data + packet->chunk_off + 4, "moof", 4);
        assert_memory_equal(packet->buf->data + packet->unit_off - 4, "mdat", 4);

        const struct packet *init = packet->init;
        assert_non_null(init);
        message = init->buf->data + init->message_off;
        assert_int_equal(live_head_read(message, init->end_off - init->message_off, &head), 0);
        assert_int_equal(head.kind, LIVE_INIT);
        assert_int_equal(head.stream, STREAM);
        assert_int_equal(head.unit_offset, LIVE_HEAD_BYTES);
        assert_int_equal(init->message_off, PACKET_TRANSPORT_ROOM);
        assert_int_equal(init->chunk_off, init->message_off + LIVE_HEAD_BYTES);
        assert_memory_equal(init->buf->data + init->chunk_off + 4, "ftyp", 4);
        packet_unref(&packet);
    }
    close_scene(&s);
}

static void test_size_change_brings_a_new_init_and_a_key(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &fake_engine);
    publish_text(&s, "small", 0);
    struct packet *small = next_unit(&s);
    publish_text(&s, "Large", FRAME_US);
    struct packet *large = next_unit(&s);
    publish_text(&s, "Large", 2 * FRAME_US);
    struct packet *again = next_unit(&s);
    assert_true(large->key);
    assert_false(again->key);
    assert_ptr_not_equal(small->init, large->init);
    assert_ptr_equal(large->init, again->init);
    assert_int_equal(large->width, 640);
    assert_int_equal(large->sequence, 2);
    packet_unref(&small);
    packet_unref(&large);
    packet_unref(&again);
    close_scene(&s);
}

static void test_latest_frame_wins(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &fake_engine);
    fake_engine_close_gate();
    publish_text(&s, "one", 0);
    fake_engine_await_entered(1);
    static const char *const texts[] = {"two", "three", "four", "five"};
    for (unsigned n = 0; n < 4; n++)
        publish_text(&s, texts[n], (n + 1) * FRAME_US);
    fake_engine_open_gate();
    expect_unit(&s, "one", true);
    expect_unit(&s, "five", false);
    struct opener_stats stats = stats_after(&s, "six", 10 * FRAME_US);
    assert_int_equal(stats.skipped, 3);
    assert_int_equal(stats.encoded, 3);
    close_scene(&s);
}

static void test_figures(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &fake_engine);
    stats_after(&s, "one", 0);
    struct opener_stats stats = stats_after(&s, "three", FRAME_US);
    assert_int_equal(stats.encoded, 2);
    assert_int_equal(stats.keys, 1);
    assert_int_equal(stats.unit_bytes, 8);
    assert_int_equal(stats.decode_us, 1400);
    assert_int_equal(stats.encode_us, 1600);
    for (unsigned i = 0; i < OPENER_BUCKETS; i++) {
        const bool mine = (i == 0 || opener_bucket_us[i - 1] < 1500) &&
                          (i == OPENER_BUCKETS - 1 || opener_bucket_us[i] >= 1500);
        assert_int_equal(stats.buckets[i], mine ? 2 : 0);
    }
    assert_int_equal(stats.width, 320);
    assert_int_equal(stats.height, 240);
    close_scene(&s);
}

/* 30 frames a second for three seconds, two requests before each: one key each 300 ms. */
static void test_key_requests_are_coalesced(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &fake_engine);
    int64_t last_key_us = 0;
    unsigned keys = 0;
    for (unsigned n = 0; n < 90; n++) {
        transcoder_want_key(s.transcoder);
        transcoder_want_key(s.transcoder);
        const int64_t now_us = (int64_t)n * FRAME_US;
        publish_text(&s, "frame", now_us);
        struct packet *packet = next_unit(&s);
        if (packet->key) {
            assert_true(n == 0 || now_us - last_key_us >= 300000);
            assert_true(now_us - last_key_us <= 300000 + FRAME_US);
            last_key_us = now_us;
            keys++;
        }
        packet_unref(&packet);
    }
    assert_int_equal(keys, 9);
    assert_int_equal(transcoder_stats(s.transcoder).keys, 9);
    close_scene(&s);
}

static void test_early_key_request_is_kept_and_met_once(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &fake_engine);
    publish_text(&s, "first", 0);
    expect_unit(&s, "first", true);
    transcoder_want_key(s.transcoder);
    publish_text(&s, "early", 100000);
    expect_unit(&s, "early", false);
    publish_text(&s, "due", 300000);
    expect_unit(&s, "due", true);
    publish_text(&s, "after", 2000000);
    expect_unit(&s, "after", false);
    close_scene(&s);
}

static void test_undecodable_frames_are_passed_over(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &fake_engine);
    publish_text(&s, "one", 0);
    expect_unit(&s, "one", true);
    transcoder_want_key(s.transcoder);
    /* Each has to be worked on before the next one comes. */
    fake_engine_close_gate();
    publish_text(&s, "bad", 1000000);
    fake_engine_await_entered(2);
    publish_text(&s, "bad", 1000001);
    fake_engine_let_through(1);
    fake_engine_await_entered(3);
    publish_text(&s, "good", 1000002);
    fake_engine_open_gate();
    /* The wish outlives the frame that was to meet it. */
    expect_unit(&s, "good", true);
    struct opener_stats stats = transcoder_stats(s.transcoder);
    assert_int_equal(stats.undecodable, 2);
    assert_int_equal(stats.encoded, 2);
    assert_int_equal(stats.error, 0);
    assert_int_equal(fake_engine_created(), 1);
    close_scene(&s);
}

/* How often it stands in what was written to the file. */
static unsigned count_in(int fd, const char *text)
{
    char bytes[4096];
    const ssize_t n = pread(fd, bytes, sizeof(bytes) - 1, 0);
    assert_true(n >= 0);
    bytes[n] = '\0';
    unsigned count = 0;
    for (const char *p = bytes; (p = strstr(p, text)); p++)
        count++;
    return count;
}

static void test_failed_hardware_is_told_once(void **state)
{
    (void)state;
    struct scene s;
    const int log = memfd_create("log", MFD_CLOEXEC), before = dup(STDERR_FILENO);
    assert_int_equal(dup2(log, STDERR_FILENO), STDERR_FILENO);
    open_scene(&s, &fake_engine);
    struct opener_stats stats = stats_after(&s, "one", 0);
    assert_string_equal(stats.encoder, "hardware");
    assert_string_equal(stats.device, "/dev/video11");
    assert_int_equal(stats.device_error, 0);
    (void)stats_after(&s, "soft 1", FRAME_US);
    (void)stats_after(&s, "soft 2", 2 * FRAME_US);
    stats = stats_after(&s, "soft 3", 3 * FRAME_US);
    assert_string_equal(stats.encoder, "software");
    assert_int_equal(stats.device_error, -ETIMEDOUT);
    assert_int_equal(stats.error, 0);
    stats = stats_after(&s, "two", 4 * FRAME_US);
    assert_int_equal(stats.device_error, 0);
    close_scene(&s);
    dup2(before, STDERR_FILENO);
    close(before);
    assert_int_equal(count_in(log,
                              "the hardware encoder /dev/video11 failed (Connection timed out); "
                              "software encodes"),
                     1);
    assert_int_equal(count_in(log, "the hardware encoder /dev/video11 works again"), 1);
    assert_int_equal(count_in(log, "\n"), 2);
    close(log);
}

static void test_broken_engine_is_replaced_once_a_second(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &fake_engine);
    publish_text(&s, "one", 0);
    expect_unit(&s, "one", true);

    fake_engine_close_gate();
    publish_text(&s, "die", 1000000);
    fake_engine_await_entered(2);
    publish_text(&s, "die", 2100000);
    fake_engine_let_through(1);
    fake_engine_await_entered(3);
    assert_int_equal(fake_engine_created(), 2);
    assert_int_equal(transcoder_stats(s.transcoder).error, -EIO);
    assert_int_equal(transcoder_stats(s.transcoder).skipped, 0);
    /* Too early for a third, then due. */
    publish_text(&s, "early", 2200000);
    fake_engine_open_gate();
    while (transcoder_stats(s.transcoder).skipped == 0)
        sched_yield();
    assert_int_equal(fake_engine_created(), 2);
    publish_text(&s, "due", 3100000);
    struct packet *packet = next_unit(&s);
    assert_unit(packet, "due");
    assert_true(packet->key);
    assert_int_equal(packet->sequence, 2);
    packet_unref(&packet);
    assert_int_equal(fake_engine_created(), 3);
    assert_int_equal(transcoder_stats(s.transcoder).error, 0);
    close_scene(&s);
}

static void test_destroyed_while_busy(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &fake_engine);
    fake_engine_close_gate();
    publish_text(&s, "one", 0);
    fake_engine_await_entered(1);
    publish_text(&s, "two", FRAME_US);
    transcoder_want_key(s.transcoder);
    fake_engine_open_gate();
    transcoder_destroy(s.transcoder);
    /* No packet follows. */
    const uint64_t count = hub_count(s.h264_hub);
    publish_text(&s, "three", 2 * FRAME_US);
    assert_int_equal(hub_count(s.h264_hub), count);
    assert_in_range(count, 1, 2);
    close_hubs(&s);
}

static void test_second_transcoder_goes_on_numbering(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &fake_engine);
    publish_text(&s, "one", 0);
    expect_unit(&s, "one", true);
    publish_text(&s, "two", FRAME_US);
    expect_unit(&s, "two", false);
    transcoder_destroy(s.transcoder);

    static const struct transcoder_opener_params params = {.engine = &fake_engine,
                                                           .engine_params = {.encoder = "fake"}};
    struct opener opener = transcoder_opener(&params);
    const struct opener_request request = {.about = "porch",
                                           .kind = RENDITION_H264,
                                           .source_hub = s.jpeg_hub,
                                           .hub = s.h264_hub,
                                           .stream = STREAM};
    void *work;
    assert_int_equal(opener.open(opener.ctx, &request, &work), 0);
    publish_text(&s, "three", 2 * FRAME_US);
    struct packet *packet = next_unit(&s);
    assert_int_equal(packet->sequence, 3);
    assert_true(packet->key);
    packet_unref(&packet);
    opener.want_key(work);
    publish_text(&s, "four", 20 * FRAME_US);
    expect_unit(&s, "four", true);
    assert_int_equal(opener.stats(work).encoded, 2);
    opener.close(work);
    opener.close(NULL);
    close_hubs(&s);
}

static void test_only_a_fresh_frame_is_joined(void **state)
{
    (void)state;
    for (int fresh = 0; fresh < 2; fresh++) {
        struct scene s = {0};
        open_hubs(&s);
        const int64_t now_us = clock_now_us(&clock_system);
        publish_text(&s, "waiting", fresh ? now_us : now_us - 3600 * US_PER_S);
        const struct transcoder_params params = {.engine = &fake_engine,
                                                 .kind = RENDITION_H264,
                                                 .source_hub = s.jpeg_hub,
                                                 .hub = s.h264_hub,
                                                 .stream = STREAM};
        assert_int_equal(transcoder_create(&params, &s.transcoder), 0);
        if (fresh)
            expect_unit(&s, "waiting", true);
        publish_text(&s, "live", now_us + US_PER_S);
        expect_unit(&s, "live", !fresh);
        close_scene(&s);
    }
}

/* Raw pictures become JPEG, under the number and the clock of their frames. */
static void test_jpeg_of_raw_pictures(void **state)
{
    enum { WIDTH = 64, HEIGHT = 48 };
    static uint8_t grey[WIDTH * HEIGHT];
    (void)state;
    struct scene s = {0};
    open_hubs(&s);
    memset(grey, 128, sizeof(grey));
    const struct transcoder_params params = {
        .kind = RENDITION_JPEG, .source_hub = s.jpeg_hub, .hub = s.h264_hub, .stream = STREAM};
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
        hub_publish(s.jpeg_hub, raw);
        if (i == 2)
            break;
        struct packet *packet = next_unit(&s);
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
    close_scene(&s);
    assert_int_equal(released, 2);
}

static void test_unknown_encoder(void **state)
{
    (void)state;
    struct scene s = {0};
    open_hubs(&s);
    struct transcoder_params params = {.engine = &engine_local,
                                       .engine_params = {.encoder = "theora"},
                                       .kind = RENDITION_H264,
                                       .source_hub = s.jpeg_hub,
                                       .hub = s.h264_hub};
    assert_int_equal(transcoder_create(&params, &s.transcoder), -ENOENT);
    close_hubs(&s);
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
        publish_text(p->scene,
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
    open_scene(&s, &fake_engine);
    struct publisher publisher = {.scene = &s, .frames = 3000};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, publish_many, &publisher), 0);
    for (unsigned n = 0; n < 1000; n++) {
        transcoder_want_key(s.transcoder);
        transcoder_stats(s.transcoder);
    }
    pthread_join(thread, NULL);
    publish_text(&s, "last", 4000000);
    struct packet *packet = NULL;
    uint32_t sequence = 0;
    do {
        packet_unref(&packet);
        packet = next_unit(&s);
        assert_true(packet->sequence > sequence);
        sequence = packet->sequence;
    } while (packet_unit_len_bytes(packet) != 4);
    packet_unref(&packet);
    struct opener_stats stats = transcoder_stats(s.transcoder);
    assert_int_equal(stats.encoded, hub_count(s.h264_hub));
    close_scene(&s);
}

/* The real engine: JPEG in, a playable stream out. */
static void test_software_engine(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, &engine_local);
    static const unsigned sizes[][2] = {{320, 240}, {161, 121}};
    for (unsigned n = 0; n < 8; n++) {
        const unsigned *size = sizes[n / 4];
        struct drawn drawn = drawn_gradient(size[0], size[1], JPEG_CHROMA_422, n);
        size_t len_bytes;
        uint8_t *jpeg = drawn_jpeg(&drawn, 80, &len_bytes);
        publish(&s, jpeg, len_bytes, (int64_t)n * FRAME_US);
        struct packet *packet = next_unit(&s);
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
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packet_layout),
        cmocka_unit_test(test_size_change_brings_a_new_init_and_a_key),
        cmocka_unit_test(test_latest_frame_wins),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_key_requests_are_coalesced),
        cmocka_unit_test(test_early_key_request_is_kept_and_met_once),
        cmocka_unit_test(test_undecodable_frames_are_passed_over),
        cmocka_unit_test(test_broken_engine_is_replaced_once_a_second),
        cmocka_unit_test(test_destroyed_while_busy),
        cmocka_unit_test(test_second_transcoder_goes_on_numbering),
        cmocka_unit_test(test_only_a_fresh_frame_is_joined),
        cmocka_unit_test(test_jpeg_of_raw_pictures),
        cmocka_unit_test(test_failed_hardware_is_told_once),
        cmocka_unit_test(test_unknown_encoder),
        cmocka_unit_test(test_many_threads),
        cmocka_unit_test(test_software_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
