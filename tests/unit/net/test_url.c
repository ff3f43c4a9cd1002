#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/url.h"

static struct url parsed(const char *text)
{
    struct url url;
    const char *wrong = NULL;
    if (url_parse(text, &url, &wrong) < 0)
        fail_msg("%s: %s", text, wrong);
    return url;
}

static void test_the_parts(void **state)
{
    (void)state;
    struct url url = parsed("http://192.168.1.5:81/stream");
    assert_false(url.https);
    assert_string_equal(url.host, "192.168.1.5");
    assert_int_equal(url.port, 81);
    assert_string_equal(url.path, "/stream");
    assert_string_equal(url.query, "");
    assert_string_equal(url.user, "");

    url = parsed("HTTPS://me:p%40ss@Cam.local/?action=stream#top");
    assert_true(url.https);
    assert_int_equal(url.port, 443);
    assert_string_equal(url.path, "/");
    assert_string_equal(url.query, "action=stream");
    assert_string_equal(url.user, "me");
    assert_string_equal(url.password, "p@ss");

    url = parsed("http://[fd00::5]:8080");
    assert_string_equal(url.host, "[fd00::5]");
    assert_string_equal(url.path, "/");
}

static void test_masked_urls(void **state)
{
    (void)state;
    char text[URL_TEXT_MAX_BYTES], place[URL_PLACE_MAX_BYTES];
    struct url url = parsed("http://me:secret@cam:81/a?pwd=secret");
    url_mask(&url, text);
    assert_string_equal(text, "http://***@cam:81/a?...");
    url_format(&url, text);
    assert_string_equal(text, "http://cam:81/a?pwd=secret");
    url_place(&url, place);
    assert_string_equal(place, "cam:81");
    url = parsed("https://cam/stream");
    url_mask(&url, text);
    assert_string_equal(text, "https://cam/stream");
    url = parsed("http://:secret@cam/");
    url_mask(&url, text);
    assert_string_equal(text, "http://***@cam/");
}

static void test_the_origin(void **state)
{
    (void)state;
    struct url a = parsed("http://cam:81/a"), b = parsed("http://x@CAM:81/b?c");
    assert_true(url_same_origin(&a, &b));
    b = parsed("http://cam/a");
    assert_false(url_same_origin(&a, &b));
    b = parsed("https://cam:81/a");
    assert_false(url_same_origin(&a, &b));
    b = parsed("http://cam.evil:81/a");
    assert_false(url_same_origin(&a, &b));
}

static void test_invalid_urls(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "",
        "192.168.1.5",
        "cam/stream",
        "file:///etc/passwd",
        "rtsp://cam/stream",
        "ftp://cam/",
        "gopher://cam/",
        "http://",
        "http:///stream",
        "http://%38/",
        "http://me@%38/",
        "http:/%38://@cam/",
        "http:/cam/stream",
        "http:////cam/stream",
        "http://c%90m/",
        "http://c%00m/",
        "http://[::1%25x]/",
        "http://c*m/",
        "http://cam:0/",
        "http://cam:65536/",
        "http://cam:x/",
        "http://cam /",
        "http://cam/a b",
        "http://cam/\r\nX: y",
        "http://cam/\x01",
        "http://c\xc3\xa4m/",
        "http://a%0d:b@cam/",
        "http://a:b%0a@cam/",
        "http://a%3ab:c@cam/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1",
    };
    struct url url = {.port = 77};
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(*WRONG); i++) {
        const char *wrong = NULL;
        if (url_parse(WRONG[i], &url, &wrong) != -EINVAL)
            fail_msg("\"%s\" is taken", WRONG[i]);
        assert_non_null(wrong);
    }
    assert_int_equal(url.port, 77);
}

static void test_how_long_it_may_be(void **state)
{
    (void)state;
    char text[URL_MAX_BYTES + 2] = "http://cam/";
    struct url url;
    const char *wrong;
    memset(text + 11, 'a', URL_MAX_BYTES - 11);
    assert_int_equal(url_parse(text, &url, &wrong), 0);
    text[URL_MAX_BYTES] = 'a';
    assert_int_equal(url_parse(text, &url, &wrong), -EINVAL);
    assert_string_equal(wrong, "a URL can have at most 512 bytes");

    char secret[URL_SECRET_MAX_BYTES + 2];
    memset(secret, 's', sizeof(secret) - 1);
    secret[URL_SECRET_MAX_BYTES] = '\0';
    snprintf(text, sizeof(text), "http://u:%s@cam/", secret);
    assert_int_equal(url_parse(text, &url, &wrong), 0);
    snprintf(text, sizeof(text), "http://u:%ss@cam/", secret);
    assert_int_equal(url_parse(text, &url, &wrong), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_parts),          cmocka_unit_test(test_masked_urls),
        cmocka_unit_test(test_the_origin),         cmocka_unit_test(test_invalid_urls),
        cmocka_unit_test(test_how_long_it_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
