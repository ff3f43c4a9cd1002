/* The plain wire over a pair of sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/wire.h"

static struct wire near;
static int far;

static int open_pair(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    near = (struct wire){.ops = &WIRE_PLAIN, .fd = fds[0]};
    far = fds[1];
    return 0;
}

static int close_pair(void **state)
{
    (void)state;
    if (near.fd >= 0)
        near.ops->close(&near);
    if (far >= 0)
        close(far);
    return 0;
}

static void sends_pieces_in_their_order(void **state)
{
    (void)state;
    char got[16] = "";
    struct iovec pieces[] = {{(char[]){"one "}, 4}, {(char[]){"two "}, 4}, {(char[]){"three"}, 5}};
    assert_int_equal(near.ops->send(&near, pieces, 3), 13);
    assert_int_equal(near.ops->send(&near, pieces, 1), 4);
    assert_int_equal(recv(far, got, 13, MSG_WAITALL), 13);
    assert_string_equal(got, "one two three");
    assert_int_equal(recv(far, got, 13, 0), 4);
}

static void says_what_it_waits_for(void **state)
{
    (void)state;
    static uint8_t bytes[1 << 20];
    struct iovec pieces[] = {{bytes, sizeof(bytes)}, {bytes, sizeof(bytes)}};
    ssize_t n = near.ops->send(&near, pieces, 2); /* more than the sockets hold */
    assert_true(n > 0 && n < (ssize_t)(2 * sizeof(bytes)));
    while (n > 0)
        n = near.ops->send(&near, pieces, 1);
    assert_int_equal(n, WIRE_WANT_WRITE);
    assert_int_equal(near.ops->receive(&near, bytes, sizeof(bytes)), WIRE_WANT_READ);
    assert_int_equal(send(far, "x", 1, 0), 1);
    assert_int_equal(near.ops->receive(&near, bytes, sizeof(bytes)), 1);
}

static void tells_an_end_from_a_loss(void **state)
{
    (void)state;
    char byte;
    struct iovec piece = {&byte, 1};
    assert_int_equal(shutdown(far, SHUT_WR), 0);
    assert_int_equal(near.ops->receive(&near, &byte, 1), 0);
    close(far);
    far = -1;
    assert_int_equal(near.ops->send(&near, &piece, 1), WIRE_GONE); /* and no SIGPIPE */
}

static void shuts_and_closes(void **state)
{
    (void)state;
    char byte;
    near.ops->shut(&near);
    assert_int_equal(recv(far, &byte, 1, 0), 0);
    assert_int_equal(send(far, "x", 1, 0), 1);
    assert_int_equal(near.ops->receive(&near, &byte, 1), 1);
    near.ops->close(&near);
    assert_int_equal(near.fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sends_pieces_in_their_order, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(says_what_it_waits_for, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(tells_an_end_from_a_loss, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(shuts_and_closes, open_pair, close_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
