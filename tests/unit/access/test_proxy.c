#include "access/proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_proxy_says_by_what_scheme_it_was_reached(void **state)
{
    (void)state;
    static const struct {
        const char *proto, *forwarded;
        bool is_https;
    } ROWS[] = {
        {NULL, NULL, false},
        {"https", NULL, true},
        {"HTTPS", NULL, true},
        {"http", NULL, false},
        {"https, http", NULL, true},
        {"http, https", NULL, false},
        {"https http", NULL, false},
        {"", NULL, false},
        {NULL, "proto=https", true},
        {NULL, "for=192.0.2.7;proto=https;by=203.0.113.1", true},
        {NULL, "For=\"[2001:db8::7]:1\"; Proto=\"https\"", true},
        {NULL, "for=192.0.2.7, for=198.51.100.1;proto=https", false}, /* the outermost counts */
        {NULL, "proto=http, proto=https", false},
        {NULL, "for=\"a;proto=https\"", false},
        {NULL, "for=\"a\\\";proto=https\";proto=http", false},
        {NULL, "xproto=https", false},
        {NULL, ";;proto=https", true},
        {"http", "proto=https", false},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        if (proxy_says_https(ROWS[i].proto, ROWS[i].forwarded) != ROWS[i].is_https)
            fail_msg("row %zu", i);
}

static void a_secret_is_all_of_it(void **state)
{
    (void)state;
    assert_true(proxy_secret_is("0123456789abcdef", "0123456789abcdef"));
    assert_false(proxy_secret_is("0123456789abcde", "0123456789abcdef"));
    assert_false(proxy_secret_is("0123456789abcdef0", "0123456789abcdef"));
    assert_false(proxy_secret_is("", "0123456789abcdef"));
    assert_false(proxy_secret_is(NULL, "0123456789abcdef"));
    assert_false(proxy_secret_is(NULL, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proxy_says_by_what_scheme_it_was_reached),
        cmocka_unit_test(a_secret_is_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
