#include "tell/receiver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char MINIMAL[] =
    "{\"id\":\"phone\",\"kind\":\"ntfy\",\"url\":\"https://ntfy.sh/our-garden\"}";

static int read_text(const char *text, struct receiver *receiver, bool *has_secret, char *error)
{
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    const int r = receiver_from_json(json, receiver, has_secret, error);
    json_decref(json);
    return r;
}

static void what_is_left_out_has_its_default(void **state)
{
    struct receiver receiver;
    bool has_secret;
    char error[RECEIVER_ERROR_MAX];
    (void)state;
    assert_int_equal(read_text(MINIMAL, &receiver, &has_secret, error), 0);
    assert_string_equal(receiver.name, "phone");
    assert_true(receiver.enabled && receiver.picture && !has_secret);
    assert_int_equal(receiver.kind, RECEIVER_NTFY);
    assert_true(receiver_wants(&receiver, "porch"));
}

static void secrets_are_not_read_back(void **state)
{
    struct receiver receiver;
    bool has_secret;
    char error[RECEIVER_ERROR_MAX];
    (void)state;
    assert_int_equal(read_text("{\"id\":\"a\",\"kind\":\"webhook\",\"url\":\"http://x/\","
                               "\"secret\":\"k3y\",\"cameras\":[\"porch\"],\"enabled\":true}",
                               &receiver, &has_secret, error),
                     0);
    assert_true(has_secret && receiver_wants(&receiver, "porch"));
    assert_false(receiver_wants(&receiver, "yard"));
    json_t *shown = receiver_to_json(&receiver, false), *stored = receiver_to_json(&receiver, true);
    assert_null(json_object_get(shown, "secret"));
    assert_string_equal(json_string_value(json_object_get(stored, "secret")), "k3y");
    json_decref(shown);
    json_decref(stored);
    receiver.enabled = false;
    assert_false(receiver_wants(&receiver, "porch"));
}

static void mistakes_are_said(void **state)
{
    static const struct {
        const char *text, *error;
    } CASES[] = {
        {"[]", "receiver: expected"},
        {"{\"kind\":\"ntfy\",\"url\":\"http://x/\"}", "id: expected"},
        {"{\"id\":\"A\",\"kind\":\"ntfy\",\"url\":\"http://x/\"}", "id: expected"},
        {"{\"id\":\"a\",\"kind\":\"pigeon\",\"url\":\"http://x/\"}", "kind: expected"},
        {"{\"id\":\"a\",\"kind\":\"ntfy\",\"url\":\"ftp://x/\"}", "url: expected"},
        {"{\"id\":\"a\",\"kind\":\"ntfy\"}", "url: expected"},
        {"{\"id\":\"a\",\"kind\":\"ntfy\",\"url\":\"http://x/\",\"secret\":\"a\\r\\nb\"}",
         "secret: expected"},
        {"{\"id\":\"a\",\"kind\":\"ntfy\",\"url\":\"http://x/\",\"cameras\":[1]}",
         "cameras: expected"},
        {"{\"id\":\"a\",\"kind\":\"ntfy\",\"url\":\"http://x/\",\"colour\":1}",
         "colour: no such setting"},
        {"{\"id\":\"a\",\"kind\":\"ntfy\",\"url\":\"http://x/\",\"enabled\":1}",
         "enabled: expected"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct receiver receiver;
        bool has_secret;
        char error[RECEIVER_ERROR_MAX] = "";
        assert_true(read_text(CASES[i].text, &receiver, &has_secret, error) < 0);
        if (strncmp(error, CASES[i].error, strlen(CASES[i].error)) != 0)
            fail_msg("%s: %s", CASES[i].text, error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(secrets_are_not_read_back),
        cmocka_unit_test(mistakes_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
