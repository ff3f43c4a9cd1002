/* Messages waiting for a device: the last order counts, and nothing piles up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "push/outbox.h"

enum { NOW_US = 123456789 };

static void says(struct outbox *outbox, const char *expected)
{
    struct buf *buf = NULL;
    assert_int_equal(outbox_next(outbox, NOW_US, &buf), 1);
    char text[256];
    size_t len = buf->len_bytes - PACKET_TRANSPORT_ROOM;
    memcpy(text, buf->data + PACKET_TRANSPORT_ROOM, len);
    text[len] = '\0';
    assert_string_equal(text, expected);
    buf_unref(&buf);
}

static void is_empty(struct outbox *outbox)
{
    struct buf *buf = NULL;
    assert_int_equal(outbox_next(outbox, NOW_US, &buf), 0);
    assert_null(buf);
}

static void test_the_last_word_counts(void **state)
{
    (void)state;
    struct outbox outbox = {0};
    is_empty(&outbox);
    outbox_start(&outbox, &(struct camera_wish){.fps = 5});
    outbox_stop(&outbox);
    outbox_start(&outbox, &(struct camera_wish){.fps = 30, .width = 640, .height = 480});
    says(&outbox, "{\"type\":\"start\",\"fps\":30,\"width\":640,\"height\":480}");
    is_empty(&outbox);
    outbox_start(&outbox, &(struct camera_wish){0});
    outbox_stop(&outbox);
    says(&outbox, "{\"type\":\"stop\"}");
    is_empty(&outbox);
}

static void test_settings_add_up(void **state)
{
    (void)state;
    struct outbox outbox = {0};
    json_t *first = json_pack("{s:i,s:b}", "brightness", 1, "mirror", 1);
    json_t *second = json_pack("{s:i}", "brightness", -2);
    outbox_set(&outbox, first);
    outbox_set(&outbox, second);
    assert_int_equal(json_integer_value(json_object_get(first, "brightness")), 1); /* borrowed */
    json_decref(first);
    json_decref(second);
    says(&outbox, "{\"type\":\"set\",\"values\":{\"brightness\":-2,\"mirror\":true}}");
    is_empty(&outbox);
}

static void set(struct outbox *outbox, int brightness)
{
    json_t *values = json_pack("{s:i}", "brightness", brightness);
    outbox_set(outbox, values);
    json_decref(values);
}

static void test_settings_wait_for_those_before(void **state)
{
    (void)state;
    struct outbox outbox = {0};
    struct buf *buf = NULL;
    set(&outbox, 1);
    says(&outbox, "{\"type\":\"set\",\"values\":{\"brightness\":1}}");
    set(&outbox, 2);
    set(&outbox, -2);
    outbox_capture(&outbox, 7); /* is to be shot with them */
    is_empty(&outbox);
    outbox_stop(&outbox);
    says(&outbox, "{\"type\":\"stop\"}"); /* this is not */
    is_empty(&outbox);
    outbox_was_set(&outbox);
    says(&outbox, "{\"type\":\"set\",\"values\":{\"brightness\":-2}}");
    says(&outbox, "{\"type\":\"capture\",\"request\":7}");
    /* One that answers nothing. */
    set(&outbox, 1);
    assert_int_equal(outbox_next(&outbox, NOW_US + OUTBOX_SET_US - 1, &buf), 0);
    assert_int_equal(outbox_next(&outbox, NOW_US + OUTBOX_SET_US, &buf), 1);
    buf_unref(&buf);
    outbox_finish(&outbox);
}

static void test_order(void **state)
{
    (void)state;
    struct outbox outbox = {0};
    json_t *values = json_pack("{s:b}", "mirror", 0);
    outbox_time(&outbox);
    outbox_time(&outbox);
    outbox_capture(&outbox, UINT32_MAX);
    outbox_capture(&outbox, 7); /* the one before was given up */
    outbox_start(&outbox, &(struct camera_wish){0});
    outbox_set(&outbox, values);
    json_decref(values);
    says(&outbox, "{\"type\":\"set\",\"values\":{\"mirror\":false}}");
    says(&outbox, "{\"type\":\"start\",\"fps\":0,\"width\":0,\"height\":0}");
    says(&outbox, "{\"type\":\"time\",\"server_us\":123456789}"); /* when it goes */
    says(&outbox, "{\"type\":\"capture\",\"request\":7}");
    is_empty(&outbox);
}

static void test_finish(void **state)
{
    (void)state;
    struct outbox outbox = {0};
    json_t *values = json_pack("{s:b}", "mirror", 0);
    outbox_set(&outbox, values);
    json_decref(values);
    outbox_finish(&outbox);
    is_empty(&outbox);
    outbox_finish(&outbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_word_counts),
        cmocka_unit_test(test_settings_add_up),
        cmocka_unit_test(test_settings_wait_for_those_before),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
