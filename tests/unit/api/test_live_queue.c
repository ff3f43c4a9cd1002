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
    struct live_queue_first first;
    assert_true(live_queue_next(queue, &first));
    struct net_out out = first.out;
    assert_null(first.camera);
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

/* The queue never looks into a camera. */
static struct camera *const PORCH = (struct camera *)&(char){0}, *const GARDEN =
                                                                     (struct camera *)&(char){0};

static void expect_state(struct live_queue *queue, const struct camera *camera, unsigned what)
{
    struct live_queue_first first;
    assert_true(live_queue_next(queue, &first));
    assert_ptr_equal(first.camera, camera);
    assert_int_equal(first.what, what);
}

static void items_keep_their_order(void **state)
{
    struct live_queue queue;
    struct live_queue_first first;
    (void)state;
    live_queue_init(&queue);
    assert_false(live_queue_next(&queue, &first));
    put(&queue, "poster", false);
    put(&queue, "its picture", true);
    put(&queue, "pong", false);
    expect(&queue, "poster", false);
    expect(&queue, "its picture", true);
    expect(&queue, "pong", false);
    assert_false(live_queue_next(&queue, &first));
    assert_int_equal(queue.text_bytes + queue.binary_bytes + queue.count, 0);
    live_queue_finish(&queue);
}

static void a_camera_waits_once_for_all_its_changes(void **state)
{
    struct live_queue queue;
    (void)state;
    live_queue_init(&queue);
    live_queue_state(&queue, PORCH, CAMERA_CHANGE_STATE);
    put(&queue, "pong", false);
    live_queue_state(&queue, GARDEN, CAMERA_CHANGE_NEW);
    live_queue_state(&queue, PORCH, CAMERA_CHANGE_CONTROLS);
    assert_int_equal(queue.count, 1); /* states are not counted */
    expect_state(&queue, PORCH, CAMERA_CHANGE_STATE | CAMERA_CHANGE_CONTROLS);
    live_queue_state(&queue, PORCH, CAMERA_CHANGE_STATE); /* the other one was sent: behind */
    expect(&queue, "pong", false);
    expect_state(&queue, GARDEN, CAMERA_CHANGE_NEW);
    expect_state(&queue, PORCH, CAMERA_CHANGE_STATE);
    live_queue_finish(&queue);
}

static void a_camera_that_goes_is_forgotten(void **state)
{
    struct live_queue queue;
    struct live_queue_first first;
    (void)state;
    live_queue_init(&queue);
    live_queue_state(&queue, PORCH, CAMERA_CHANGE_STATE);
    live_queue_state(&queue, GARDEN, CAMERA_CHANGE_STATE);
    live_queue_forget(&queue, PORCH);
    live_queue_forget(&queue, PORCH);
    expect_state(&queue, GARDEN, CAMERA_CHANGE_STATE);
    assert_false(live_queue_next(&queue, &first));
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
        cmocka_unit_test(items_keep_their_order),
        cmocka_unit_test(a_camera_waits_once_for_all_its_changes),
        cmocka_unit_test(a_camera_that_goes_is_forgotten),
        cmocka_unit_test(items_are_limited),
        cmocka_unit_test(bytes_are_limited_by_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
