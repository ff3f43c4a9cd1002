#include "base/log_recent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void the_newest_first_and_no_more_than_the_limit(void **state)
{
    static struct log_recent_line lines[LOG_RECENT_MAX];
    (void)state;
    assert_int_equal(log_recent(lines), 0);
    for (int i = 0; i < LOG_RECENT_MAX + 3; i++) {
        char text[16];
        snprintf(text, sizeof(text), "line %d", i);
        log_recent_add(LOG_LEVEL_WARN, "2026-11-30T00:00:00.000Z", text);
    }
    assert_int_equal(log_recent(lines), LOG_RECENT_MAX);
    assert_string_equal(lines[0].text, "line 52");
    assert_string_equal(lines[LOG_RECENT_MAX - 1].text, "line 3");
    assert_string_equal(lines[0].when, "2026-11-30T00:00:00.000Z");
}

static void what_is_logged_as_a_warning_or_worse(void **state)
{
    static struct log_recent_line lines[LOG_RECENT_MAX];
    (void)state;
    log_error("store", "eyelid.db", "disk full");
    log_warn("push", NULL, "a \033[31mred\xff line");
    log_info("app", NULL, "ready");
    (void)log_recent(lines);
    assert_string_equal(lines[0].text, "push: a ?[31mred? line");
    assert_int_equal(lines[0].level, LOG_LEVEL_WARN);
    assert_string_equal(lines[1].text, "store: eyelid.db: disk full");
    assert_int_equal(lines[1].level, LOG_LEVEL_ERROR);
}

static void a_long_line_is_cut(void **state)
{
    static struct log_recent_line lines[LOG_RECENT_MAX];
    char text[2 * LOG_RECENT_TEXT_MAX_BYTES];
    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    log_warn("net", NULL, "%s", text);
    (void)log_recent(lines);
    assert_int_equal(strlen(lines[0].text), LOG_RECENT_TEXT_MAX_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_first_and_no_more_than_the_limit),
        cmocka_unit_test(what_is_logged_as_a_warning_or_worse),
        cmocka_unit_test(a_long_line_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
