/* Packets: who owns what. The leak check of the sanitizer run is half of this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>

#include "stream/packet.h"

static struct buf *make_buf(void)
{
    struct buf *buf;
    assert_int_equal(buf_create(40, &buf), 0);
    return buf;
}

static void test_references(void **state)
{
    (void)state;
    struct buf *buf = make_buf();
    struct packet *packet = packet_create(buf, NULL), *second = packet_ref(packet);
    buf_ref(buf); /* to look at the count */
    packet_unref(&packet);
    assert_null(packet);
    assert_int_equal(atomic_load(&buf->refs), 2);
    packet_unref(&second);
    assert_int_equal(atomic_load(&buf->refs), 1);
    packet_unref(&second); /* NULL by now */
    buf_unref(&buf);
}

static void test_a_unit_keeps_its_init_segment(void **state)
{
    (void)state;
    struct packet *init = packet_create(make_buf(), NULL);
    struct packet *unit = packet_create(make_buf(), init);
    struct packet *same = init;
    packet_unref(&init);
    assert_ptr_equal(unit->init, same);
    assert_int_equal(atomic_load(&same->refs), 1);
    packet_unref(&unit);
}

static void test_unit(void **state)
{
    (void)state;
    struct packet *packet = packet_create(make_buf(), NULL);
    packet->unit_off = 24;
    packet->end_off = 37;
    assert_ptr_equal(packet_unit(packet), packet->buf->data + 24);
    assert_int_equal(packet_unit_len_bytes(packet), 13);
    packet_unref(&packet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_a_unit_keeps_its_init_segment),
        cmocka_unit_test(test_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
