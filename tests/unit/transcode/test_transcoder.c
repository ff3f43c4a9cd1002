/* A real hub, a real thread; the engine is a fake one behind a gate, so that the test says what
 * happens when. */
#include "scene.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "media/fmp4.h"
#include "tests/unit/live_head.h"
#include "transcode/transcoder_makers.h"

static void test_packet_layout(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    for (unsigned n = 1; n <= 3; n++) {
        scene_publish_text(&s, "frame", 5000000 + n * FRAME_US);
        struct packet *packet = scene_next(&s);
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
        scene_assert_unit(packet, "frame");

        struct live_head head;
        const uint8_t *message = packet->buf->data + packet->message_off;
        assert_true(live_head_read(message, packet->end_off - packet->message_off, &head));
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
        assert_true(live_head_read(message, init->end_off - init->message_off, &head));
        assert_int_equal(head.kind, LIVE_INIT);
        assert_int_equal(head.stream, STREAM);
        assert_int_equal(head.unit_offset, LIVE_HEAD_BYTES);
        assert_int_equal(init->message_off, PACKET_TRANSPORT_ROOM);
        assert_int_equal(init->chunk_off, init->message_off + LIVE_HEAD_BYTES);
        assert_memory_equal(init->buf->data + init->chunk_off + 4, "ftyp", 4);
        packet_unref(&packet);
    }
    scene_close(&s);
}

static void test_size_change_brings_a_new_init_and_a_key(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    scene_publish_text(&s, "small", 0);
    struct packet *small = scene_next(&s);
    scene_publish_text(&s, "Large", FRAME_US);
    struct packet *large = scene_next(&s);
    scene_publish_text(&s, "Large", 2 * FRAME_US);
    struct packet *again = scene_next(&s);
    assert_true(large->key);
    assert_false(again->key);
    assert_ptr_not_equal(small->init, large->init);
    assert_ptr_equal(large->init, again->init);
    assert_int_equal(large->width, 640);
    assert_int_equal(large->sequence, 2);
    packet_unref(&small);
    packet_unref(&large);
    packet_unref(&again);
    scene_close(&s);
}

static void test_latest_frame_wins(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    fake_engine_close_gate();
    scene_publish_text(&s, "one", 0);
    fake_engine_await_entered(1);
    static const char *const texts[] = {"two", "three", "four", "five"};
    for (unsigned n = 0; n < 4; n++)
        scene_publish_text(&s, texts[n], (n + 1) * FRAME_US);
    fake_engine_open_gate();
    scene_expect(&s, "one", true);
    scene_expect(&s, "five", false);
    struct maker_stats stats = scene_stats_after(&s, "six", 10 * FRAME_US);
    assert_int_equal(stats.skipped, 3);
    assert_int_equal(stats.encoded, 3);
    scene_close(&s);
}

static void test_figures(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    scene_stats_after(&s, "one", 0);
    struct maker_stats stats = scene_stats_after(&s, "three", FRAME_US);
    assert_int_equal(stats.encoded, 2);
    assert_int_equal(stats.keys, 1);
    assert_int_equal(stats.unit_bytes, 8);
    assert_int_equal(stats.decode_us, 1400);
    assert_int_equal(stats.encode_us, 1600);
    for (unsigned i = 0; i < MAKER_BUCKETS; i++) {
        const bool mine = (i == 0 || maker_bucket_us[i - 1] < 1500) &&
                          (i == MAKER_BUCKETS - 1 || maker_bucket_us[i] >= 1500);
        assert_int_equal(stats.buckets[i], mine ? 2 : 0);
    }
    assert_int_equal(stats.width, 320);
    assert_int_equal(stats.height, 240);
    scene_close(&s);
}

/* 30 frames a second for three seconds, two requests before each: one key each 300 ms. */
static void test_key_requests_are_coalesced(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    int64_t last_key_us = 0;
    unsigned keys = 0;
    for (unsigned n = 0; n < 90; n++) {
        hub_want_key(s.h264_hub);
        hub_want_key(s.h264_hub);
        const int64_t now_us = (int64_t)n * FRAME_US;
        scene_publish_text(&s, "frame", now_us);
        struct packet *packet = scene_next(&s);
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
    scene_close(&s);
}

static void test_early_key_request_is_kept_and_met_once(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    scene_publish_text(&s, "first", 0);
    scene_expect(&s, "first", true);
    hub_want_key(s.h264_hub);
    scene_publish_text(&s, "early", 100000);
    scene_expect(&s, "early", false);
    scene_publish_text(&s, "due", 300000);
    scene_expect(&s, "due", true);
    scene_publish_text(&s, "after", 2000000);
    scene_expect(&s, "after", false);
    scene_close(&s);
}

static void test_undecodable_frames_are_passed_over(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    scene_publish_text(&s, "one", 0);
    scene_expect(&s, "one", true);
    hub_want_key(s.h264_hub);
    /* Each has to be worked on before the next one comes. */
    fake_engine_close_gate();
    scene_publish_text(&s, "bad", 1000000);
    fake_engine_await_entered(2);
    scene_publish_text(&s, "bad", 1000001);
    fake_engine_let_through(1);
    fake_engine_await_entered(3);
    scene_publish_text(&s, "good", 1000002);
    fake_engine_open_gate();
    /* The wish outlives the frame that was to meet it. */
    scene_expect(&s, "good", true);
    struct maker_stats stats = transcoder_stats(s.transcoder);
    assert_int_equal(stats.undecodable, 2);
    assert_int_equal(stats.encoded, 2);
    assert_int_equal(stats.error, 0);
    assert_int_equal(fake_engine_created(), 1);
    scene_close(&s);
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

static void test_failed_hardware_is_logged_once(void **state)
{
    (void)state;
    struct scene s;
    const int log = memfd_create("log", MFD_CLOEXEC), before = dup(STDERR_FILENO);
    assert_int_equal(dup2(log, STDERR_FILENO), STDERR_FILENO);
    scene_open(&s, &fake_engine);
    struct maker_stats stats = scene_stats_after(&s, "one", 0);
    assert_string_equal(stats.encoder, "hardware");
    assert_string_equal(stats.device, "/dev/video11");
    assert_int_equal(stats.device_error, 0);
    (void)scene_stats_after(&s, "soft 1", FRAME_US);
    (void)scene_stats_after(&s, "soft 2", 2 * FRAME_US);
    stats = scene_stats_after(&s, "soft 3", 3 * FRAME_US);
    assert_string_equal(stats.encoder, "software");
    assert_int_equal(stats.device_error, -ETIMEDOUT);
    assert_int_equal(stats.error, 0);
    stats = scene_stats_after(&s, "two", 4 * FRAME_US);
    assert_int_equal(stats.device_error, 0);
    scene_close(&s);
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
    scene_open(&s, &fake_engine);
    scene_publish_text(&s, "one", 0);
    scene_expect(&s, "one", true);

    fake_engine_close_gate();
    scene_publish_text(&s, "die", 1000000);
    fake_engine_await_entered(2);
    scene_publish_text(&s, "die", 2100000);
    fake_engine_let_through(1);
    fake_engine_await_entered(3);
    assert_int_equal(fake_engine_created(), 2);
    assert_int_equal(transcoder_stats(s.transcoder).error, -EIO);
    assert_int_equal(transcoder_stats(s.transcoder).skipped, 0);
    /* Too early for a third, then due. */
    scene_publish_text(&s, "early", 2200000);
    fake_engine_open_gate();
    while (transcoder_stats(s.transcoder).skipped == 0)
        sched_yield();
    assert_int_equal(fake_engine_created(), 2);
    scene_publish_text(&s, "due", 3100000);
    struct packet *packet = scene_next(&s);
    scene_assert_unit(packet, "due");
    assert_true(packet->key);
    assert_int_equal(packet->sequence, 2);
    packet_unref(&packet);
    assert_int_equal(fake_engine_created(), 3);
    assert_int_equal(transcoder_stats(s.transcoder).error, 0);
    scene_close(&s);
}

/* Closing does not wait for the frame at hand; what comes of that is dropped once another one has
 * taken over, and the hub may go before the thread does. */
static void test_closed_while_busy(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    fake_engine_close_gate();
    scene_publish_text(&s, "one", 0);
    fake_engine_await_entered(1);
    scene_publish_text(&s, "two", FRAME_US);
    transcoder_close(s.transcoder);
    const uint64_t turn = hub_take_over(s.h264_hub);
    assert_int_equal(turn, 1);
    struct hub *hub = hub_ref(s.h264_hub);
    reader_close(&s.reader);
    hub_unref(&s.h264_hub);
    fake_engine_open_gate();
    scene_close_hubs(&s);
    assert_int_equal(hub_count(hub), 0);
    hub_unref(&hub);
}

static void test_second_transcoder_goes_on_numbering(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    scene_publish_text(&s, "one", 0);
    scene_expect(&s, "one", true);
    scene_publish_text(&s, "two", FRAME_US);
    scene_expect(&s, "two", false);
    transcoder_close(s.transcoder);

    const struct transcoder_makers_params params = {
        .engine = &fake_engine, .engine_params = {.encoder = "fake"}, .yard = &s.yard};
    struct makers makers = transcoder_makers(&params);
    struct maker_request request = scene_request(&s);
    request.turn = hub_take_over(s.h264_hub);
    void *maker;
    assert_int_equal(makers.open(makers.ctx, &request, &maker), 0);
    scene_publish_text(&s, "three", 2 * FRAME_US);
    struct packet *packet = scene_next(&s);
    assert_int_equal(packet->sequence, 3);
    assert_true(packet->key);
    packet_unref(&packet);
    hub_want_key(s.h264_hub);
    scene_publish_text(&s, "four", 20 * FRAME_US);
    scene_expect(&s, "four", true);
    assert_int_equal(makers.stats(maker).encoded, 2);
    makers.close(maker);
    makers.close(NULL);
    scene_close_hubs(&s);
}

/* 30 frames a second for 6 s; no keys are requested. */
static void test_the_longest_key_interval(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    transcoder_adjust(s.transcoder, &(struct maker_pace){.key_interval_us = 2 * US_PER_S});
    int64_t last_key_us = 0;
    unsigned keys = 0;
    for (unsigned n = 0; n < 180; n++) {
        scene_publish_text(&s, "frame", n * FRAME_US);
        struct packet *packet = scene_next(&s);
        if (packet->key) {
            assert_true(packet->arrival_us - last_key_us <= 2 * US_PER_S);
            last_key_us = packet->arrival_us;
            keys++;
        }
        packet_unref(&packet);
    }
    assert_in_range(keys, 3, 4);
    scene_close(&s);
}

static void test_no_more_frames_than_wanted(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    scene_publish_text(&s, "first", 0);
    scene_expect(&s, "first", true);
    transcoder_adjust(s.transcoder, &(struct maker_pace){.max_fps = 2});
    for (unsigned n = 1; n < 15; n++) {
        scene_publish_text(&s, n == 1 ? "passes" : "is left out", n * FRAME_US);
        if (n == 1)
            scene_expect(&s, "passes", false);
    }
    scene_publish_text(&s, "next", 17 * FRAME_US);
    scene_expect(&s, "next", false);
    assert_int_equal(hub_count(s.h264_hub), 3);
    scene_close(&s);
}

static void test_a_picture_is_no_larger_than_anybody_can_use(void **state)
{
    static const struct {
        uint16_t max_width, max_height;
        unsigned scale;
    } ROWS[] = {{0, 0, 1},    {640, 360, 4},   {1024, 0, 4},
                {1025, 0, 2}, {1920, 1080, 2}, {2049, 0, 1}};
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    for (unsigned i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        transcoder_adjust(s.transcoder, &(struct maker_pace){.max_width = ROWS[i].max_width,
                                                             .max_height = ROWS[i].max_height});
        scene_publish_text(&s, "Huge", i * US_PER_S);
        struct packet *packet = scene_next(&s);
        assert_int_equal(fake_engine_last_scale(), ROWS[i].scale);
        assert_int_equal(packet->width, 4096 / ROWS[i].scale);
        packet_unref(&packet);
    }
    scene_close(&s);
}

/* 30 ms each, 30 times a second: every other one would be half a core. */
static void test_huge_pictures_get_half_a_core(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &fake_engine);
    scene_publish_text(&s, "Huge 0", 0);
    scene_expect(&s, "Huge 0", true);
    scene_publish_text(&s, "Huge 1", FRAME_US); /* 27 ms too early */
    scene_publish_text(&s, "Huge 2", 2 * FRAME_US);
    scene_expect(&s, "Huge 2", false);
    transcoder_adjust(s.transcoder, &(struct maker_pace){.max_width = 1920});
    scene_publish_text(&s, "Huge 3", 4 * FRAME_US);
    scene_expect(&s, "Huge 3", false);
    scene_close(&s);
}

static void test_only_a_fresh_frame_is_joined(void **state)
{
    (void)state;
    for (int fresh = 0; fresh < 2; fresh++) {
        struct scene s = {0};
        scene_hubs(&s);
        const int64_t now_us = clock_now_us(&clock_system);
        scene_publish_text(&s, "waiting", fresh ? now_us : now_us - 3600 * US_PER_S);
        const struct transcoder_params params = {
            .engine = &fake_engine, .yard = &s.yard, .request = scene_request(&s)};
        assert_int_equal(transcoder_create(&params, &s.transcoder), 0);
        if (fresh)
            scene_expect(&s, "waiting", true);
        scene_publish_text(&s, "live", now_us + US_PER_S);
        scene_expect(&s, "live", !fresh);
        scene_close(&s);
    }
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
        cmocka_unit_test(test_failed_hardware_is_logged_once),
        cmocka_unit_test(test_broken_engine_is_replaced_once_a_second),
        cmocka_unit_test(test_closed_while_busy),
        cmocka_unit_test(test_second_transcoder_goes_on_numbering),
        cmocka_unit_test(test_the_longest_key_interval),
        cmocka_unit_test(test_no_more_frames_than_wanted),
        cmocka_unit_test(test_a_picture_is_no_larger_than_anybody_can_use),
        cmocka_unit_test(test_huge_pictures_get_half_a_core),
        cmocka_unit_test(test_only_a_fresh_frame_is_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
