#include "net/http_head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char text[16384];

static int parse(const char *request, struct http_head *ret_head)
{
    size_t len = strlen(request);
    assert_true(len < sizeof(text));
    memcpy(text, request, len + 1);
    return http_head_parse(text, len, ret_head);
}

static void finds_the_end_however_it_comes(void **state)
{
    (void)state;
    static const char REQUEST[] = "GET / HTTP/1.1\r\nA: \r\r\nB: c\r\n\r\nbody\r\n\r\n";
    const size_t head = sizeof(REQUEST) - 1 - 8;
    size_t scanned = 0;
    assert_int_equal(http_head_length(REQUEST, sizeof(REQUEST) - 1, &scanned), head);
    scanned = 0;
    for (size_t len = 0; len < head; len++)
        assert_int_equal(http_head_length(REQUEST, len, &scanned), 0);
    assert_int_equal(http_head_length(REQUEST, head, &scanned), head);
}

static void takes_all_parts(void **state)
{
    (void)state;
    struct http_head head;
    assert_int_equal(parse("PATCH /a%20b?c=%20d?e HTTP/1.1\r\n"
                           "Host: h:1\r\nORIGIN: http://h:1\r\nauthorization:Bearer x\r\n"
                           "Cookie: a\r\nCookie: b\r\nContent-Type: t\r\nIf-None-Match: \"e\"\r\n"
                           "User-Agent: u\r\nIf-Modified-Since: d\r\nIf-Range: \"r\"\r\n"
                           "Accept: text/html\r\nAccept-Encoding: gzip\r\nRange: "
                           "bytes=0-1\r\nContent-Length: 42\r\n"
                           "Sec-Fetch-Site: none\r\nReferer: "
                           "http://h:1/p\r\nSec-WebSocket-Protocol: p\r\nSec-WebSocket-Key: k\r\n"
                           "Sec-WebSocket-Version: 13\r\nConnection: Keep-Alive,UPGRADE\r\n"
                           "X-Forwarded-For: 192.0.2.7\r\nVia: 1.1 p\r\n"
                           "Forwarded: proto=http\r\nX-Forwarded-Proto: https\r\n"
                           "X-Eyelid-Proxy-Secret: s\r\nRemote-User: r\r\n"
                           "X-Forwarded-User: f\r\nX-authentik-username: a\r\n"
                           "X-Remote-User-Name: h\r\nTailscale-User-Login: l\r\n"
                           "Connection: close\r\nUpgrade: h2c, WebSocket\r\n"
                           "Expect: 100-Continue\r\nUnknown: \tvalue \t \r\nEmpty:\r\n\r\n",
                           &head),
                     0);
    assert_string_equal(head.method, "PATCH");
    assert_string_equal(head.path, "/a b");
    assert_string_equal(head.query, "c=%20d?e");
    static const char *const VALUES[HEAD_FIELDS] = {
        [HEAD_HOST] = "h:1",
        [HEAD_ORIGIN] = "http://h:1",
        [HEAD_AUTHORIZATION] = "Bearer x",
        [HEAD_COOKIE] = "a",
        [HEAD_USER_AGENT] = "u",
        [HEAD_CONTENT_TYPE] = "t",
        [HEAD_IF_NONE_MATCH] = "\"e\"",
        [HEAD_IF_MODIFIED_SINCE] = "d",
        [HEAD_IF_RANGE] = "\"r\"",
        [HEAD_ACCEPT] = "text/html",
        [HEAD_ACCEPT_ENCODING] = "gzip",
        [HEAD_RANGE] = "bytes=0-1",
        [HEAD_FETCH_SITE] = "none",
        [HEAD_REFERER] = "http://h:1/p",
        [HEAD_FORWARDED] = "1.1 p",
        [HEAD_FORWARDED_ELEMENTS] = "proto=http",
        [HEAD_FORWARDED_LAST] = "proto=http",
        [HEAD_FORWARDED_FOR] = "192.0.2.7",
        [HEAD_FORWARDED_PROTO] = "https",
        [HEAD_PROXY_SECRET] = "s",
        [HEAD_REMOTE_USER] = "r",
        [HEAD_FORWARDED_USER] = "f",
        [HEAD_AUTHENTIK_USER] = "a",
        [HEAD_HASS_USER] = "h",
        [HEAD_TAILSCALE_USER] = "l",
        [HEAD_WS_PROTOCOL] = "p",
        [HEAD_WS_KEY] = "k",
        [HEAD_WS_VERSION] = "13",
    };
    for (int i = 0; i < HEAD_FIELDS; i++)
        assert_string_equal(head.fields[i], VALUES[i]);
    assert_int_equal(head.content_length, 42);
    assert_true(head.close && head.keep_alive && head.upgrade && head.to_websocket);
    assert_true(head.expects_continue);
    assert_false(head.http_1_0);
    /* Of several lines about hops the last one is the nearest proxy's. */
    assert_int_equal(parse("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: a\r\nForwarded: for=a\r\n"
                           "X-Forwarded-For: b\r\nForwarded: for=b\r\n\r\n",
                           &head),
                     0);
    assert_string_equal(head.fields[HEAD_FORWARDED_FOR], "b");
    assert_string_equal(head.fields[HEAD_FORWARDED_ELEMENTS], "for=a");
    assert_string_equal(head.fields[HEAD_FORWARDED_LAST], "for=b");
    assert_int_equal(parse("GET / HTTP/1.0\r\n\r\n", &head), 0);
    assert_true(head.http_1_0);
    assert_string_equal(head.query, "");
    for (int i = 0; i < HEAD_FIELDS; i++)
        assert_null(head.fields[i]);
}

static void a_failure_leaves_the_output_alone(void **state)
{
    (void)state;
    struct http_head head, before;
    memset(&head, 0x5a, sizeof(head));
    before = head;
    assert_int_equal(parse("GET / HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n", &head), 400);
    assert_memory_equal(&head, &before, sizeof(head));
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        int status;
    } CASES[] = {
        {"\r\n\r\n", 400},
        {" GET / HTTP/1.1\r\n\r\n", 400},
        {"GET\t/ HTTP/1.1\r\n\r\n", 400},
        {"G(T / HTTP/1.1\r\n\r\n", 400},
        {"GET /\r\n\r\n", 400},
        {"GET / http/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.10\r\n\r\n", 400},
        {"GET / HTTP/1.1x\r\n\r\n", 400},
        {"GET / HTTP/0.9\r\n\r\n", 505},
        {"GET / HTTP/3.0\r\n\r\n", 505},
        {"GET relative HTTP/1.1\r\n\r\n", 400},
        {"GET http://host HTTP/1.1\r\n\r\n", 400},
        {"GET http:/// HTTP/1.1\r\n\r\n", 400},
        {"GET ftp://host/ HTTP/1.1\r\n\r\n", 400},
        {"GET /\x7f HTTP/1.1\r\n\r\n", 400},
        {"GET /\xc3\xa4 HTTP/1.1\r\n\r\n", 400},
        {"GET /a%00b HTTP/1.1\r\n\r\n", 400},
        {"GET /% HTTP/1.1\r\n\r\n", 400},
        {"GET /%a HTTP/1.1\r\n\r\n", 400},
        {"GET /%g0 HTTP/1.1\r\n\r\n", 400},
        {"GET /%1f HTTP/1.1\r\n\r\n", 400},
        {"GET /a/.. HTTP/1.1\r\n\r\n", 400},
        {"GET /a/../ HTTP/1.1\r\n\r\n", 400},
        {"GET /%2E%2e/ HTTP/1.1\r\n\r\n", 400},
        {"GET /%5c..%5c HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n: x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA b: x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA : x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: x\r\n\tfolded\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: x\001\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: x\rB: y\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: x\nB: y\r\n\r\n", 400},
        {"GET / HTTP/1.1\nA: x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nContent-Length: 1 1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nContent-Length: 1234567890123456789\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nOrigin: a\r\nOrigin: a\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nAuthorization: a\r\nauthorization: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n", 411},
        {"GET / HTTP/1.1\r\nExpect: more\r\n\r\n", 417},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        struct http_head head;
        int status = parse(CASES[i].request, &head);
        if (status != CASES[i].status)
            print_error("%s", CASES[i].request);
        assert_int_equal(status, CASES[i].status);
    }
    struct http_head head;
    memcpy(text, "GET / HTTP/1.1\r\nA: \0\r\n\r\n", 24);
    assert_int_equal(http_head_parse(text, 24, &head), 400);
}

static void dots_that_climb_nowhere_are_fine(void **state)
{
    (void)state;
    static const char *const PATHS[][2] = {
        {"/...", "/..."},       {"/a..b", "/a..b"},       {"/..a/b", "/..a/b"},
        {"/a/..b", "/a/..b"},   {"/.hidden", "/.hidden"}, {"/%252e%252e/", "/%2e%2e/"},
        {"/a%3fb%23", "/a?b#"}, {"/a+b", "/a+b"},
    };
    for (size_t i = 0; i < sizeof(PATHS) / sizeof(*PATHS); i++) {
        char request[128];
        struct http_head head;
        strcpy(request, "GET ");
        strcat(request, PATHS[i][0]);
        strcat(request, " HTTP/1.1\r\n\r\n");
        assert_int_equal(parse(request, &head), 0);
        assert_string_equal(head.path, PATHS[i][1]);
    }
}

static void an_absolute_target_names_the_host(void **state)
{
    (void)state;
    struct http_head head;
    assert_int_equal(parse("GET HTTPS://there/p HTTP/1.1\r\nHost: here\r\n\r\n", &head), 0);
    assert_string_equal(head.fields[HEAD_HOST], "there");
    assert_string_equal(head.path, "/p");
}

static void decodes(void **state)
{
    (void)state;
    char out[8];
    assert_int_equal(http_decode("a%2Bb+c", 7, true, out, sizeof(out)), 5);
    assert_string_equal(out, "a+b c");
    assert_int_equal(http_decode("a+c", 3, false, out, sizeof(out)), 3);
    assert_string_equal(out, "a+c");
    assert_int_equal(http_decode("1234567", 7, false, out, sizeof(out)), 7);
    assert_int_equal(http_decode("12345678", 8, false, out, sizeof(out)), -1);
    assert_int_equal(http_decode("%0", 2, false, out, sizeof(out)), -1);
    assert_int_equal(http_decode("%00", 3, false, out, sizeof(out)), -1);
    assert_int_equal(http_decode("", 0, false, out, sizeof(out)), 0);
    assert_string_equal(out, "");
}

static void reads_lists(void **state)
{
    (void)state;
    assert_true(http_list_has("a, B ,c", "b"));
    assert_true(http_list_has(",,b", "B"));
    assert_true(http_list_has("b\t", "b"));
    assert_false(http_list_has("ab, b c", "b"));
    assert_false(http_list_has("", "b"));
    assert_true(http_list_has_exactly("a,b", "b"));
    assert_false(http_list_has_exactly("a,B", "b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_end_however_it_comes),
        cmocka_unit_test(takes_all_parts),
        cmocka_unit_test(a_failure_leaves_the_output_alone),
        cmocka_unit_test(refuses),
        cmocka_unit_test(dots_that_climb_nowhere_are_fine),
        cmocka_unit_test(an_absolute_target_names_the_host),
        cmocka_unit_test(decodes),
        cmocka_unit_test(reads_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
