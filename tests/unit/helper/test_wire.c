/* The helper's end of the socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/libcamera/wire.h"

static int setup(void **state)
{
    static int pair[2];
    *state = pair;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}

static int teardown(void **state)
{
    int *pair = *state;
    close(pair[0]);
    close(pair[1]);
    return 0;
}

static void send_raw(int socket, uint32_t version, uint32_t kind, size_t body_bytes)
{
    uint8_t bytes[64] = {0};
    const struct helper_head head = {version, kind};
    memcpy(bytes, &head, sizeof(head));
    assert_int_equal(send(socket, bytes, sizeof(head) + body_bytes, 0), sizeof(head) + body_bytes);
}

static void test_orders_are_heard(void **state)
{
    int *pair = *state;
    struct wire_order order;
    const struct helper_set set = {.control = 3, .value = -5};
    assert_int_equal(wire_say(pair[0], HELPER_SET, &set, sizeof(set), NULL, 0), 0);
    assert_int_equal(wire_say(pair[0], HELPER_STOP, NULL, 0, NULL, 0), 0);
    assert_int_equal(wire_hear(pair[1], &order), 0);
    assert_int_equal(order.head.kind, HELPER_SET);
    assert_int_equal(order.set.control, 3);
    assert_int_equal(order.set.value, -5);
    assert_int_equal(wire_hear(pair[1], &order), 0);
    assert_int_equal(order.head.kind, HELPER_STOP);
}

static void test_invalid_orders_are_refused(void **state)
{
    int *pair = *state;
    struct wire_order order;
    const struct {
        uint32_t version, kind;
        size_t body_bytes;
    } wrong[] = {
        {HELPER_VERSION + 1, HELPER_STOP, 0},
        {HELPER_VERSION, HELPER_FRAME, 0},
        {HELPER_VERSION, 0, 0},
        {HELPER_VERSION, HELPER_STOP, 4},
        {HELPER_VERSION, HELPER_START, 4},
        {HELPER_VERSION, HELPER_START, 40},
    };
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        send_raw(pair[0], wrong[i].version, wrong[i].kind, wrong[i].body_bytes);
        assert_int_equal(wire_hear(pair[1], &order), -EPROTO);
    }
    assert_int_equal(send(pair[0], "abc", 3, 0), 3);
    assert_int_equal(wire_hear(pair[1], &order), -EPROTO);
}

static void test_a_server_that_is_gone_is_noticed(void **state)
{
    int *pair = *state;
    struct wire_order order;
    shutdown(pair[0], SHUT_RDWR);
    assert_int_equal(wire_hear(pair[1], &order), -ENOTCONN);
    assert_int_equal(wire_say(pair[1], HELPER_READY, NULL, 0, NULL, 0), -EPIPE);
}

static void test_no_more_descriptors_than_buffers(void **state)
{
    int *pair = *state;
    int fds[HELPER_BUFFERS_MAX + 1];
    for (unsigned i = 0; i < HELPER_BUFFERS_MAX + 1; i++)
        fds[i] = pair[0];
    assert_int_equal(wire_say(pair[0], HELPER_LAYOUT, NULL, 0, fds, HELPER_BUFFERS_MAX), 0);
    assert_int_equal(wire_say(pair[0], HELPER_LAYOUT, NULL, 0, fds, HELPER_BUFFERS_MAX + 1),
                     -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_orders_are_heard, setup, teardown),
        cmocka_unit_test_setup_teardown(test_invalid_orders_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_server_that_is_gone_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_more_descriptors_than_buffers, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
