#include "access/proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

static bool is_trusted(const void *ctx, const char *address)
{
    (void)ctx;
    return strncmp(address, "10.", 3) == 0 || strcmp(address, "fd00::1") == 0;
}

static void the_client_is_behind_the_trusted_proxies(void **state)
{
    (void)state;
    static const struct {
        const char *forwarded_for, *forwarded, *client;
    } ROWS[] = {
        {NULL, NULL, "10.0.0.1"},
        {"192.0.2.7", NULL, "192.0.2.7"},
        {" 192.0.2.7 ", NULL, "192.0.2.7"},
        {"192.0.2.7:4711", NULL, "192.0.2.7"},
        {"2001:db8::7", NULL, "2001:db8::7"},
        {"[2001:db8::7]:4711", NULL, "2001:db8::7"},
        /* What stands left of the first address that is not trusted is the client's invention. */
        {"198.51.100.9, 192.0.2.7", NULL, "192.0.2.7"},
        {"198.51.100.9, 192.0.2.7, 10.0.0.2", NULL, "192.0.2.7"},
        {"198.51.100.9,192.0.2.7,fd00::1,10.0.0.2", NULL, "192.0.2.7"},
        {"10.0.0.3, 10.0.0.2", NULL, "10.0.0.3"},
        {"unknown, 10.0.0.2", NULL, "10.0.0.2"},
        {"192.0.2.7, ", NULL, "10.0.0.1"},
        {"", NULL, "10.0.0.1"},
        {"192.0.2.7.8", NULL, "10.0.0.1"},
        {"1,2,3,4,5,6,7,8,9,10,192.0.2.7,10.0.0.2", NULL, "192.0.2.7"},
        {NULL, "for=192.0.2.7", "192.0.2.7"},
        {NULL, "for=198.51.100.9, for=192.0.2.7;proto=https", "192.0.2.7"},
        {NULL, "proto=https;For=\"[2001:db8::7]:4711\"", "2001:db8::7"},
        {NULL, "for=192.0.2.7, for=10.0.0.2", "192.0.2.7"},
        {NULL, "for=192.0.2.7;by=\"a,for=198.51.100.9\"", "192.0.2.7"},
        {NULL, "for=192.0.2.7, for=_hidden", "10.0.0.1"},
        {NULL, "for=192.0.2.7, proto=http", "10.0.0.1"},
        /* A proxy that sets one of them passes on what the client wrote into the other. */
        {"198.51.100.9", "for=192.0.2.7", "10.0.0.1"},
        {"192.0.2.7", "for=198.51.100.9", "10.0.0.1"},
        {"192.0.2.7", "for=_hidden", "10.0.0.1"},
        {"", "for=192.0.2.7", "10.0.0.1"},
        {"192.0.2.7", "for=\"192.0.2.7:4711\"", "192.0.2.7"},
        {"198.51.100.9, 192.0.2.7", "for=203.0.113.5, for=192.0.2.7", "192.0.2.7"},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        char client[PROXY_ADDRESS_MAX_BYTES];
        proxy_client(ROWS[i].forwarded_for, ROWS[i].forwarded, "10.0.0.1", is_trusted, NULL,
                     client);
        if (strcmp(client, ROWS[i].client) != 0)
            fail_msg("row %zu: %s", i, client);
    }
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
        cmocka_unit_test(the_client_is_behind_the_trusted_proxies),
        cmocka_unit_test(a_secret_is_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
