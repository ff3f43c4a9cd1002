#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_engine.h"
#include "media/fmp4.h"
#include "transcode/chunker.h"

struct times {
    uint64_t decode_time;
    uint32_t duration;
};

static uint64_t read_be(const uint8_t *bytes, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* tfdt and the duration in tfhd or trun, found by their place in this writer's chunk head. */
static struct times times_of(const struct packet *packet)
{
    const uint8_t *head = packet->buf->data + packet->chunk_off;
    struct times times = {0};
    for (unsigned i = 0; i + 8 < FMP4_CHUNK_HEAD_BYTES; i++) {
        if (memcmp(head + i, "tfdt", 4) == 0)
            times.decode_time = read_be(head + i + 8, 8);
        if (memcmp(head + i, "trun", 4) == 0)
            /* version, flags, count, data offset; then duration */
            times.duration = (uint32_t)read_be(head + i + 16, 4);
    }
    return times;
}

struct bench {
    struct engine *engine;
    struct chunker chunker;
};

static void open_bench(struct bench *b)
{
    *b = (struct bench){0};
    assert_int_equal(fake_engine.create(&(struct engine_params){0}, &b->engine), 0);
    chunker_init(&b->chunker);
}

static void close_bench(struct bench *b)
{
    chunker_finish(&b->chunker);
    fake_engine.destroy(b->engine);
}

static struct times feed(struct bench *b, int64_t arrival_us)
{
    const struct engine_input input = {.jpeg = (const uint8_t *)"x", .len_bytes = 1};
    struct engine_output output;
    const struct packet frame = {.arrival_us = arrival_us};
    struct packet *packet;
    assert_int_equal(fake_engine.encode(b->engine, &input, &output), 0);
    assert_int_equal(chunker_make(&b->chunker, &output, &frame, &packet), 0);
    struct times times = times_of(packet);
    packet_unref(&packet);
    return times;
}

static void test_times_are_those_of_arrival(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b);
    const int64_t start_us = 7777777777;
    for (unsigned n = 0; n < 100; n++) {
        struct times times = feed(&b, start_us + n * 66667);
        assert_in_range(times.decode_time, n * 6000, n * 6000 + 4);
    }
    close_bench(&b);
}

static void test_duration_is_twice_the_smoothed_interval(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b);
    struct times times = feed(&b, 0);
    assert_in_range(times.duration, 5990, 6010); /* 30 fps until more is known */
    for (unsigned n = 1; n < 100; n++)
        times = feed(&b, n * 66667);
    assert_in_range(times.duration, 11980, 12010);
    /* Jitter moves it little. */
    for (unsigned n = 100; n < 200; n++) {
        times = feed(&b, n * 66667 + (n % 2 ? 20000 : 0));
        assert_in_range(times.duration, 12000 - 12000 / 4, 12000 + 12000 / 4);
    }
    close_bench(&b);
}

static void test_duration_has_bounds(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b);
    struct times times = {0};
    for (unsigned n = 0; n < 100; n++)
        times = feed(&b, n);
    assert_in_range(times.duration, FMP4_TIMESCALE / 60 - 2, FMP4_TIMESCALE / 60 + 2);
    for (unsigned n = 1; n < 100; n++)
        times = feed(&b, n * INT64_C(3600000000));
    assert_in_range(times.duration, 2 * FMP4_TIMESCALE - 10, 2 * FMP4_TIMESCALE);
    close_bench(&b);
}

static void test_time_always_increases(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b);
    static const int64_t arrivals_us[] = {1000000, 1000000, 1000005, 900000, 0, 1000100, 1100000};
    uint64_t last = 0;
    for (unsigned n = 0; n < sizeof(arrivals_us) / sizeof(arrivals_us[0]); n++) {
        struct times times = feed(&b, arrivals_us[n]);
        assert_true(n == 0 || times.decode_time > last);
        last = times.decode_time;
    }
    assert_int_equal(last, 9000);
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_those_of_arrival),
        cmocka_unit_test(test_duration_is_twice_the_smoothed_interval),
        cmocka_unit_test(test_duration_has_bounds),
        cmocka_unit_test(test_time_always_increases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
