#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_bytes(void **state)
{
    (void)state;
    /* More than getrandom(2) promises at one go, and every 32 bytes of it filled: 256 zero bits in
     * a row do not happen. */
    static uint8_t bytes[1 << 20], zero[32];
    random_bytes(bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i += 32)
        assert_memory_not_equal(bytes + i, zero, 32);
    uint8_t guard[3] = {1, 2, 3};
    random_bytes(guard + 1, 0);
    assert_memory_equal(guard, "\1\2\3", 3);
}

static void test_hex_id(void **state)
{
    (void)state;
    char a[33], b[33];
    random_hex_id(a);
    random_hex_id(b);
    assert_int_equal(strlen(a), 32);
    assert_int_equal(strspn(a, "0123456789abcdef"), 32);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_hex_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
