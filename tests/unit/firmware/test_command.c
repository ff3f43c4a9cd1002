#include "firmware/main/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

enum { MAX_WORDS = 8 };

/* Splits at blanks, as the serial line does. */
static enum command_outcome say(struct settings *settings, const char *line, char *answer)
{
    char copy[200], *words[MAX_WORDS], *at = copy;
    int count = 0;
    assert_true(strlen(line) < sizeof(copy));
    strcpy(copy, line);
    for (char *word; count < MAX_WORDS && (word = strsep(&at, " "));)
        words[count++] = word;
    return command_run(settings, count, words, answer);
}

static struct settings fresh(void)
{
    static const uint8_t mac[6] = {1, 2, 3, 4, 5, 6};
    struct settings settings;
    settings_init(&settings, mac);
    return settings;
}

static void test_a_board_is_set_up(void **state)
{
    (void)state;
    char answer[COMMAND_ANSWER_BYTES];
    struct settings settings = fresh();
    assert_int_equal(say(&settings, "wifi home secret-word", answer), COMMAND_CHANGED);
    assert_int_equal(say(&settings, "server 10.0.0.2:9000", answer), COMMAND_CHANGED);
    assert_int_equal(say(&settings, "id porch", answer), COMMAND_CHANGED);
    assert_int_equal(say(&settings, "name Porch", answer), COMMAND_CHANGED);
    assert_int_equal(say(&settings, "rest 60 300", answer), COMMAND_CHANGED);
    assert_string_equal(settings.ssid, "home");
    assert_string_equal(settings.password, "secret-word");
    assert_string_equal(settings.server.host, "10.0.0.2");
    assert_string_equal(settings.id, "porch");
    assert_string_equal(settings.name, "Porch");
    assert_int_equal(settings.rest_after_s, 60);
    assert_int_equal(say(&settings, "show", answer), COMMAND_SHOWN);
    assert_non_null(strstr(answer, "10.0.0.2:9000"));
    assert_non_null(strstr(answer, "after 60 s for 300 s"));
    assert_int_equal(say(&settings, "rest off", answer), COMMAND_CHANGED);
    assert_int_equal(settings.rest_s, 0);
    assert_int_equal(say(&settings, "restart", answer), COMMAND_RESTART);
}

static void test_the_password_is_never_shown(void **state)
{
    (void)state;
    char answer[COMMAND_ANSWER_BYTES];
    struct settings settings = fresh();
    assert_int_equal(say(&settings, "wifi home secret-word", answer), COMMAND_CHANGED);
    assert_null(strstr(answer, "secret-word"));
    assert_int_equal(say(&settings, "token secret-word-0123", answer), COMMAND_CHANGED);
    assert_null(strstr(answer, "secret-word"));
    assert_int_equal(say(&settings, "show", answer), COMMAND_SHOWN);
    assert_null(strstr(answer, "secret-word"));
    assert_non_null(strstr(answer, "token  set"));
    assert_int_equal(say(&settings, "token off", answer), COMMAND_CHANGED);
    assert_string_equal(settings.token, "");
}

static void test_errors_change_nothing(void **state)
{
    (void)state;
    static const char *const lines[] = {"wifi",
                                        "wifi a b c",
                                        "wifi home short",
                                        "server",
                                        "server a b",
                                        "server a:b",
                                        "id",
                                        "id Porch",
                                        "name",
                                        "rest",
                                        "token",
                                        "token short",
                                        "token no!no!no!no!no!no!",
                                        "rest 60",
                                        "rest x 300",
                                        "rest 60 -1",
                                        "rest 1 9999999",
                                        "rest on",
                                        "show all",
                                        "restart now",
                                        "reboot"};
    for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char answer[COMMAND_ANSWER_BYTES] = "";
        struct settings settings = fresh(), before = settings;
        assert_int_equal(say(&settings, lines[i], answer), COMMAND_WRONG);
        assert_memory_equal(&settings, &before, sizeof(settings));
        assert_true(strlen(answer) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_board_is_set_up),
        cmocka_unit_test(test_the_password_is_never_shown),
        cmocka_unit_test(test_errors_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
