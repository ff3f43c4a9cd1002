#include "firmware/main/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

static struct settings fresh(void)
{
    static const uint8_t mac[6] = {1, 2, 3, 0xab, 0x0c, 0xff};
    struct settings settings;
    settings_init(&settings, mac);
    return settings;
}

static void test_a_new_board_has_a_unique_name(void **state)
{
    (void)state;
    struct settings settings = fresh();
    assert_string_equal(settings.id, "esp-ab0cff");
    assert_string_equal(settings.name, "ESP32 ab0cff");
    assert_string_equal(settings.ssid, "");
    assert_string_equal(settings.server.host, "");
    assert_int_equal(settings_set_id(&settings, settings.id), 0);
}

static void test_servers(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host;
        uint16_t port;
    } good[] = {
        {"auto", "", 8765},
        {"192.168.1.10", "192.168.1.10", 8765},
        {"server.local:9000", "server.local", 9000},
        {"ws://server", "server", 8765},
        {"ws://server:1/", "server", 1},
        {"server:65535", "server", 65535},
    };
    for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct settings settings = fresh();
        assert_int_equal(settings_set_server(&settings, good[i].text), 0);
        assert_string_equal(settings.server.host, good[i].host);
        assert_int_equal(settings.server.port, good[i].port);
    }
    static const char *const bad[] = {"",         ":8765",        "server:",  "server:0",
                                      "server:x", "server:65536", "a b",      "http://server",
                                      "server/x", "server:80:80", "se\"rver", "server:99999999999"};
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct settings settings = fresh(), before = settings;
        assert_int_equal(settings_set_server(&settings, bad[i]), -EINVAL);
        assert_memory_equal(&settings, &before, sizeof(settings));
    }
}

/* Fills text with n times c. */
static const char *times(char *text, size_t n, char c)
{
    memset(text, c, n);
    text[n] = '\0';
    return text;
}

static void test_lengths(void **state)
{
    (void)state;
    char text[100];
    struct settings settings = fresh();
    assert_int_equal(settings_set_id(&settings, times(text, 32, 'a')), 0);
    assert_int_equal(settings_set_id(&settings, times(text, 33, 'a')), -EINVAL);
    assert_int_equal(settings_set_id(&settings, ""), -EINVAL);
    assert_int_equal(settings_set_id(&settings, "Porch"), -EINVAL);
    assert_int_equal(settings_set_name(&settings, times(text, 64, 'N')), 0);
    assert_int_equal(settings_set_name(&settings, times(text, 65, 'N')), -EINVAL);
    assert_int_equal(settings_set_name(&settings, "a\nb"), -EINVAL);
    assert_int_equal(settings_set_name(&settings, "Küche"), 0);
    assert_int_equal(settings_set_server(&settings, times(text, 63, 'h')), 0);
    assert_int_equal(settings_set_server(&settings, times(text, 64, 'h')), -EINVAL);
    assert_int_equal(settings_set_wifi(&settings, times(text, 32, 's'), ""), 0);
    assert_int_equal(settings_set_wifi(&settings, times(text, 33, 's'), ""), -EINVAL);
    assert_int_equal(settings_set_wifi(&settings, "net", times(text, 7, 'p')), -EINVAL);
    assert_int_equal(settings_set_wifi(&settings, "net", times(text, 8, 'p')), 0);
    assert_int_equal(settings_set_wifi(&settings, "net", times(text, 63, 'p')), 0);
    assert_int_equal(settings_set_wifi(&settings, "net", times(text, 64, 'p')), -EINVAL);
    assert_int_equal(settings_set_wifi(&settings, "", ""), -EINVAL);
}

static void test_rest_needs_both_times(void **state)
{
    (void)state;
    struct settings settings = fresh();
    assert_int_equal(settings_set_rest(&settings, 60, 300), 0);
    assert_int_equal(settings_set_rest(&settings, 60, 0), -EINVAL);
    assert_int_equal(settings_set_rest(&settings, 0, 300), -EINVAL);
    assert_int_equal(settings_set_rest(&settings, 60, SETTINGS_MAX_REST_S + 1), -EINVAL);
    assert_int_equal(settings.rest_s, 300);
    assert_int_equal(settings_set_rest(&settings, 0, 0), 0);
    assert_int_equal(settings.rest_s, 0);
}

static void test_the_longest_address_fits(void **state)
{
    (void)state;
    char url[SETTINGS_URL_BYTES], text[100];
    struct settings settings = fresh();
    assert_int_equal(settings_set_server(&settings, "10.0.0.2:9000"), 0);
    settings_url(&settings.server, "porch", url);
    assert_string_equal(url, "ws://10.0.0.2:9000/porch");
    assert_int_equal(settings_set_server(&settings, times(text, 63, 'h')), 0);
    settings.server.port = 65535;
    settings_url(&settings.server, times(text, 32, 'i'), url);
    assert_int_equal(strlen(url), 5 + 63 + 6 + 1 + 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_board_has_a_unique_name),
        cmocka_unit_test(test_servers),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_rest_needs_both_times),
        cmocka_unit_test(test_the_longest_address_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
