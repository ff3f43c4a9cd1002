#include "api/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static void the_page_comes_compressed_with_its_fences(void **state)
{
    struct world *world = *state;
    struct http_request *request = world_ask(
        world, &(struct fake_request){.path = "/", .accept_encoding = "gzip, deflate, br"});
    assert_int_equal(fake_answer(request)->status, 200);
    assert_string_equal(fake_answer(request)->content_type, "text/html; charset=utf-8");
    assert_string_equal(fake_answer(request)->body, "the page, compressed");
    assert_string_equal(fake_field(request, "content-encoding"), "gzip");
    assert_string_equal(fake_field(request, "vary"), "accept-encoding");
    assert_string_equal(fake_field(request, "etag"), "\"i1\"");
    assert_string_equal(fake_field(request, "cache-control"), "no-cache");
    assert_string_equal(fake_field(request, "referrer-policy"), "no-referrer");
    const char *csp = fake_field(request, "content-security-policy");
    assert_non_null(strstr(csp, "default-src 'none'"));
    assert_non_null(strstr(csp, "frame-ancestors 'self'"));
    assert_null(strstr(csp, "unsafe"));
    fake_request_destroy(request);
}

static void what_the_browser_has_is_not_sent_again(void **state)
{
    static const struct {
        const char *tags;
        int status;
    } ROWS[] = {
        {"\"i1\"", 304}, {"W/\"i1\"", 304}, {"\"x\", \"i1\"", 304}, {"*", 304}, {"\"x\"", 200},
        {"i1", 200},     {"", 200},
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct http_request *request = world_ask(
            world, &(struct fake_request){.path = "/index.html", .if_none_match = ROWS[i].tags});
        assert_int_equal(fake_answer(request)->status, ROWS[i].status);
        assert_int_equal(fake_answer(request)->len_bytes > 0, ROWS[i].status == 200);
        assert_string_equal(fake_field(request, "etag"), "\"i1\"");
        fake_request_destroy(request);
    }
}

static void what_cannot_be_sent_is_said(void **state)
{
    struct world *world = *state;
    struct http_request *request =
        world_ask(world, &(struct fake_request){.path = "/", .accept_encoding = "identity"});
    assert_int_equal(fake_answer(request)->status, 406);
    fake_request_destroy(request);
    request = world_ask(world, &(struct fake_request){.path = "/", .accept_encoding = "*"});
    assert_int_equal(fake_answer(request)->status, 200);
    fake_request_destroy(request);
    request = world_get(world, "/assets/none.js");
    assert_int_equal(fake_answer(request)->status, 404);
    assert_string_equal(fake_answer(request)->body, "there is nothing at this address\n");
    fake_request_destroy(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(the_page_comes_compressed_with_its_fences),
        WORLD_TEST(what_the_browser_has_is_not_sent_again),
        WORLD_TEST(what_cannot_be_sent_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
