#include "api/hls_track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/hls_playlist.h"
#include "base/clock.h"

enum { FIRST = 100, FRAME_MS = 50 };

struct feed {
    struct hls_track track;
    struct packet *init;
    int64_t now_us;
    size_t unit_bytes;
};

static struct packet *packet_of(size_t len_bytes, struct packet *init)
{
    struct buf *buf;
    assert_int_equal(buf_create(len_bytes, &buf), 0);
    memset(buf->data, 'u', len_bytes);
    struct packet *packet = packet_create(buf, init);
    packet->end_off = (uint32_t)len_bytes;
    return packet;
}

static int setup(void **state)
{
    static struct feed feed;
    feed = (struct feed){.init = packet_of(4, NULL), .now_us = 10 * US_PER_S, .unit_bytes = 100};
    hls_track_init(&feed.track, FIRST);
    *state = &feed;
    return 0;
}

static int teardown(void **state)
{
    struct feed *feed = *state;
    hls_track_finish(&feed->track);
    packet_unref(&feed->init);
    return 0;
}

static void new_init(struct feed *feed)
{
    packet_unref(&feed->init);
    feed->init = packet_of(4, NULL);
}

/* A unit that arrives so much later than the one before. */
static void add(struct feed *feed, int64_t after_ms, bool key)
{
    struct packet *packet = packet_of(feed->unit_bytes, feed->init);
    feed->now_us += after_ms * US_PER_MS;
    packet->arrival_us = feed->now_us;
    packet->key = key;
    assert_int_equal(hls_track_add(&feed->track, packet), 0);
    packet_unref(&packet);
}

/* At 20 fps, with a key where the track asks for one. */
static void run(struct feed *feed, int64_t ms)
{
    for (; ms > 0; ms -= FRAME_MS)
        add(feed, FRAME_MS,
            feed->track.needs_key ||
                feed->now_us + FRAME_MS * US_PER_MS >= hls_track_key_due_us(&feed->track));
}

/* What hinders: true where the current segment began behind a discontinuity. */
static bool is_discontinuity(const struct feed *feed)
{
    const struct hls_segment *segment = hls_track_segment(&feed->track, feed->track.current);
    return segment && segment->discontinuity;
}

static void expect_playlist(const struct feed *feed, const char *want)
{
    char bytes[HLS_PLAYLIST_MAX_BYTES];
    struct text text = text_over(bytes, sizeof(bytes));
    hls_playlist_write(&feed->track, "0123abcd", "", &text);
    assert_false(text.cut);
    assert_string_equal(bytes, want);
}

static bool lists(const struct feed *feed, const char *what)
{
    char bytes[HLS_PLAYLIST_MAX_BYTES];
    struct text text = text_over(bytes, sizeof(bytes));
    hls_playlist_write(&feed->track, "0123abcd", "", &text);
    assert_false(text.cut);
    return strstr(bytes, what) != NULL;
}

static void it_begins_at_a_key(void **state)
{
    struct feed *feed = *state;
    add(feed, 50, false);
    assert_true(feed->track.needs_key);
    assert_int_equal(hls_track_key_due_us(&feed->track), CLOCK_NEVER_US);
    assert_null(hls_track_segment(&feed->track, FIRST));
    add(feed, 50, true);
    assert_false(feed->track.needs_key);
    assert_int_equal(hls_track_key_due_us(&feed->track), feed->now_us + 500 * US_PER_MS);
    assert_non_null(hls_track_segment(&feed->track, FIRST));
    assert_false(is_discontinuity(feed));
}

static void parts_have_true_durations(void **state)
{
    struct feed *feed = *state;
    static const int64_t AFTER_MS[] = {50, 10, 90, 100, 60, 40};
    add(feed, 0, true);
    for (size_t i = 0; i < 6; i++)
        add(feed, AFTER_MS[i], false);
    const struct hls_segment *segment = hls_track_segment(&feed->track, FIRST);
    assert_int_equal(segment->n_parts, 1);
    assert_int_equal(segment->parts[0].duration, 310 * 90);
    assert_true(segment->parts[0].independent);
    size_t off, len_bytes;
    const struct buf *buf = hls_track_part(&feed->track, FIRST, 0, &off, &len_bytes);
    assert_memory_equal(buf->data + off + 4, "moof", 4);
    for (size_t i = 0; i < 5; i++) { /* five samples: duration, size, flags */
        const uint8_t *row = buf->data + off + 88 + 12 * i;
        assert_int_equal(row[2] << 8 | row[3], AFTER_MS[i] * 90);
        assert_int_equal(row[7], 100);
    }
    assert_int_equal(len_bytes, 108 + 4 * 12 + 5 * 100);
}

static void the_playlist_grows_and_slides(void **state)
{
    struct feed *feed = *state;
    run(feed, 600);
#define HEAD(number)                                                                               \
    "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:3\n"                                         \
    "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.05\n"                             \
    "#EXT-X-PART-INF:PART-TARGET=0.35\n"                                                           \
    "#EXT-X-MEDIA-SEQUENCE:" number "\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n"                          \
    "#EXT-X-INDEPENDENT-SEGMENTS\n"
#define MAP "#EXT-X-MAP:URI=\"0123abcd/init-100.mp4\"\n"
#define WHOLE                                                                                      \
    "#EXT-X-PART:DURATION=0.30000,URI=\"0123abcd/part-100.0.m4s\",INDEPENDENT=YES\n"               \
    "#EXT-X-PART:DURATION=0.20000,URI=\"0123abcd/part-100.1.m4s\"\n"                               \
    "#EXTINF:0.50000,\n0123abcd/seg-100.m4s\n"
    expect_playlist(feed, HEAD("100") MAP WHOLE
                    "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"0123abcd/part-101.0.m4s\"\n");
    run(feed, 300);
    expect_playlist(feed, HEAD("100") MAP WHOLE
                    "#EXT-X-PART:DURATION=0.30000,URI=\"0123abcd/part-101.0.m4s\",INDEPENDENT=YES\n"
                    "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"0123abcd/part-101.1.m4s\"\n");
    run(feed, 30000);
    assert_int_equal(feed->track.current - feed->track.first, HLS_SEGMENTS);
    uint64_t current = feed->track.current;
    assert_true(current > 112 && current < 120);
    const struct hls_segment *last = hls_track_segment(&feed->track, current - 1);
    assert_true(last->duration >= 1850 * 90 && last->duration <= 1950 * 90);
    assert_true(lists(feed, MAP)); /* still the first one's: it never changed */
    char line[64];
    for (uint64_t n = current - HLS_SEGMENTS - 1; n < current; n++) {
        snprintf(line, sizeof(line), "\n0123abcd/seg-%u.m4s\n", (unsigned)n);
        assert_int_equal(lists(feed, line), n + HLS_LISTED >= current);
        snprintf(line, sizeof(line), "/part-%u.0.m4s\"", (unsigned)n);
        assert_int_equal(lists(feed, line), n + 4 >= current);
    }
}

static void a_whole_segment_is_its_parts(void **state)
{
    struct feed *feed = *state;
    run(feed, 600);
    const struct hls_segment *segment = hls_track_segment(&feed->track, FIRST);
    assert_int_equal(segment->n_parts, 2);
    size_t off, len_bytes, end = segment->parts[0].off;
    for (unsigned i = 0; i < 2; i++) {
        const struct buf *buf = hls_track_part(&feed->track, FIRST, i, &off, &len_bytes);
        assert_ptr_equal(buf, segment->buf);
        assert_int_equal(off, end);
        assert_memory_equal(buf->data + off + 4, "moof", 4);
        end += len_bytes;
    }
    assert_int_equal(end - segment->parts[0].off, segment->len_bytes);
    assert_int_equal(end, segment->buf->len_bytes);
    assert_null(hls_track_part(&feed->track, FIRST, 2, &off, &len_bytes));
    assert_null(hls_track_part(&feed->track, FIRST - 1, 0, &off, &len_bytes));
    assert_null(hls_track_part(&feed->track, FIRST + 2, 0, &off, &len_bytes));
}

static void another_size_is_a_discontinuity(void **state)
{
    struct feed *feed = *state;
    run(feed, 600);
    struct packet *before = feed->init;
    packet_ref(before);
    new_init(feed);
    add(feed, 50, true);
    uint64_t n = feed->track.current;
    assert_true(is_discontinuity(feed));
    run(feed, 350);
    assert_true(lists(feed, "m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"0123abcd/init-102.mp4\"\n"
                            "#EXT-X-PART:"));
    assert_ptr_equal(hls_track_init_segment(&feed->track, FIRST), before);
    assert_ptr_equal(hls_track_init_segment(&feed->track, n), feed->init);
    assert_null(hls_track_init_segment(&feed->track, 7));
    run(feed, 30000); /* it slid out, and is counted */
    assert_false(lists(feed, "#EXT-X-DISCONTINUITY\n"));
    assert_true(lists(feed, "#EXT-X-DISCONTINUITY-SEQUENCE:1\n"));
    assert_null(hls_track_init_segment(&feed->track, FIRST));
    packet_unref(&before);
}

static void a_stall_is_a_discontinuity(void **state)
{
    struct feed *feed = *state;
    run(feed, 1000);
    uint64_t n = feed->track.current;
    add(feed, 10000, false);
    assert_true(feed->track.needs_key);
    assert_int_equal(feed->track.current, n + 1);
    assert_true(hls_track_segment(&feed->track, n)->duration <= 3500 * 90);
    assert_null(hls_track_segment(&feed->track, n + 1));
    add(feed, 50, false);
    assert_true(feed->track.needs_key);
    add(feed, 50, true);
    assert_true(is_discontinuity(feed));
    assert_int_equal(feed->track.current, n + 1);
}

static void a_short_stall_is_told_truly(void **state)
{
    struct feed *feed = *state;
    run(feed, 600);
    add(feed, 800, false);
    run(feed, 500);
    assert_true(lists(feed, "#EXT-X-PART-INF:PART-TARGET=0.80\n"));
    assert_false(lists(feed, "#EXT-X-DISCONTINUITY\n"));
    run(feed, 30000);
    assert_true(lists(feed, "#EXT-X-PART-INF:PART-TARGET=0.35\n"));
}

static void a_key_that_does_not_come_ends_the_segment(void **state)
{
    struct feed *feed = *state;
    add(feed, 0, true);
    for (int i = 0; i < 62; i++)
        add(feed, 50, false);
    assert_int_equal(feed->track.current, FIRST);
    add(feed, 50, false);
    assert_int_equal(feed->track.current, FIRST + 1);
    assert_true(feed->track.needs_key);
    assert_true(hls_track_segment(&feed->track, FIRST)->duration < 3500 * 90);
}

static void bytes_are_bounded(void **state)
{
    struct feed *feed = *state;
    feed->unit_bytes = 60000; /* 9.6 Mbit/s: seven segments of two seconds are over the bound */
    for (int i = 0; i < 600; i++) {
        run(feed, FRAME_MS);
        assert_true(feed->track.bytes <= HLS_MAX_BYTES + HLS_SEGMENT_MAX_BYTES);
    }
    assert_true(feed->track.current - feed->track.first < HLS_SEGMENTS);
    assert_true(feed->track.current - feed->track.first >= 3);
    assert_int_equal(feed->track.discontinuities, 0);
    feed->unit_bytes = 1 << 20; /* and now not even one */
    for (int i = 0; i < 100; i++) {
        run(feed, FRAME_MS);
        assert_true(feed->track.bytes <= HLS_MAX_BYTES + HLS_SEGMENT_MAX_BYTES);
    }
    assert_true(feed->track.discontinuities > 10);
    feed->unit_bytes = HLS_SEGMENT_MAX_BYTES + 1; /* not even a picture */
    for (int i = 0; i < 10; i++)
        add(feed, FRAME_MS, true);
    assert_true(feed->track.needs_key);
}

static void samples_and_parts_are_bounded(void **state)
{
    struct feed *feed = *state;
    for (int i = 0; i < 10000; i++) {
        add(feed, i % 2, i == 0 || feed->track.needs_key); /* 2,000 fps, some at the same time */
        assert_true(feed->track.n_pending <= HLS_SAMPLES);
    }
    assert_true(feed->track.discontinuities > 5);
    for (uint64_t n = feed->track.first; n < feed->track.current; n++)
        assert_true(hls_track_segment(&feed->track, n)->n_parts <= HLS_PARTS);
}

static void a_part_is_reached_in_order(void **state)
{
    struct feed *feed = *state;
    const struct hls_track *track = &feed->track;
    assert_false(hls_track_reached(track, FIRST, -1));
    assert_false(hls_track_reached(track, FIRST, 0));
    run(feed, 600); /* two parts, and the next segment has begun */
    assert_true(hls_track_reached(track, 7, -1));
    assert_true(hls_track_reached(track, 7, 500));
    assert_true(hls_track_reached(track, FIRST, -1));
    assert_true(hls_track_reached(track, FIRST, 1));
    assert_false(hls_track_reached(track, FIRST, 2)); /* that is the first one of the next */
    assert_false(hls_track_reached(track, FIRST + 1, 0));
    assert_false(hls_track_reached(track, FIRST + 1, -1));
    run(feed, 300);
    assert_true(hls_track_reached(track, FIRST, 2));
    assert_true(hls_track_reached(track, FIRST + 1, 0));
    assert_false(hls_track_reached(track, FIRST + 1, 1));
    assert_false(hls_track_reached(track, FIRST + 1, -1));
    assert_false(hls_track_reached(track, FIRST + 2, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_begins_at_a_key),
        TEST(parts_have_true_durations),
        TEST(the_playlist_grows_and_slides),
        TEST(a_whole_segment_is_its_parts),
        TEST(another_size_is_a_discontinuity),
        TEST(a_stall_is_a_discontinuity),
        TEST(a_short_stall_is_told_truly),
        TEST(a_key_that_does_not_come_ends_the_segment),
        TEST(bytes_are_bounded),
        TEST(samples_and_parts_are_bounded),
        TEST(a_part_is_reached_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
