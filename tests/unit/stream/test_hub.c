/* The hub: joining, falling off, bounds, watches; then all of it at once from many threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/lock.h"
#include "stream/hub.h"

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
        hub_publish(hub, make(*kinds == 'K', (int64_t)hub_count(hub) * INTERVAL_US));
}

static struct hub *hub_of(unsigned max_packets)
{
    return hub_create(&(struct hub_params){.max_packets = max_packets});
}

/* The sequence that the cursor reads next; 0: empty, -1: it needs a key. */
static int read_one(struct hub *hub, struct hub_cursor *cursor)
{
    struct packet *packet = NULL;
    enum hub_result result = hub_next(hub, cursor, &packet);
    int sequence = result == HUB_PACKET ? (int)packet->sequence : result == HUB_EMPTY ? 0 : -1;
    assert_int_equal(result == HUB_PACKET, packet != NULL);
    packet_unref(&packet);
    return sequence;
}

static struct hub_cursor join(struct hub *hub, int64_t max_age_us)
{
    struct hub_cursor cursor;
    hub_join(hub, &cursor, (int64_t)hub_count(hub) * INTERVAL_US, max_age_us);
    return cursor;
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
        struct hub_cursor cursor = join(hub, ROWS[i].max_join_age_us);
        publish(hub, ROWS[i].after);
        char reads[16] = "";
        int got;
        size_t n = 0;
        do {
            got = read_one(hub, &cursor);
            reads[n++] = got < 0 ? '-' : (char)('0' + got);
        } while (got > 0);
        assert_string_equal(reads, ROWS[i].reads);
        assert_int_equal(cursor.lost, 0); /* what was before one's time is no loss */
        hub_destroy(hub);
    }
}

static void test_one_that_falls_off_jumps_to_the_newest_key(void **state)
{
    (void)state;
    struct hub *hub = hub_of(4);
    publish(hub, "K");
    struct hub_cursor cursor = join(hub, US_PER_S);
    assert_int_equal(read_one(hub, &cursor), 1);
    publish(hub, "dKdKdd"); /* 2 to 7; the ring holds 4 to 7 */
    assert_int_equal(read_one(hub, &cursor), 5);
    assert_int_equal(cursor.lost, 3);
    assert_int_equal(read_one(hub, &cursor), 6);
    assert_int_equal(read_one(hub, &cursor), 7);
    assert_int_equal(read_one(hub, &cursor), 0);
    assert_int_equal(cursor.lost, 3);
    hub_destroy(hub);
}

static void test_one_that_falls_off_without_a_key_waits_for_one(void **state)
{
    (void)state;
    struct hub *hub = hub_of(3);
    publish(hub, "K");
    struct hub_cursor cursor = join(hub, US_PER_S);
    assert_int_equal(read_one(hub, &cursor), 1);
    publish(hub, "dddd");
    assert_int_equal(read_one(hub, &cursor), -1);
    assert_int_equal(read_one(hub, &cursor), -1);
    publish(hub, "d");
    assert_int_equal(read_one(hub, &cursor), -1);
    publish(hub, "K");
    assert_int_equal(read_one(hub, &cursor), 7);
    assert_int_equal(cursor.lost, 5);
    hub_destroy(hub);
}

static void test_one_that_is_late_but_not_lost_gets_all(void **state)
{
    (void)state;
    struct hub *hub = hub_of(4);
    publish(hub, "K");
    struct hub_cursor cursor = join(hub, US_PER_S);
    assert_int_equal(read_one(hub, &cursor), 1);
    publish(hub, "dKdd"); /* 2 to 5, and the ring holds just those */
    for (int i = 2; i <= 5; i++)
        assert_int_equal(read_one(hub, &cursor), i);
    assert_int_equal(cursor.lost, 0);
    hub_destroy(hub);
}

static void test_latest_only(void **state)
{
    (void)state;
    struct hub *hub = hub_create(&(struct hub_params){.max_packets = 3, .latest_only = true});
    struct hub_cursor cursor = join(hub, US_PER_S);
    assert_int_equal(read_one(hub, &cursor), -1);
    publish(hub, "K");
    assert_int_equal(read_one(hub, &cursor), 1);
    assert_int_equal(read_one(hub, &cursor), 0);
    publish(hub, "KK");
    assert_int_equal(read_one(hub, &cursor), 3);
    assert_int_equal(cursor.lost, 1);
    publish(hub, "KKKKK");
    assert_int_equal(read_one(hub, &cursor), 8);
    assert_int_equal(cursor.lost, 5);
    hub_destroy(hub);
}

static void test_flush(void **state)
{
    (void)state;
    struct hub *hub = hub_of(4);
    publish(hub, "Kdd");
    struct hub_cursor behind = join(hub, US_PER_S);
    struct hub_cursor up_to_date = behind, latest;
    assert_int_equal(read_one(hub, &behind), 1);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(read_one(hub, &up_to_date), i);
    hub_flush(hub);
    assert_int_equal(hub_count(hub), 3); /* numbers go on */
    assert_int_equal(read_one(hub, &behind), -1);
    assert_int_equal(read_one(hub, &up_to_date), 0);
    latest = join(hub, US_PER_S);
    assert_int_equal(read_one(hub, &latest), -1); /* old packets are no start */
    publish(hub, "K");
    assert_int_equal(read_one(hub, &behind), 4);
    assert_int_equal(behind.lost, 2);
    assert_int_equal(read_one(hub, &up_to_date), 4);
    assert_int_equal(read_one(hub, &latest), 4);
    hub_destroy(hub);
}

static void test_flush_of_latest_only(void **state)
{
    (void)state;
    struct hub *hub = hub_create(&(struct hub_params){.max_packets = 1, .latest_only = true});
    struct hub_cursor cursor = join(hub, US_PER_S);
    publish(hub, "K");
    hub_flush(hub);
    assert_int_equal(read_one(hub, &cursor), -1);
    publish(hub, "K");
    assert_int_equal(read_one(hub, &cursor), 2);
    hub_destroy(hub);
}

static void test_pause(void **state)
{
    (void)state;
    struct hub *hub = hub_of(4);
    publish(hub, "Kd");
    struct hub_cursor there = join(hub, US_PER_S);
    hub_pause(hub);
    struct hub_cursor joiner = join(hub, US_PER_S);
    assert_int_equal(read_one(hub, &joiner), -1); /* however young it is */
    assert_int_equal(read_one(hub, &there), 1);   /* nothing is lost */
    publish(hub, "d");
    assert_int_equal(read_one(hub, &joiner), -1);
    publish(hub, "K");
    assert_int_equal(read_one(hub, &joiner), 4);
    assert_int_equal(joiner.lost, 0);
    joiner = join(hub, US_PER_S);
    assert_int_equal(read_one(hub, &joiner), 4); /* what came after the pause is a start */
    for (int i = 2; i <= 4; i++)
        assert_int_equal(read_one(hub, &there), i);
    assert_int_equal(there.lost, 0);
    hub_destroy(hub);
}

/* --- Bounds. --- */

/* How many of the newest packets a joiner with all the time in the world could still get. */
static unsigned held(struct hub *hub)
{
    unsigned n = 0;
    struct hub_cursor cursor = {.next = 1, .synced = true};
    struct packet *packet;
    while (hub_next(hub, &cursor, &packet) == HUB_PACKET) {
        packet_unref(&packet);
        n++;
    }
    return n;
}

static void test_bound_of_packets(void **state)
{
    (void)state;
    struct hub *hub = hub_of(5);
    publish(hub, "KKKKKKKKK");
    struct hub_cursor oldest = {.next = 5, .synced = true}, gone = {.next = 4, .synced = true};
    assert_int_equal(read_one(hub, &oldest), 5);
    assert_int_equal(read_one(hub, &gone), 9);
    hub_destroy(hub);
    hub = hub_of(0);
    publish(hub, "KK");
    assert_int_equal(held(hub), 1);
    hub_destroy(hub);
}

static void test_bound_of_bytes(void **state)
{
    (void)state;
    struct hub *hub =
        hub_create(&(struct hub_params){.max_packets = 64, .max_bytes = 3 * PACKET_BYTES + 1});
    publish(hub, "KKKKKKKK");
    struct hub_cursor oldest = {.next = 6, .synced = true}, gone = {.next = 5, .synced = true};
    assert_int_equal(read_one(hub, &oldest), 6);
    assert_int_equal(read_one(hub, &gone), 8);
    hub_destroy(hub);
    hub = hub_create(&(struct hub_params){.max_packets = 64, .max_bytes = 1});
    publish(hub, "KK"); /* the newest stays, however large */
    assert_int_equal(held(hub), 1);
    hub_destroy(hub);
}

static void test_bound_of_age(void **state)
{
    (void)state;
    struct hub *hub =
        hub_create(&(struct hub_params){.max_packets = 64, .max_age_us = 3 * INTERVAL_US});
    publish(hub, "KKKKKKKK");
    struct hub_cursor oldest = {.next = 5, .synced = true}, gone = {.next = 4, .synced = true};
    assert_int_equal(read_one(hub, &oldest), 5);
    assert_int_equal(read_one(hub, &gone), 8);
    hub_publish(hub, make(true, 3600 * US_PER_S));
    assert_int_equal(held(hub), 1);
    hub_destroy(hub);
}

static void test_a_reference_outlives_the_hub(void **state)
{
    (void)state;
    struct hub *hub = hub_of(2);
    struct hub_cursor cursor = join(hub, US_PER_S);
    struct packet *packet;
    publish(hub, "K");
    assert_int_equal(hub_next(hub, &cursor, &packet), HUB_PACKET);
    hub_destroy(hub);
    assert_int_equal(packet->sequence, 1);
    packet_unref(&packet);
    hub_destroy(NULL);
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
    hub_destroy(hub);
}

/* --- Many threads. --- */

enum { PUBLISHED = 20000, READERS = 4, GOP = 30 };

struct reader {
    struct hub *hub;
    struct lock lock;
    struct lock_cond cond;
    bool poked, last_one; /* guarded by lock */
    unsigned work;        /* how slow it is */
    uint64_t first, last, delivered, lost;
    const char *fault;
};

static void poke_reader(void *ctx)
{
    struct reader *reader = ctx;
    lock_take(&reader->lock);
    reader->poked = true;
    lock_cond_signal(&reader->cond);
    lock_drop(&reader->lock);
}

static bool wait_for_poke(struct reader *reader)
{
    lock_take(&reader->lock);
    while (!reader->poked && !reader->last_one)
        lock_cond_wait(&reader->cond, &reader->lock, CLOCK_NEVER_US);
    bool goes_on = reader->poked;
    reader->poked = false;
    lock_drop(&reader->lock);
    return goes_on;
}

static void check_packet(struct reader *reader, const struct packet *packet)
{
    uint64_t number = packet->sequence;
    if (!reader->first && !packet->key)
        reader->fault = "the first packet is no key";
    if (reader->first && number <= reader->last)
        reader->fault = "numbers do not rise";
    if (reader->first && number != reader->last + 1 && !packet->key)
        reader->fault = "no key behind a gap";
    if (packet->buf->data[0] != (uint8_t)packet->arrival_us)
        reader->fault = "not the bytes that were published";
    if (!reader->first)
        reader->first = number;
    reader->last = number;
    reader->delivered++;
}

static void *read_all(void *ctx)
{
    struct reader *reader = ctx;
    struct hub_watch watch = {.poke = poke_reader, .ctx = reader};
    struct hub_cursor cursor;
    hub_watch_add(reader->hub, &watch);
    hub_join(reader->hub, &cursor, 0, CLOCK_NEVER_US);
    bool goes_on;
    do {
        goes_on = wait_for_poke(reader);
        struct packet *packet;
        while (hub_next(reader->hub, &cursor, &packet) == HUB_PACKET) {
            check_packet(reader, packet);
            for (volatile unsigned i = 0; i < reader->work; i++)
                ;
            packet_unref(&packet);
        }
    } while (goes_on);
    hub_watch_remove(reader->hub, &watch);
    reader->lost = cursor.lost;
    return NULL;
}

static void *publish_all(void *ctx)
{
    for (int i = 0; i < PUBLISHED; i++) {
        struct packet *packet = make(i % GOP == 0, i);
        packet->buf->data[0] = (uint8_t)i;
        hub_publish(ctx, packet);
    }
    return NULL;
}

/* Not atomic on purpose: the thread sanitizer sees a poke that comes after remove. */
static void poke_guest(void *ctx)
{
    assert_true(*(bool *)ctx);
}

static void *come_and_go(void *ctx)
{
    for (int i = 0; i < 2000; i++) {
        bool there = true;
        struct hub_watch watch = {.poke = poke_guest, .ctx = &there};
        hub_watch_add(ctx, &watch);
        struct hub_cursor cursor;
        struct packet *packet = NULL;
        hub_join(ctx, &cursor, 0, CLOCK_NEVER_US);
        if (hub_next(ctx, &cursor, &packet) == HUB_PACKET)
            packet_unref(&packet);
        if (i % 100 == 0)
            hub_flush(ctx);
        hub_watch_remove(ctx, &watch);
        there = false;
    }
    return NULL;
}

static void test_many_threads(void **state)
{
    (void)state;
    struct hub *hub = hub_create(&(struct hub_params){.max_packets = 64, .max_bytes = 5000});
    struct reader readers[READERS] = {0};
    pthread_t threads[READERS], publisher, guest;
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.hub = hub, .work = i * 1000u};
        lock_init(&readers[i].lock, LOCK_RANK_WORKER);
        lock_cond_init(&readers[i].cond);
        assert_int_equal(pthread_create(&threads[i], NULL, read_all, &readers[i]), 0);
    }
    assert_int_equal(pthread_create(&publisher, NULL, publish_all, hub), 0);
    assert_int_equal(pthread_create(&guest, NULL, come_and_go, hub), 0);
    pthread_join(publisher, NULL);
    pthread_join(guest, NULL);
    for (int i = 0; i < READERS; i++) {
        struct reader *r = &readers[i];
        lock_take(&r->lock);
        r->last_one = true;
        lock_cond_signal(&r->cond);
        lock_drop(&r->lock);
        pthread_join(threads[i], NULL);
        lock_cond_finish(&r->cond);
        lock_finish(&r->lock);
        if (r->fault)
            print_error("reader %d: %s\n", i, r->fault);
        assert_null(r->fault);
        if (r->delivered) /* a reader that came too late may have seen none */
            assert_int_equal(r->delivered + r->lost, r->last - r->first + 1);
    }
    assert_int_equal(hub_count(hub), PUBLISHED);
    hub_destroy(hub);
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
        cmocka_unit_test(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
