#include "api/live_queue.h"

#include <errno.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

static struct buf *bytes(const char *text)
{
    struct buf *buf;
    assert_int_equal(buf_create(strlen(text) + 1, &buf), 0);
    memcpy(buf->data, text, strlen(text) + 1);
    return buf;
}

static void expect(struct live_queue *queue, const char *text, bool binary)
{
    struct net_out out;
    assert_true(live_queue_next(queue, &out));
    assert_int_equal(out.binary, binary);
    assert_int_equal(out.len_bytes, strlen(text));
    assert_memory_equal(out.takes_buf->data + out.off, text, out.len_bytes);
    buf_unref(&out.takes_buf);
}

static void put(struct live_queue *queue, const char *text, bool binary)
{
    struct buf *buf = bytes(text);
    int result = binary ? live_queue_binary(queue, buf, 0, strlen(text))
                        : live_queue_text(queue, buf, 0, strlen(text));
    assert_int_equal(result, 0);
    buf_unref(&buf);
}

static void put_state(struct live_queue *queue, const void *about, const char *text)
{
    struct buf *buf = bytes(text);
    assert_int_equal(live_queue_state(queue, about, buf, 0, strlen(text)), 0);
    buf_unref(&buf);
}

static void what_comes_first_goes_first(void **state)
{
    struct live_queue queue;
    struct net_out out;
    (void)state;
    live_queue_init(&queue);
    assert_false(live_queue_next(&queue, &out));
    put(&queue, "poster", false);
    put(&queue, "its picture", true);
    put(&queue, "pong", false);
    expect(&queue, "poster", false);
    expect(&queue, "its picture", true);
    expect(&queue, "pong", false);
    assert_false(live_queue_next(&queue, &out));
    assert_int_equal(queue.text_bytes + queue.binary_bytes + queue.count, 0);
    live_queue_finish(&queue);
}

static void a_newer_state_takes_the_place_of_the_older(void **state)
{
    struct live_queue queue;
    int porch, garden;
    (void)state;
    live_queue_init(&queue);
    put_state(&queue, &porch, "porch asleep");
    put(&queue, "pong", false);
    put_state(&queue, &garden, "garden asleep");
    put_state(&queue, &porch, "porch waking up");
    put_state(&queue, &porch, "porch awake");
    assert_int_equal(queue.count, 3);
    expect(&queue, "porch awake", false);
    put_state(&queue, &porch, "porch asleep"); /* the other one was sent: behind */
    expect(&queue, "pong", false);
    expect(&queue, "garden asleep", false);
    expect(&queue, "porch asleep", false);
    assert_int_equal(queue.text_bytes, 0);
    live_queue_finish(&queue);
}

static void items_are_limited(void **state)
{
    struct live_queue queue;
    struct buf *buf = bytes("x");
    (void)state;
    live_queue_init(&queue);
    for (int i = 0; i < LIVE_QUEUE_MAX_ITEMS - 1; i++)
        assert_int_equal(live_queue_text(&queue, buf, 0, 1), 0);
    assert_false(live_queue_has_room(&queue, 1)); /* a text and a picture are two */
    assert_int_equal(live_queue_text(&queue, buf, 0, 1), 0);
    assert_int_equal(live_queue_text(&queue, buf, 0, 1), -ENOBUFS);
    assert_int_equal(buf->refs, LIVE_QUEUE_MAX_ITEMS + 1);
    live_queue_finish(&queue);
    assert_int_equal(buf->refs, 1);
    buf_unref(&buf);
}

static void bytes_are_limited_by_kind(void **state)
{
    struct live_queue queue;
    struct buf *buf;
    (void)state;
    assert_int_equal(buf_create(LIVE_QUEUE_MAX_BINARY_BYTES, &buf), 0);
    live_queue_init(&queue);
    assert_int_equal(live_queue_text(&queue, buf, 0, LIVE_QUEUE_MAX_TEXT_BYTES), 0);
    assert_int_equal(live_queue_text(&queue, buf, 0, 1), -ENOBUFS);
    assert_int_equal(live_queue_binary(&queue, buf, 0, LIVE_QUEUE_MAX_BINARY_BYTES - 1), 0);
    assert_true(live_queue_has_room(&queue, 1));
    assert_false(live_queue_has_room(&queue, 2));
    assert_int_equal(live_queue_binary(&queue, buf, 0, 2), -ENOBUFS);
    live_queue_finish(&queue);
    buf_unref(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_first_goes_first),
        cmocka_unit_test(a_newer_state_takes_the_place_of_the_older),
        cmocka_unit_test(items_are_limited),
        cmocka_unit_test(bytes_are_limited_by_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
