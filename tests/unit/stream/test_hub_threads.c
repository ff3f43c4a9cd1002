/* The hub from many threads at once: readers of different speeds, a publisher, and guests that come
 * and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/lock.h"
#include "stream/reader.h"

enum { PACKET_BYTES = 100 };
enum { PUBLISHED = 20000, READERS = 4, GOP = 30 };

struct worker {
    struct hub *hub;
    struct lock lock;
    struct lock_cond cond;
    bool poked, last_one; /* guarded by lock */
    unsigned work;        /* how slow it is */
    uint64_t first, last, delivered, lost;
    const char *fault;
};

static void poke_worker(void *ctx)
{
    struct worker *worker = ctx;
    lock_take(&worker->lock);
    worker->poked = true;
    lock_cond_signal(&worker->cond);
    lock_drop(&worker->lock);
}

static bool wait_for_poke(struct worker *worker)
{
    lock_take(&worker->lock);
    while (!worker->poked && !worker->last_one)
        lock_cond_wait(&worker->cond, &worker->lock, CLOCK_NEVER_US);
    bool goes_on = worker->poked;
    worker->poked = false;
    lock_drop(&worker->lock);
    return goes_on;
}

static void check_packet(struct worker *worker, const struct packet *packet)
{
    uint64_t number = packet->sequence;
    if (!worker->first && !packet->key)
        worker->fault = "the first packet is no key";
    if (worker->first && number <= worker->last)
        worker->fault = "numbers do not rise";
    if (worker->first && number != worker->last + 1 && !packet->key)
        worker->fault = "no key behind a gap";
    if (packet->buf->data[0] != (uint8_t)packet->arrival_us)
        worker->fault = "not the bytes that were published";
    if (!worker->first)
        worker->first = number;
    worker->last = number;
    worker->delivered++;
}

static void *read_all(void *ctx)
{
    struct worker *worker = ctx;
    struct reader reader;
    reader_open(
        &reader, worker->hub,
        &(struct reader_params){.poke = poke_worker, .ctx = worker, .back_us = CLOCK_NEVER_US});
    bool goes_on;
    do {
        goes_on = wait_for_poke(worker);
        for (struct packet *packet; (packet = reader_next(&reader)); packet_unref(&packet)) {
            check_packet(worker, packet);
            for (volatile unsigned i = 0; i < worker->work; i++)
                ;
        }
    } while (goes_on);
    worker->lost = reader.lost;
    reader_close(&reader);
    return NULL;
}

static struct packet *make(int number)
{
    struct buf *buf;
    assert_int_equal(buf_create(PACKET_BYTES, &buf), 0);
    buf->data[0] = (uint8_t)number;
    struct packet *packet = packet_create(buf, NULL);
    packet->end_off = PACKET_BYTES;
    packet->key = number % GOP == 0;
    packet->arrival_us = number;
    return packet;
}

static void *publish_all(void *ctx)
{
    for (int i = 0; i < PUBLISHED; i++)
        (void)hub_publish(ctx, 0, make(i));
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
        struct reader reader;
        reader_open(
            &reader, ctx,
            &(struct reader_params){
                .poke = poke_guest, .ctx = &there, .back_us = CLOCK_NEVER_US, .all = i % 2});
        struct packet *packet = reader_next(&reader);
        packet_unref(&packet);
        if (i % 100 == 0)
            hub_flush(ctx);
        if (i % 50 == 0)
            hub_keep(ctx, &(struct hub_history){i % 100 ? US_PER_S : 0, 100000});
        reader_close(&reader);
        there = false;
    }
    return NULL;
}

static void test_many_threads(void **state)
{
    (void)state;
    struct hub *hub = hub_create(&(struct hub_params){.max_packets = 64, .max_bytes = 5000});
    struct worker workers[READERS] = {0};
    pthread_t threads[READERS], publisher, guest;
    for (int i = 0; i < READERS; i++) {
        workers[i] = (struct worker){.hub = hub, .work = i * 1000u};
        lock_init(&workers[i].lock, LOCK_RANK_WORKER);
        lock_cond_init(&workers[i].cond);
        assert_int_equal(pthread_create(&threads[i], NULL, read_all, &workers[i]), 0);
    }
    assert_int_equal(pthread_create(&publisher, NULL, publish_all, hub), 0);
    assert_int_equal(pthread_create(&guest, NULL, come_and_go, hub), 0);
    pthread_join(publisher, NULL);
    pthread_join(guest, NULL);
    for (int i = 0; i < READERS; i++) {
        struct worker *r = &workers[i];
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
    hub_unref(&hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
