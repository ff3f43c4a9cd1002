#include "app/address.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text, *host;
    uint16_t port;
    bool loopback;
    const char *back;
} GOOD[] = {
    {"127.0.0.1:8080", "127.0.0.1", 8080, true, "127.0.0.1:8080"},
    {"127.8.9.1:1", "127.8.9.1", 1, true, "127.8.9.1:1"},
    {"localhost:8080", "127.0.0.1", 8080, true, "127.0.0.1:8080"},
    {"[::1]:8080", "::1", 8080, true, "[::1]:8080"},
    {"[0:0:0:0:0:0:0:1]:8080", "0:0:0:0:0:0:0:1", 8080, true, "[0:0:0:0:0:0:0:1]:8080"},
    {"[fe80::1]:65535", "fe80::1", 65535, false, "[fe80::1]:65535"},
    {"192.0.2.7:80", "192.0.2.7", 80, false, "192.0.2.7:80"},
    {":8080", "*", 8080, false, "*:8080"},
    {"*:0", "*", 0, false, "*:0"},
};

static const char *const BAD[] = {
    "",
    "8080",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "host:80",
    "::1:8080",
    "[::1]",
    "[]:80",
    "[127.0.0.1]:80",
    "[*]:80",
    "127.0.0:80x",
    "127.0.0.1:-1",
    " 127.0.0.1:80",
    "127.0.0.1 :80",
    "256.0.0.1:1",
    "[::1:80",
    "127.0.0.1:80 ",
    "0123456789012345678901234567890123456789012345678:1",
};

static void good_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        struct address address;
        char back[ADDRESS_TEXT_MAX];
        assert_int_equal(address_parse(GOOD[i].text, &address), 0);
        assert_string_equal(address.host, GOOD[i].host);
        assert_int_equal(address.port, GOOD[i].port);
        assert_int_equal(address_is_loopback(&address), GOOD[i].loopback);
        address_format(&address, back);
        assert_string_equal(back, GOOD[i].back);
    }
}

static void bad_ones_leave_the_output_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct address address = {"untouched", 7};
        if (address_parse(BAD[i], &address) != -EINVAL)
            fail_msg("\"%s\" was accepted", BAD[i]);
        assert_string_equal(address.host, "untouched");
        assert_int_equal(address.port, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones),
        cmocka_unit_test(bad_ones_leave_the_output_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
