#include "access/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const HOSTS[] = {"porch", "porch.local", "cameras.example.org", NULL};

struct row {
    enum web_guard guard;
    const char *host, *origin;
    enum web_verdict verdict;
};

static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct row *row = &rows[i];
        enum web_verdict verdict = web_decide(&(struct web_request){
            .guard = row->guard,
            .host = row->host,
            .origin = row->origin,
            .hosts = HOSTS,
        });
        if (verdict != row->verdict)
            print_error("guard %d host %s origin %s: %d\n", row->guard, row->host ? row->host : "-",
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
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
        check(&(struct row){WEB_GUARDED, CASES[i].host, NULL,
                            CASES[i].ours ? WEB_ALLOW : WEB_DENY_HOST},
              1);
    /* a name as long as names get, and longer */
    char host[400];
    memset(host, 'a', sizeof(host));
    host[255] = '\0';
    check(&(struct row){WEB_GUARDED, host, NULL, WEB_DENY_HOST}, 1);
    host[255] = 'a';
    host[399] = '\0';
    check(&(struct row){WEB_GUARDED, host, NULL, WEB_DENY_HOST}, 1);
}

static void devices_need_no_known_name(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        {WEB_DEVICE, "anything.example", NULL, WEB_ALLOW},
        {WEB_DEVICE, NULL, NULL, WEB_ALLOW},
        {WEB_DEVICE, "\"odd", NULL, WEB_ALLOW},
        {WEB_DEVICE, "nas.example:8765", "file://", WEB_ALLOW},
        {WEB_DEVICE, NULL, "file://", WEB_ALLOW},
        {WEB_DEVICE, "localhost:8765", "null", WEB_DENY_ORIGIN},
        {WEB_PUBLIC, "anything.example", NULL, WEB_DENY_HOST},
        {WEB_PUBLIC, NULL, NULL, WEB_ALLOW}, /* a load balancer's HTTP/1.0 */
        {WEB_GUARDED, NULL, NULL, WEB_DENY_HOST},
        {WEB_GUARDED, NULL, NULL, WEB_DENY_HOST},
        /* a browser is never a device */
        {WEB_DEVICE, "localhost:8765", "http://evil.example", WEB_DENY_ORIGIN},
        {WEB_DEVICE, "evil.example:8765", "http://evil.example:8765", WEB_DENY_HOST},
        {WEB_DEVICE, NULL, "http://evil.example", WEB_DENY_HOST},
        {WEB_DEVICE, "localhost:8765", "http://localhost:8765", WEB_ALLOW},
        {WEB_PUBLIC, "evil.example", "http://evil.example", WEB_DENY_HOST},
        {WEB_PUBLIC, "localhost", "http://evil.example", WEB_ALLOW},
        {WEB_PUBLIC, NULL, "http://evil.example", WEB_DENY_HOST},
    };
    CHECK(ROWS);
}

static void other_sites_change_nothing(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        /* the same site */
        {WEB_GUARDED, "localhost:8080", "http://localhost:8080", WEB_ALLOW},
        {WEB_GUARDED, "porch.local:8080", "http://PORCH.local:8080", WEB_ALLOW},
        {WEB_GUARDED, "[::1]:8080", "http://[::1]:8080", WEB_ALLOW},
        {WEB_GUARDED, "[::1]:8080", "http://[0:0::1]:8080", WEB_ALLOW},
        {WEB_GUARDED, "porch", "http://porch", WEB_ALLOW},
        {WEB_GUARDED, "porch:80", "http://porch", WEB_ALLOW},
        {WEB_GUARDED, "porch", "http://porch:80", WEB_ALLOW},
        {WEB_GUARDED, "porch", "https://porch", WEB_ALLOW},
        {WEB_GUARDED, "porch:443", "https://porch", WEB_ALLOW},
        {WEB_GUARDED, "porch:8443", "https://porch:8443", WEB_ALLOW},
        {WEB_GUARDED, "127.0.0.1:8080", "http://127.0.0.1:8080", WEB_ALLOW},
        {WEB_GUARDED, "127.0.0.1:8080", NULL, WEB_ALLOW},
        {WEB_GUARDED, "porch", "http://porch", WEB_ALLOW},
        /* behind a proxy that puts its own Host: a page from a listed name */
        {WEB_GUARDED, "127.0.0.1:8080", "https://cameras.example.org", WEB_ALLOW},
        {WEB_GUARDED, "127.0.0.1:8080", "http://porch:8080", WEB_ALLOW},
        {WEB_GUARDED, "127.0.0.1:8080", "https://porch:9000", WEB_ALLOW},
        {WEB_GUARDED, "127.0.0.1:8080", "http://localhost", WEB_DENY_ORIGIN},
        /* behind one that drops the port from Host */
        {WEB_GUARDED, "porch", "https://porch:8443", WEB_ALLOW},
        {WEB_GUARDED, "localhost", "http://localhost:8080", WEB_ALLOW},
        /* another one */
        {WEB_GUARDED, "localhost:8080", "http://evil.example", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "http://localhost:9090", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "http://localhost", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:80", "https://localhost", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost", "http://porch.evil.example:8080", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "http://127.0.0.1:8080", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "http://localhost.evil:8080", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "null", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "file://", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "localhost:8080", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "ftp://localhost:8080", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "http://localhost:8080/x", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost:8080", "http://x@localhost:8080", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost", "http://evil.example", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost", "null", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost", "null", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost", "null", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost", "http://evil.example", WEB_DENY_ORIGIN},
        /* even what only reads may wake a camera */
        {WEB_GUARDED, "localhost", "http://evil.example", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost", "http://evil.example", WEB_DENY_ORIGIN},
        {WEB_GUARDED, "localhost", NULL, WEB_ALLOW},
        /* the name is looked at first */
        {WEB_GUARDED, "evil.example", "http://evil.example", WEB_DENY_HOST},
        {WEB_GUARDED, "evil.example", "http://evil.example", WEB_DENY_HOST},
    };
    CHECK(ROWS);
}

static void without_further_names_addresses_remain(void **state)
{
    (void)state;
    struct web_request request = {.guard = WEB_GUARDED, .host = "porch"};
    assert_int_equal(web_decide(&request), WEB_DENY_HOST);
    request.host = "10.0.0.1";
    assert_int_equal(web_decide(&request), WEB_ALLOW);
}

static void pictures_embedded_by_another_site_are_refused(void **state)
{
    (void)state;
    struct web_request request = {
        .guard = WEB_GUARDED, .host = "localhost:8080", .fetch_site = "none"};
    assert_int_equal(web_decide(&request), WEB_ALLOW);
    request.fetch_site = "same-origin";
    assert_int_equal(web_decide(&request), WEB_ALLOW);
    request.fetch_site = "same-site"; /* another port of this machine, a dashboard say */
    assert_int_equal(web_decide(&request), WEB_ALLOW);
    request.fetch_site = "cross-site";
    assert_int_equal(web_decide(&request), WEB_DENY_ORIGIN);
    request.guard = WEB_PUBLIC; /* a link to the page */
    assert_int_equal(web_decide(&request), WEB_ALLOW);
}

static void pages_say_who_they_are_to_plain_http(void **state)
{
    static const struct {
        const char *host, *referer;
        enum web_verdict verdict;
    } ROWS[] = {
        {"192.168.1.20:8080", "http://192.168.1.20:8080/", WEB_ALLOW},
        {"192.168.1.20:8080", "http://192.168.1.20:8080/a/b?c=//d#e", WEB_ALLOW},
        {"192.168.1.20:8080", "http://192.168.1.20:3000/", WEB_ALLOW}, /* a dashboard there */
        {"192.168.1.20:8080", "https://192.168.1.20?x", WEB_ALLOW},
        {"[fd00::2]:8080", "http://[fd00:0::2]:8080/x", WEB_ALLOW},
        {"porch.local:8080", "http://PORCH.local:8080/x", WEB_ALLOW},
        {"127.0.0.1:8080", "http://cameras.example.org/x", WEB_ALLOW},
        {"192.168.1.20:8080", "http://evil.example/", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://evil.example/192.168.1.20:8080/", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://192.168.1.20@evil.example/", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://192.168.1.20.evil.example/", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://192.168.1.21:8080/", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "ftp://192.168.1.20:8080/", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "192.168.1.20:8080", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "//192.168.1.20:8080/", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "about:blank", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "", WEB_DENY_ORIGIN},
        {"evil.example", "http://evil.example/", WEB_DENY_HOST},
    };
    (void)state;
    struct web_request request = {.guard = WEB_GUARDED, .hosts = HOSTS};
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        request.host = ROWS[i].host;
        request.referer = ROWS[i].referer;
        if (web_decide(&request) != ROWS[i].verdict)
            fail_msg("host %s referer %s", request.host, request.referer);
    }
    char longest[600] = "http://";
    memset(longest + 7, 'a', sizeof(longest) - 8);
    request.host = "localhost";
    request.referer = longest;
    assert_int_equal(web_decide(&request), WEB_DENY_ORIGIN);
    /* What says more counts alone. */
    request.referer = "http://evil.example/";
    request.fetch_site = "same-site";
    assert_int_equal(web_decide(&request), WEB_ALLOW);
    request.fetch_site = NULL;
    request.origin = "http://localhost";
    assert_int_equal(web_decide(&request), WEB_ALLOW);
    request.origin = NULL;
    request.guard = WEB_PUBLIC; /* a link to the page */
    assert_int_equal(web_decide(&request), WEB_ALLOW);
    request.guard = WEB_DEVICE; /* no browser */
    assert_int_equal(web_decide(&request), WEB_ALLOW);
}

static void the_browser_knows_better_than_a_host_without_a_port(void **state)
{
    (void)state;
    struct web_request request = {
        .guard = WEB_GUARDED, .host = "porch", .origin = "https://porch:8443", .hosts = HOSTS};
    request.fetch_site = "same-origin";
    assert_int_equal(web_decide(&request), WEB_ALLOW);
    request.fetch_site = "same-site"; /* a page at another port */
    assert_int_equal(web_decide(&request), WEB_DENY_ORIGIN);
    request.host = "127.0.0.1:8080"; /* the proxy's own */
    assert_int_equal(web_decide(&request), WEB_DENY_ORIGIN);
    request.fetch_site = "same-origin";
    assert_int_equal(web_decide(&request), WEB_ALLOW);
}

static void pages_at_another_port_of_this_host_are_neighbours(void **state)
{
    static const struct {
        const char *fetch_site, *referer, *origin;
        bool is_neighbour;
    } CASES[] = {
        {"same-site", NULL, NULL, true},
        {"same-origin", NULL, NULL, false},
        {"cross-site", "http://10.0.0.5/", NULL, false},
        {NULL, "http://10.0.0.5/", NULL, true}, /* browsers do not send Sec-Fetch-Site over http */
        {NULL, "http://10.0.0.6/", NULL, false},
        {NULL, NULL, NULL, false},
        {"same-site", NULL, "http://10.0.0.5", false}, /* CORS decides */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct web_request request = {.guard = WEB_PICTURES,
                                      .host = "10.0.0.5:8080",
                                      .fetch_site = CASES[i].fetch_site,
                                      .referer = CASES[i].referer,
                                      .origin = CASES[i].origin};
        assert_int_equal(web_is_neighbour(&request), CASES[i].is_neighbour);
        request.guard = WEB_GUARDED;
        assert_false(web_is_neighbour(&request));
    }
}

static void pages_that_may_embed_look_and_do_no_more(void **state)
{
    static const char *const EMBEDS[] = {WEB_SAME_HOST, "https://dash.example.org",
                                         "http://10.0.0.9:3000", NULL};
    static const struct {
        const char *host, *origin;
        enum web_verdict verdict;
    } ROWS[] = {
        {"192.168.1.20:8080", "http://192.168.1.20", WEB_EMBED},
        {"192.168.1.20:8080", "http://192.168.1.20:3000", WEB_EMBED},
        {"192.168.1.20:8080", "https://192.168.1.20:3000", WEB_EMBED},
        {"porch.localhost:8080", "http://Porch.localhost", WEB_EMBED},
        {"192.168.1.20:8080", "https://dash.example.org", WEB_EMBED},
        {"192.168.1.20:8080", "https://dash.example.org:443", WEB_EMBED},
        {"192.168.1.20:8080", "http://10.0.0.9:3000", WEB_EMBED},
        {"192.168.1.20:8080", "http://192.168.1.20:8080", WEB_ALLOW},
        {"192.168.1.20:8080", "http://dash.example.org", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://dash.example.org:443", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "https://dash.example.org:8443", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "https://x.dash.example.org", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://10.0.0.9", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "http://192.168.1.21", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "same-host", WEB_DENY_ORIGIN},
        {"192.168.1.20:8080", "null", WEB_DENY_ORIGIN},
        {"evil.example", "https://dash.example.org", WEB_DENY_HOST},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct web_request request = {.guard = WEB_PICTURES,
                                      .host = ROWS[i].host,
                                      .origin = ROWS[i].origin,
                                      .hosts = HOSTS,
                                      .embeds = EMBEDS};
        if (web_decide(&request) != ROWS[i].verdict)
            fail_msg("host %s origin %s", request.host, request.origin);
        if (ROWS[i].verdict == WEB_EMBED)
            assert_true(web_embeds(&request));
        else if (ROWS[i].verdict == WEB_DENY_ORIGIN)
            assert_false(web_embeds(&request));
        /* An <img> there has a Referer alone. */
        request.origin = NULL;
        request.referer = ROWS[i].origin;
        request.fetch_site = "cross-site";
        assert_int_equal(web_decide(&request),
                         ROWS[i].verdict == WEB_ALLOW ? WEB_EMBED : ROWS[i].verdict);
        /* Settings are changed by our own page. */
        request = (struct web_request){.guard = WEB_GUARDED,
                                       .host = ROWS[i].host,
                                       .origin = ROWS[i].origin,
                                       .hosts = HOSTS,
                                       .embeds = EMBEDS};
        assert_int_equal(web_decide(&request),
                         ROWS[i].verdict == WEB_EMBED ? WEB_DENY_ORIGIN : ROWS[i].verdict);
        assert_false(web_embeds(&request));
        /* No origin is listed. */
        request.guard = WEB_PICTURES;
        request.embeds = NULL;
        assert_int_equal(web_decide(&request),
                         ROWS[i].verdict == WEB_EMBED ? WEB_DENY_ORIGIN : ROWS[i].verdict);
    }
}

static void every_verdict_has_a_sentence(void **state)
{
    (void)state;
    assert_non_null(strstr(web_verdict_text(WEB_DENY_HOST), "name"));
    assert_non_null(strstr(web_verdict_text(WEB_DENY_ORIGIN), "another site"));
    assert_non_null(web_verdict_text(WEB_ALLOW));
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
        cmocka_unit_test(the_browser_knows_better_than_a_host_without_a_port),
        cmocka_unit_test(pages_at_another_port_of_this_host_are_neighbours),
        cmocka_unit_test(pages_that_may_embed_look_and_do_no_more),
        cmocka_unit_test(every_verdict_has_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
