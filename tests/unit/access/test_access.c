#include "access/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const HOSTS[] = {"cam.example.net", "pi", NULL};

static enum access_verdict decide(enum access_role needs, const char *host, const char *origin)
{
    return access_decide(&(struct access_request){
        .needs = needs, .method = "GET", .host = host, .origin = origin, .hosts = HOSTS});
}

static void a_host_is_an_address_or_a_name_of_ours(void **state)
{
    static const struct {
        const char *host;
        bool fine;
    } ROWS[] = {
        {"localhost", true},
        {"localhost:8080", true},
        {"LocalHost.:8080", true},
        {"eyelid.localhost:8080", true},
        {"127.0.0.1:8080", true},
        {"192.168.1.20", true},
        {"255.255.255.255", true},
        {"[::1]:8080", true},
        {"[fe80::1]", true},
        {"[::ffff:192.0.2.1]:80", true},
        {"cam.example.net", true},
        {"CAM.example.net:8443", true},
        {"pi:8080", true},
        {NULL, false},
        {"", false},
        {".", false},
        {":8080", false},
        {"evil.example", false},
        {"evil.example:8080", false},
        {"localhost.evil.example", false},
        {"notlocalhost", false},
        {".localhost.evil", false},
        {"127.0.0.1.evil.example", false},
        {"127.0.0.1.nip.io:8080", false},
        {"127.0.0", false},
        {"127.0.0.256", false},
        {"127.0.0.1.", true},
        {"127.0.0.0001", false},
        {"127..0.1", false},
        {"2130706433", false},
        {"cam.example.net.evil", false},
        {"x.cam.example.net", false},
        {"cam.example", false},
        {"localhost:80a", false},
        {"localhost:", false},
        {"localhost:80:80", false},
        {"[::1", false},
        {"[]", false},
        {"[evil.example]", false},
        {"[::1]evil.example", false},
        {"localhost/evil", false},
        {"user@localhost", false},
    };
    (void)state;
    for (unsigned role = 0; role < ACCESS_ROLES; role++)
        for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
            enum access_verdict verdict = decide((enum access_role)role, ROWS[i].host, NULL);
            if (verdict != (ROWS[i].fine ? ACCESS_ALLOW : ACCESS_DENY_HOST))
                fail_msg("host %s: %d", ROWS[i].host, verdict);
        }
}

static void only_the_page_itself_may_ask(void **state)
{
    static const struct {
        const char *host, *origin;
        bool fine;
    } ROWS[] = {
        {"localhost:8080", NULL, true},
        {"localhost:8080", "http://localhost:8080", true},
        {"localhost:8080", "https://localhost:8080", true}, /* TLS ends in front of us */
        {"localhost:8080", "http://LOCALHOST:8080", true},
        {"192.168.1.20:8080", "http://192.168.1.20:8080", true},
        {"[::1]:8080", "http://[::1]:8080", true},
        {"cam.example.net", "https://cam.example.net", true},
        {"127.0.0.1:8080", "https://cam.example.net", true}, /* a proxy that puts its own Host */
        {"127.0.0.1:8080", "http://cam.example.net:8080", true},
        {"127.0.0.1:8080", "http://cam.example.net:9000", false}, /* another program there */
        {"localhost:8080", "http://localhost:9000", false},
        {"localhost:8080", "http://localhost", false},
        {"localhost", "http://localhost:8080", false},
        {"localhost:8080", "http://127.0.0.1:8080", false},
        {"localhost:8080", "https://evil.example", false},
        {"localhost:8080", "http://evil.example:8080", false},
        {"localhost:8080", "http://localhost:8080.evil.example", false},
        {"localhost:8080", "http://localhost:8080@evil.example", false},
        {"localhost:8080", "null", false},
        {"localhost:8080", "", false},
        {"localhost:8080", "localhost:8080", false},
        {"localhost:8080", "file://", false},
        {"localhost:8080", "chrome-extension://abc", false},
        {"localhost:8080", "ftp://localhost:8080", false},
    };
    static const enum access_role FENCED[] = {ACCESS_VIEWER, ACCESS_OPERATOR, ACCESS_ADMIN};
    (void)state;
    for (size_t r = 0; r < sizeof(FENCED) / sizeof(FENCED[0]); r++)
        for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
            enum access_verdict verdict = decide(FENCED[r], ROWS[i].host, ROWS[i].origin);
            if (verdict != (ROWS[i].fine ? ACCESS_ALLOW : ACCESS_DENY_ORIGIN))
                fail_msg("host %s, origin %s: %d", ROWS[i].host, ROWS[i].origin, verdict);
        }
}

static void public_files_may_be_linked_from_anywhere(void **state)
{
    (void)state;
    assert_int_equal(decide(ACCESS_PUBLIC, "localhost:8080", "https://other.example"),
                     ACCESS_ALLOW);
    assert_int_equal(decide(ACCESS_PUBLIC, "evil.example", "https://other.example"),
                     ACCESS_DENY_HOST);
}

static void devices_may_say_file(void **state)
{
    (void)state;
    assert_int_equal(decide(ACCESS_DEVICE, "192.168.1.20:8765", "file://"), ACCESS_ALLOW);
    assert_int_equal(decide(ACCESS_DEVICE, "192.168.1.20:8765", "http://evil.example"),
                     ACCESS_DENY_ORIGIN);
    assert_int_equal(decide(ACCESS_DEVICE, "192.168.1.20:8765", "null"), ACCESS_DENY_ORIGIN);
}

static void without_names_of_ours_only_addresses_and_localhost_are_known(void **state)
{
    (void)state;
    struct access_request request = {.needs = ACCESS_VIEWER, .method = "GET", .host = "pi"};
    assert_int_equal(access_decide(&request), ACCESS_DENY_HOST);
    request.host = "10.0.0.1";
    assert_int_equal(access_decide(&request), ACCESS_ALLOW);
}

static void every_verdict_has_its_sentence(void **state)
{
    (void)state;
    assert_true(strlen(access_verdict_text(ACCESS_ALLOW)) > 0);
    assert_true(strlen(access_verdict_text(ACCESS_DENY_HOST)) > 0);
    assert_true(strlen(access_verdict_text(ACCESS_DENY_ORIGIN)) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_an_address_or_a_name_of_ours),
        cmocka_unit_test(only_the_page_itself_may_ask),
        cmocka_unit_test(public_files_may_be_linked_from_anywhere),
        cmocka_unit_test(devices_may_say_file),
        cmocka_unit_test(without_names_of_ours_only_addresses_and_localhost_are_known),
        cmocka_unit_test(every_verdict_has_its_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
