/* The hub: joining, falling off, bounds, watches, history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>

#include "base/clock.h"
#include "stream/reader.h"
#include "tests/unit/live_head.h"

enum { PACKET_BYTES = 100, INTERVAL_US = 33333 };

static struct packet *make(bool key, int64_t arrival_us)
{
    struct buf *buf;
    assert_int_equal(buf_create(PACKET_BYTES, &buf), 0);
    struct packet *packet = packet_create(buf, NULL);
    packet->end_off = PACKET_BYTES;
    packet->key = key;
    packet->arrival_us = arrival_us;
    return packet;
}

/* Publishes one packet for each letter, 'K' a key and 'd' a delta, in their natural distance. */
static void publish(struct hub *hub, const char *kinds)
{
    for (; *kinds; kinds++)
        (void)hub_publish(hub, 0, make(*kinds == 'K', (int64_t)hub_count(hub) * INTERVAL_US));
}

static struct hub *hub_of(unsigned max_packets)
{
    return hub_create(&(struct hub_params){.max_packets = max_packets});
}

/* The sequence that the reader reads next; 0: nothing now, -1: and it waits for a key. */
static int read_one(struct reader *reader)
{
    struct packet *packet = reader_next(reader);
    const bool waits = hub_wants_key(reader->hub);
    int sequence = packet ? (int)packet->sequence : waits ? -1 : 0;
    packet_unref(&packet);
    return sequence;
}

static struct reader join(struct hub *hub, int64_t max_age_us)
{
    struct reader reader;
    reader_open(&reader, hub,
                &(struct reader_params){.now_us = (int64_t)hub_count(hub) * INTERVAL_US,
                                        .back_us = max_age_us});
    return reader;
}

/* As if it had read up to this one. */
static struct reader reader_at(struct hub *hub, uint64_t next)
{
    struct reader reader = join(hub, 0);
    reader.next = next;
    reader.synced = true;
    return reader;
}

/* --- What a reader reads: a table of publish, join, publish, and all that is then read. --- */

static void test_join(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        unsigned max_packets;
        int64_t max_join_age_us;
        const char *reads; /* sequences; '0': nothing now, '-': a key is needed */
    } ROWS[] = {
        {"", "", 8, US_PER_S, "-"},
        {"", "K", 8, US_PER_S, "10"},
        {"", "d", 8, US_PER_S, "-"},
        {"", "dd", 8, US_PER_S, "-"},
        {"", "ddKd", 8, US_PER_S, "340"},
        {"Kdd", "", 8, US_PER_S, "1230"},
        {"Kdd", "d", 8, US_PER_S, "12340"},
        {"KddKd", "", 8, US_PER_S, "450"}, /* from the newest key */
        {"Kdd", "K", 8, US_PER_S, "40"},   /* one came between joining and reading */
        {"Kddddd", "", 8, 100000, "-"},    /* too old: better a new one */
        {"Kddddd", "dK", 8, 100000, "80"}, /* and there it is */
        {"Kddddd", "d", 4, US_PER_S, "-"}, /* the key is gone from the ring */
        {"Kddddd", "Kd", 4, US_PER_S, "780"},
        {"KK", "K", 1, US_PER_S, "30"},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct hub *hub = hub_of(ROWS[i].max_packets);
        publish(hub, ROWS[i].before);
        struct reader reader = join(hub, ROWS[i].max_join_age_us);
        publish(hub, ROWS[i].after);
        char reads[16] = "";
        int got;
        size_t n = 0;
        do {
            got = read_one(&reader);
            reads[n++] = got < 0 ? '-' : (char)('0' + got);
        } while (got > 0);
        assert_string_equal(reads, ROWS[i].reads);
        assert_int_equal(reader.lost, 0); /* packets from before joining are not lost */
        reader_close(&reader);
        hub_unref(&hub);
    }
}

static void test_one_that_falls_off_jumps_to_the_newest_key(void **state)
{
    (void)state;
    struct hub *hub = hub_of(4);
    publish(hub, "K");
    struct reader reader = join(hub, US_PER_S);
    assert_int_equal(read_one(&reader), 1);
    publish(hub, "dKdKdd"); /* 2 to 7; the ring holds 4 to 7 */
    assert_int_equal(read_one(&reader), 5);
    assert_int_equal(reader.lost, 3);
    assert_int_equal(read_one(&reader), 6);
    assert_int_equal(read_one(&reader), 7);
    assert_int_equal(read_one(&reader), 0);
    assert_int_equal(reader.lost, 3);
    reader_close(&reader);
    hub_unref(&hub);
}

static void test_one_that_falls_off_without_a_key_waits_for_one(void **state)
{
    (void)state;
    struct hub *hub = hub_of(3);
    publish(hub, "K");
    struct reader reader = join(hub, US_PER_S);
    assert_int_equal(read_one(&reader), 1);
    publish(hub, "dddd");
    assert_int_equal(read_one(&reader), -1);
    assert_int_equal(read_one(&reader), -1);
    publish(hub, "d");
    assert_int_equal(read_one(&reader), -1);
    publish(hub, "K");
    assert_int_equal(read_one(&reader), 7);
    assert_int_equal(reader.lost, 5);
    reader_close(&reader);
    hub_unref(&hub);
}

static void test_one_that_is_late_but_not_lost_gets_all(void **state)
{
    (void)state;
    struct hub *hub = hub_of(4);
    publish(hub, "K");
    struct reader reader = join(hub, US_PER_S);
    assert_int_equal(read_one(&reader), 1);
    publish(hub, "dKdd"); /* 2 to 5, and the ring holds just those */
    for (int i = 2; i <= 5; i++)
        assert_int_equal(read_one(&reader), i);
    assert_int_equal(reader.lost, 0);
    reader_close(&reader);
    hub_unref(&hub);
}

static void test_latest_only(void **state)
{
    (void)state;
    struct hub *hub = hub_create(&(struct hub_params){.max_packets = 3, .latest_only = true});
    struct reader reader = join(hub, US_PER_S);
    assert_int_equal(read_one(&reader), -1);
    publish(hub, "K");
    assert_int_equal(read_one(&reader), 1);
    assert_int_equal(read_one(&reader), 0);
    publish(hub, "KK");
    assert_int_equal(read_one(&reader), 3);
    assert_int_equal(reader.lost, 1);
    publish(hub, "KKKKK");
    assert_int_equal(read_one(&reader), 8);
    assert_int_equal(reader.lost, 5);
    reader_close(&reader);
    hub_unref(&hub);
}

static void test_flush(void **state)
{
    (void)state;
    struct hub *hub = hub_of(4);
    publish(hub, "Kdd");
    struct reader behind = join(hub, US_PER_S), up_to_date = join(hub, US_PER_S), latest;
    assert_int_equal(read_one(&behind), 1);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(read_one(&up_to_date), i);
    hub_flush(hub);
    assert_int_equal(hub_count(hub), 3); /* numbers go on */
    assert_int_equal(read_one(&up_to_date), 0);
    assert_int_equal(read_one(&behind), -1);
    latest = join(hub, US_PER_S);
    assert_int_equal(read_one(&latest), -1); /* old packets are no start */
    publish(hub, "K");
    assert_int_equal(read_one(&behind), 4);
    assert_int_equal(behind.lost, 2);
    assert_int_equal(read_one(&up_to_date), 4);
    assert_int_equal(read_one(&latest), 4);
    reader_close(&behind);
    reader_close(&up_to_date);
    reader_close(&latest);
    hub_unref(&hub);
}

static void test_flush_of_latest_only(void **state)
{
    (void)state;
    struct hub *hub = hub_create(&(struct hub_params){.max_packets = 1, .latest_only = true});
    struct reader reader = join(hub, US_PER_S);
    publish(hub, "K");
    hub_flush(hub);
    assert_int_equal(read_one(&reader), -1);
    publish(hub, "K");
    assert_int_equal(read_one(&reader), 2);
    reader_close(&reader);
    hub_unref(&hub);
}

static void test_pause(void **state)
{
    (void)state;
    struct hub *hub = hub_of(4);
    publish(hub, "Kd");
    struct reader there = join(hub, US_PER_S);
    hub_pause(hub);
    struct reader joiner = join(hub, US_PER_S);
    assert_int_equal(read_one(&joiner), -1); /* however young it is */
    assert_int_equal(read_one(&there), 1);   /* nothing is lost */
    publish(hub, "d");
    assert_int_equal(read_one(&joiner), -1);
    publish(hub, "K");
    assert_int_equal(read_one(&joiner), 4);
    assert_int_equal(joiner.lost, 0);
    reader_close(&joiner);
    struct reader later = join(hub, US_PER_S);
    assert_int_equal(read_one(&later), 4); /* the first packet after the pause is a start */
    for (int i = 2; i <= 4; i++)
        assert_int_equal(read_one(&there), i);
    assert_int_equal(there.lost, 0);
    reader_close(&there);
    reader_close(&later);
    hub_unref(&hub);
}

/* --- Bounds. --- */

/* How many of the newest packets a joiner with all the time in the world could still get. */
static unsigned held(struct hub *hub)
{
    unsigned n = 0;
    struct reader reader = reader_at(hub, 1);
    for (struct packet *packet; (packet = reader_next(&reader)); packet_unref(&packet))
        n++;
    reader_close(&reader);
    return n;
}

static void test_bound_of_packets(void **state)
{
    (void)state;
    struct hub *hub = hub_of(5);
    publish(hub, "KKKKKKKKK");
    struct reader oldest = reader_at(hub, 5), gone = reader_at(hub, 4);
    assert_int_equal(read_one(&oldest), 5);
    assert_int_equal(read_one(&gone), 9);
    reader_close(&oldest);
    reader_close(&gone);
    hub_unref(&hub);
    hub = hub_of(0);
    publish(hub, "KK");
    assert_int_equal(held(hub), 1);
    hub_unref(&hub);
}

static void test_bound_of_bytes(void **state)
{
    (void)state;
    struct hub *hub =
        hub_create(&(struct hub_params){.max_packets = 64, .max_bytes = 3 * PACKET_BYTES + 1});
    publish(hub, "KKKKKKKK");
    struct reader oldest = reader_at(hub, 6), gone = reader_at(hub, 5);
    assert_int_equal(read_one(&oldest), 6);
    assert_int_equal(read_one(&gone), 8);
    reader_close(&oldest);
    reader_close(&gone);
    hub_unref(&hub);
    hub = hub_create(&(struct hub_params){.max_packets = 64, .max_bytes = 1});
    publish(hub, "KK"); /* the newest stays, however large */
    assert_int_equal(held(hub), 1);
    hub_unref(&hub);
}

static void test_bound_of_age(void **state)
{
    (void)state;
    struct hub *hub =
        hub_create(&(struct hub_params){.max_packets = 64, .max_age_us = 3 * INTERVAL_US});
    publish(hub, "KKKKKKKK");
    struct reader oldest = reader_at(hub, 5), gone = reader_at(hub, 4);
    assert_int_equal(read_one(&oldest), 5);
    assert_int_equal(read_one(&gone), 8);
    reader_close(&oldest);
    reader_close(&gone);
    (void)hub_publish(hub, 0, make(true, 3600 * US_PER_S));
    assert_int_equal(held(hub), 1);
    hub_unref(&hub);
}

static void test_a_reference_outlives_the_hub(void **state)
{
    (void)state;
    struct hub *hub = hub_of(2);
    struct reader reader = join(hub, US_PER_S);
    struct packet *packet;
    publish(hub, "K");
    packet = reader_next(&reader);
    assert_non_null(packet);
    hub_unref(&hub);
    (void)read_one(&reader); /* it holds the hub */
    reader_close(&reader);
    reader_close(&reader);
    assert_int_equal(packet->sequence, 1);
    packet_unref(&packet);
    hub_unref(&hub); /* NULL by now */
}

/* --- Watches. --- */

static void count_poke(void *ctx)
{
    ++*(unsigned *)ctx;
}

static void test_watches(void **state)
{
    (void)state;
    unsigned a_pokes = 0, b_pokes = 0;
    struct hub_watch a = {.poke = count_poke, .ctx = &a_pokes};
    struct hub_watch b = {.poke = count_poke, .ctx = &b_pokes};
    struct hub *hub = hub_of(2);
    hub_watch_add(hub, &a);
    publish(hub, "K");
    hub_watch_add(hub, &b);
    publish(hub, "KK");
    hub_watch_remove(hub, &a);
    publish(hub, "K");
    hub_flush(hub); /* no packet, no poke */
    hub_watch_remove(hub, &b);
    hub_watch_remove(hub, &b);
    publish(hub, "K");
    assert_int_equal(a_pokes, 3);
    assert_int_equal(b_pokes, 3);
    hub_unref(&hub);
}

/* --- History, turns, live headers. --- */

/* A hub that holds one picture keeps more while it is asked to, for those who join in the past. */
static void test_history(void **state)
{
    (void)state;
    struct hub *hub = hub_create(&(struct hub_params){.max_packets = 1, .latest_only = true});
    publish(hub, "KK");
    hub_keep(hub, &(struct hub_history){.age_us = 3 * INTERVAL_US, .bytes = 1 << 20});
    publish(hub, "KKKKKK"); /* 3 to 8 */
    const int64_t now_us = 7 * INTERVAL_US;
    struct reader recorder, viewer;
    reader_open(&recorder, hub,
                &(struct reader_params){.now_us = now_us, .back_us = 2 * INTERVAL_US, .all = true});
    reader_open(&viewer, hub,
                &(struct reader_params){.now_us = now_us, .back_us = 2 * INTERVAL_US});
    assert_int_equal(read_one(&recorder), 6);
    assert_int_equal(read_one(&viewer), 8);
    publish(hub, "KK"); /* 9 and 10: the recorder misses none */
    for (int i = 7; i <= 10; i++)
        assert_int_equal(read_one(&recorder), i);
    assert_int_equal(read_one(&viewer), 10);
    assert_int_equal(recorder.lost, 0);
    hub_keep(hub, &(struct hub_history){.age_us = US_PER_S, .bytes = 2 * PACKET_BYTES});
    publish(hub, "KKKK");
    assert_int_equal(held(hub), 1); /* of others: the latest */
    assert_int_equal(read_one(&recorder), 13);
    assert_int_equal(recorder.lost, 2);
    hub_keep(hub, &(struct hub_history){0});
    assert_int_equal(read_one(&recorder), 14);
    publish(hub, "KK");
    assert_int_equal(read_one(&recorder), 16);
    reader_close(&recorder);
    reader_close(&viewer);
    hub_unref(&hub);
}

/* Packets from before the pause are not live for any reader that joins. */
static void test_no_history_from_before_a_pause(void **state)
{
    (void)state;
    struct hub *hub = hub_create(&(struct hub_params){.max_packets = 1, .latest_only = true});
    struct reader reader;
    hub_keep(hub, &(struct hub_history){.age_us = US_PER_S, .bytes = 1 << 20});
    publish(hub, "KK");
    hub_pause(hub);
    publish(hub, "KK");
    reader_open(&reader, hub, &(struct reader_params){.back_us = US_PER_S, .all = true});
    assert_int_equal(read_one(&reader), 3);
    reader_close(&reader);
    hub_unref(&hub);
}

static void test_only_the_one_who_took_over_publishes(void **state)
{
    (void)state;
    struct hub *hub = hub_of(4);
    assert_true(hub_publish(hub, 0, make(true, 0)));
    const uint64_t turn = hub_take_over(hub);
    assert_int_equal(held(hub), 0);
    assert_false(hub_publish(hub, 0, make(true, 1)));
    assert_true(hub_publish(hub, turn, make(true, 2)));
    assert_int_equal(hub_count(hub), 2);
    hub_unref(&hub);
}

static void test_live_headers_are_stamped(void **state)
{
    (void)state;
    struct hub *hub = hub_create(&(struct hub_params){.max_packets = 4, .stream = 7});
    for (unsigned n = 1; n <= 2; n++) {
        struct buf *buf;
        struct live_head head;
        assert_int_equal(buf_create(LIVE_HEAD_BYTES + 10, &buf), 0);
        struct packet *packet = packet_of_jpeg(buf, LIVE_HEAD_BYTES, LIVE_HEAD_BYTES + 10);
        packet->capture_us = 5;
        packet_ref(packet);
        assert_true(hub_publish(hub, 0, packet));
        assert_true(live_head_read(buf->data, LIVE_HEAD_BYTES + 10, &head));
        assert_int_equal(head.kind, LIVE_JPEG);
        assert_int_equal(head.flags, LIVE_FLAG_KEY);
        assert_int_equal(head.stream, 7);
        assert_int_equal(head.sequence, n);
        assert_int_equal(head.unit_offset, LIVE_HEAD_BYTES);
        assert_int_equal(head.capture_us, 5);
        packet_unref(&packet);
    }
    hub_unref(&hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_one_that_falls_off_jumps_to_the_newest_key),
        cmocka_unit_test(test_one_that_falls_off_without_a_key_waits_for_one),
        cmocka_unit_test(test_one_that_is_late_but_not_lost_gets_all),
        cmocka_unit_test(test_latest_only),
        cmocka_unit_test(test_flush),
        cmocka_unit_test(test_flush_of_latest_only),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_bound_of_packets),
        cmocka_unit_test(test_bound_of_bytes),
        cmocka_unit_test(test_bound_of_age),
        cmocka_unit_test(test_a_reference_outlives_the_hub),
        cmocka_unit_test(test_watches),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_no_history_from_before_a_pause),
        cmocka_unit_test(test_only_the_one_who_took_over_publishes),
        cmocka_unit_test(test_live_headers_are_stamped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
