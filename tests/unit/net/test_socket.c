#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "net/socket.h"

static bool is_own(const char *text)
{
    uint8_t address[16];
    assert_int_equal(inet_pton(AF_INET6, text, address), 1);
    return socket_is_own(address);
}

/* Each machine has its loopback's address, and none has those for documentation (RFC 5737, 3849)
 * with all bits of the host set. tests/flow asks for others. */
static void test_own_addresses(void **state)
{
    (void)state;
    assert_true(is_own("::ffff:127.0.0.1"));
    assert_false(is_own("::127.0.0.1"));
    assert_false(is_own("64:ff9b::127.0.0.1"));
    assert_false(is_own("::ffff:127.0.0.2")); /* that of the table */
    assert_false(is_own("::ffff:203.0.113.255"));
    assert_false(is_own("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"));
    assert_false(is_own("::"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
