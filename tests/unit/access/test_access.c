#include "access/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const HOSTS[] = {"porch", "porch.local", "cameras.example.org", NULL};

struct row {
    enum access_role needs;
    const char *method;
    bool websocket;
    const char *host, *origin;
    enum access_verdict verdict;
};

static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct row *row = &rows[i];
        enum access_verdict verdict = access_decide(&(struct access_request){
            .needs = row->needs,
            .method = row->method,
            .websocket = row->websocket,
            .host = row->host,
            .origin = row->origin,
            .hosts = HOSTS,
        });
        if (verdict != row->verdict)
            print_error("needs %d %s%s host %s origin %s: %d\n", row->needs, row->method,
                        row->websocket ? " (websocket)" : "", row->host ? row->host : "-",
                        row->origin ? row->origin : "-", verdict);
        assert_int_equal(verdict, row->verdict);
    }
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof(*(rows)))

static void names_of_ours_alone_are_served(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        bool ours;
    } CASES[] = {
        {"127.0.0.1", true},
        {"127.0.0.1:8080", true},
        {"192.168.178.40:8080", true},
        {"[::1]", true},
        {"[::1]:8080", true},
        {"[fe80::1]:8080", true},
        {"[::ffff:10.0.0.1]", true},
        {"localhost", true},
        {"LocalHost:8080", true},
        {"localhost.", true},
        {"eyelid.localhost", true},
        {"a.b.localhost:1", true},
        {"porch", true},
        {"PORCH:8080", true},
        {"porch.local", true},
        {"porch.local.:8080", true},
        {"cameras.example.org:443", true},
        {"evil.example", false},
        {"evil.example:8080", false},
        {"notlocalhost", false},
        {"localhost.evil.example", false},
        {"127.0.0.1.evil.example", false},
        {"xporch", false},
        {"porch.", true},
        {"porch.local.evil.example", false},
        {"org", false},
        {"127.1", false},
        {"0x7f000001", false},
        {"2130706433", false},
        {"127.0.0.1:", false},
        {"127.0.0.1:80a", false},
        {"127.0.0.1:65536", false},
        {"127.0.0.1:123456", false},
        {"127.0.0.1:-1", false},
        {"::1", false},
        {"[::1", false},
        {"[::1]x", false},
        {"[127.0.0.1]", false},
        {"[localhost]", false},
        {"[]", false},
        {"", false},
        {":8080", false},
        {"user@localhost", false},
        {"localhost/", false},
        {"local host", false},
        {"localhost,evil.example", false},
        {"porch\xc3\xa4", false},
        {".", false},
        {"..localhost", true},
        {"127.0.0", false},
        {"127.0.0.256", false},
        {"127..0.1", false},
        {"localhost:80:80", false},
    };
    static const enum access_role ROLES[] = {ACCESS_VIEWER, ACCESS_OPERATOR};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
        for (size_t r = 0; r < 2; r++) {
            struct row row = {ROLES[r], "GET",
                              false,    CASES[i].host,
                              NULL,     CASES[i].ours ? ACCESS_ALLOW : ACCESS_DENY_HOST};
            check(&row, 1);
        }
    /* a name as long as names get, and longer */
    char host[400];
    memset(host, 'a', sizeof(host));
    host[255] = '\0';
    check(&(struct row){ACCESS_VIEWER, "GET", false, host, NULL, ACCESS_DENY_HOST}, 1);
    host[255] = 'a';
    host[399] = '\0';
    check(&(struct row){ACCESS_VIEWER, "GET", false, host, NULL, ACCESS_DENY_HOST}, 1);
}

static void devices_need_no_known_name(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        {ACCESS_DEVICE, "GET", true, "anything.example", NULL, ACCESS_ALLOW},
        {ACCESS_DEVICE, "GET", true, NULL, NULL, ACCESS_ALLOW},
        {ACCESS_DEVICE, "GET", true, "\"odd", NULL, ACCESS_ALLOW},
        {ACCESS_DEVICE, "GET", true, "nas.example:8765", "file://", ACCESS_ALLOW},
        {ACCESS_DEVICE, "GET", true, NULL, "file://", ACCESS_ALLOW},
        {ACCESS_DEVICE, "GET", true, "localhost:8765", "null", ACCESS_DENY_ORIGIN},
        {ACCESS_PUBLIC, "GET", false, "anything.example", NULL, ACCESS_DENY_HOST},
        {ACCESS_PUBLIC, "GET", false, NULL, NULL, ACCESS_DENY_HOST},
        {ACCESS_VIEWER, "GET", false, NULL, NULL, ACCESS_DENY_HOST},
        {ACCESS_ADMIN, "PUT", false, NULL, NULL, ACCESS_DENY_HOST},
        /* a browser is never a device */
        {ACCESS_DEVICE, "GET", true, "localhost:8765", "http://evil.example", ACCESS_DENY_ORIGIN},
        {ACCESS_DEVICE, "GET", true, "evil.example:8765", "http://evil.example:8765",
         ACCESS_DENY_HOST},
        {ACCESS_DEVICE, "GET", true, NULL, "http://evil.example", ACCESS_DENY_HOST},
        {ACCESS_DEVICE, "GET", true, "localhost:8765", "http://localhost:8765", ACCESS_ALLOW},
        {ACCESS_PUBLIC, "GET", false, "evil.example", "http://evil.example", ACCESS_DENY_HOST},
        {ACCESS_PUBLIC, "GET", false, "localhost", "http://evil.example", ACCESS_ALLOW},
    };
    CHECK(ROWS);
}

static void other_sites_change_nothing(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        /* the same site */
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "http://localhost:8080", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "porch.local:8080", "http://PORCH.local:8080", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "[::1]:8080", "http://[::1]:8080", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "[::1]:8080", "http://[0:0::1]:8080", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "porch", "http://porch", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "porch:80", "http://porch", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "porch", "http://porch:80", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "porch", "https://porch", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "porch:443", "https://porch", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "porch:8443", "https://porch:8443", ACCESS_ALLOW},
        {ACCESS_OPERATOR, "PUT", false, "127.0.0.1:8080", "http://127.0.0.1:8080", ACCESS_ALLOW},
        {ACCESS_OPERATOR, "PUT", false, "127.0.0.1:8080", NULL, ACCESS_ALLOW},
        {ACCESS_OPERATOR, "DELETE", false, "porch", "http://porch", ACCESS_ALLOW},
        /* behind a proxy that puts its own Host: a page from a listed name */
        {ACCESS_VIEWER, "GET", true, "127.0.0.1:8080", "https://cameras.example.org", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "127.0.0.1:8080", "http://porch:8080", ACCESS_ALLOW},
        {ACCESS_VIEWER, "GET", true, "127.0.0.1:8080", "http://porch:9000", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "127.0.0.1:8080", "http://localhost", ACCESS_DENY_ORIGIN},
        /* another one */
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "http://evil.example", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "http://localhost:9090", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "http://localhost", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost", "http://localhost:8080", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:80", "https://localhost", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "http://127.0.0.1:8080", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "http://localhost.evil:8080",
         ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "null", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "file://", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "localhost:8080", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "ftp://localhost:8080", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "http://localhost:8080/x",
         ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", true, "localhost:8080", "http://x@localhost:8080",
         ACCESS_DENY_ORIGIN},
        {ACCESS_OPERATOR, "PUT", false, "localhost", "http://evil.example", ACCESS_DENY_ORIGIN},
        {ACCESS_OPERATOR, "POST", false, "localhost", "null", ACCESS_DENY_ORIGIN},
        {ACCESS_OPERATOR, "PATCH", false, "localhost", "null", ACCESS_DENY_ORIGIN},
        {ACCESS_OPERATOR, "DELETE", false, "localhost", "null", ACCESS_DENY_ORIGIN},
        {ACCESS_OPERATOR, "OPTIONS", false, "localhost", "http://evil.example", ACCESS_DENY_ORIGIN},
        /* even what only reads may wake a camera */
        {ACCESS_VIEWER, "GET", false, "localhost", "http://evil.example", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "HEAD", false, "localhost", "http://evil.example", ACCESS_DENY_ORIGIN},
        {ACCESS_VIEWER, "GET", false, "localhost", NULL, ACCESS_ALLOW},
        /* the name is looked at first */
        {ACCESS_VIEWER, "GET", true, "evil.example", "http://evil.example", ACCESS_DENY_HOST},
        {ACCESS_ADMIN, "POST", false, "evil.example", "http://evil.example", ACCESS_DENY_HOST},
    };
    CHECK(ROWS);
}

static void without_further_names_addresses_remain(void **state)
{
    (void)state;
    struct access_request request = {.needs = ACCESS_VIEWER, .method = "GET", .host = "porch"};
    assert_int_equal(access_decide(&request), ACCESS_DENY_HOST);
    request.host = "10.0.0.1";
    assert_int_equal(access_decide(&request), ACCESS_ALLOW);
}

static void pictures_embedded_by_another_site_are_refused(void **state)
{
    (void)state;
    struct access_request request = {
        .needs = ACCESS_VIEWER, .method = "GET", .host = "localhost:8080", .fetch_site = "none"};
    assert_int_equal(access_decide(&request), ACCESS_ALLOW);
    request.fetch_site = "same-origin";
    assert_int_equal(access_decide(&request), ACCESS_ALLOW);
    request.fetch_site = "same-site"; /* another port of this machine, a dashboard say */
    assert_int_equal(access_decide(&request), ACCESS_ALLOW);
    request.fetch_site = "cross-site";
    assert_int_equal(access_decide(&request), ACCESS_DENY_ORIGIN);
    request.needs = ACCESS_PUBLIC; /* a link to the page */
    assert_int_equal(access_decide(&request), ACCESS_ALLOW);
}

static void pages_say_who_they_are_to_plain_http(void **state)
{
    static const struct {
        const char *host, *referer;
        enum access_verdict verdict;
    } ROWS[] = {
        {"192.168.1.20:8080", "http://192.168.1.20:8080/", ACCESS_ALLOW},
        {"192.168.1.20:8080", "http://192.168.1.20:8080/a/b?c=//d#e", ACCESS_ALLOW},
        {"192.168.1.20:8080", "http://192.168.1.20:3000/", ACCESS_ALLOW}, /* a dashboard there */
        {"192.168.1.20:8080", "https://192.168.1.20?x", ACCESS_ALLOW},
        {"[fd00::2]:8080", "http://[fd00:0::2]:8080/x", ACCESS_ALLOW},
        {"porch.local:8080", "http://PORCH.local:8080/x", ACCESS_ALLOW},
        {"127.0.0.1:8080", "http://cameras.example.org/x", ACCESS_ALLOW},
        {"192.168.1.20:8080", "http://evil.example/", ACCESS_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://evil.example/192.168.1.20:8080/", ACCESS_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://192.168.1.20@evil.example/", ACCESS_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://192.168.1.20.evil.example/", ACCESS_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://192.168.1.21:8080/", ACCESS_DENY_ORIGIN},
        {"192.168.1.20:8080", "ftp://192.168.1.20:8080/", ACCESS_DENY_ORIGIN},
        {"192.168.1.20:8080", "192.168.1.20:8080", ACCESS_DENY_ORIGIN},
        {"192.168.1.20:8080", "//192.168.1.20:8080/", ACCESS_DENY_ORIGIN},
        {"192.168.1.20:8080", "about:blank", ACCESS_DENY_ORIGIN},
        {"192.168.1.20:8080", "", ACCESS_DENY_ORIGIN},
        {"evil.example", "http://evil.example/", ACCESS_DENY_HOST},
    };
    (void)state;
    struct access_request request = {.needs = ACCESS_VIEWER, .method = "GET", .hosts = HOSTS};
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        request.host = ROWS[i].host;
        request.referer = ROWS[i].referer;
        if (access_decide(&request) != ROWS[i].verdict)
            fail_msg("host %s referer %s", request.host, request.referer);
    }
    char longest[600] = "http://";
    memset(longest + 7, 'a', sizeof(longest) - 8);
    request.host = "localhost";
    request.referer = longest;
    assert_int_equal(access_decide(&request), ACCESS_DENY_ORIGIN);
    /* What says more counts alone. */
    request.referer = "http://evil.example/";
    request.fetch_site = "same-site";
    assert_int_equal(access_decide(&request), ACCESS_ALLOW);
    request.fetch_site = NULL;
    request.origin = "http://localhost";
    assert_int_equal(access_decide(&request), ACCESS_ALLOW);
    request.origin = NULL;
    request.needs = ACCESS_PUBLIC; /* a link to the page */
    assert_int_equal(access_decide(&request), ACCESS_ALLOW);
    request.needs = ACCESS_DEVICE; /* no browser */
    assert_int_equal(access_decide(&request), ACCESS_ALLOW);
}

static void administrators_sit_at_this_machine(void **state)
{
    static const struct {
        bool peer_is_loopback;
        const char *host, *origin;
        enum access_verdict verdict;
    } ROWS[] = {
        {true, "localhost:8080", NULL, ACCESS_ALLOW},
        {true, "127.0.0.1:8080", "http://127.0.0.1:8080", ACCESS_ALLOW},
        {true, "[::1]:8080", "http://[::1]:8080", ACCESS_ALLOW},
        {false, "192.168.1.10:8080", "http://192.168.1.10:8080", ACCESS_DENY_REMOTE},
        {false, "localhost:8080", NULL, ACCESS_DENY_REMOTE},
        /* a proxy on this machine: with the browser's Host, and with its own */
        {true, "porch", NULL, ACCESS_DENY_REMOTE},
        {true, "127.0.0.1:8080", "https://porch", ACCESS_DENY_REMOTE},
        {true, "localhost:8080", "http://evil.example", ACCESS_DENY_ORIGIN},
    };
    (void)state;
    struct access_request passed_on = {.needs = ACCESS_ADMIN,
                                       .method = "POST",
                                       .peer_is_loopback = true,
                                       .host = "127.0.0.1:8080"};
    assert_int_equal(access_decide(&passed_on), ACCESS_ALLOW);
    passed_on.forwarded = true;
    assert_int_equal(access_decide(&passed_on), ACCESS_DENY_REMOTE);
    passed_on.forwarded = false;
    passed_on.no_local_admin = true;
    assert_int_equal(access_decide(&passed_on), ACCESS_DENY_REMOTE);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct access_request request = {.needs = ACCESS_ADMIN,
                                         .method = "POST",
                                         .peer_is_loopback = ROWS[i].peer_is_loopback,
                                         .host = ROWS[i].host,
                                         .origin = ROWS[i].origin,
                                         .hosts = HOSTS};
        assert_int_equal(access_decide(&request), ROWS[i].verdict);
    }
}

static void every_verdict_has_a_sentence(void **state)
{
    (void)state;
    assert_non_null(strstr(access_verdict_text(ACCESS_DENY_HOST), "name"));
    assert_non_null(strstr(access_verdict_text(ACCESS_DENY_ORIGIN), "another site"));
    assert_non_null(strstr(access_verdict_text(ACCESS_DENY_REMOTE), "own machine"));
    assert_non_null(access_verdict_text(ACCESS_ALLOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_ours_alone_are_served),
        cmocka_unit_test(devices_need_no_known_name),
        cmocka_unit_test(other_sites_change_nothing),
        cmocka_unit_test(without_further_names_addresses_remain),
        cmocka_unit_test(pictures_embedded_by_another_site_are_refused),
        cmocka_unit_test(pages_say_who_they_are_to_plain_http),
        cmocka_unit_test(administrators_sit_at_this_machine),
        cmocka_unit_test(every_verdict_has_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
