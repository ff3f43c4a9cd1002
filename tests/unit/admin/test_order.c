#include "admin/order.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 16 };

/* The order that a line makes, as "METHOD TARGET BODY"; or the error. */
static void expect(const char *line, const char *wanted)
{
    char copy[256], got[512], error[ORDER_ERROR_MAX];
    const char *words[WORDS_MAX];
    unsigned n = 0;
    struct order order;
    snprintf(copy, sizeof(copy), "%s", line);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        words[n++] = word;
    if (order_parse(n, words, &order, error) < 0) {
        assert_string_equal(error, wanted);
        return;
    }
    char *body = order_body(&order, order.needs_password ? "secret \"1\"" : NULL);
    snprintf(got, sizeof(got), "%s %s%s%s%s", order.method, order.target, body ? " " : "",
             body ? body : "", order.json ? " json" : "");
    order_free_body(body);
    assert_string_equal(got, wanted);
}

static void each_verb_is_one_request(void **state)
{
    (void)state;
    expect("user list", "GET /api/v1/users");
    expect("user list --json", "GET /api/v1/users json");
    expect("user add anna --role admin",
           "POST /api/v1/users "
           "{\"name\":\"anna\",\"role\":\"admin\",\"password\":\"secret \\\"1\\\"\"}");
    expect("user add --cameras=porch,yard ben",
           "POST /api/v1/users {\"name\":\"ben\",\"role\":\"viewer\","
           "\"cameras\":[\"porch\",\"yard\"],\"password\":\"secret \\\"1\\\"\"}");
    expect("user remove ben", "DELETE /api/v1/users/ben");
    expect("user passwd ben", "PATCH /api/v1/users/ben {\"password\":\"secret \\\"1\\\"\"}");
    expect("user reset-totp ben", "DELETE /api/v1/users/ben/totp");
    expect("user role ben operator", "PATCH /api/v1/users/ben {\"role\":\"operator\"}");
    expect("user role ben operator --cameras all",
           "PATCH /api/v1/users/ben {\"role\":\"operator\",\"cameras\":null}");
    expect("token list", "GET /api/v1/tokens");
    expect("token add octoprint",
           "POST /api/v1/tokens {\"name\":\"octoprint\",\"role\":\"viewer\"}");
    expect("token add ha --days 2 --json",
           "POST /api/v1/tokens {\"name\":\"ha\",\"role\":\"viewer\",\"expires_s\":172800} json");
    expect("token remove 0011223344556677", "DELETE /api/v1/tokens/0011223344556677");
    expect("session list", "GET /api/v1/sessions");
    expect("session remove 0011223344556677", "DELETE /api/v1/sessions/0011223344556677");
    expect("camera list --json", "GET /api/v1/cameras json");
    expect("camera token porch", "POST /api/v1/cameras/porch/token {}");
    expect("setup", "GET /api/v1/setup");
}

static void invalid_orders_say_what_is_expected(void **state)
{
    (void)state;
    expect("user", "user takes list, add, remove, passwd, role, reset-totp");
    expect("user erase", "user takes list, add, remove, passwd, role, reset-totp");
    expect("user add",
           "usage: eyelid user add NAME [--role viewer|operator|admin] [--cameras ID,ID]");
    expect("user remove ../cameras/porch", "usage: eyelid user remove NAME");
    expect("user remove Anna", "usage: eyelid user remove NAME");
    expect("user remove anna ben", "usage: eyelid user remove NAME");
    expect("user remove anna --json", "usage: eyelid user remove NAME");
    expect("user role anna",
           "usage: eyelid user role NAME viewer|operator|admin [--cameras ID,ID|all]");
    expect("token add a --days 0",
           "usage: eyelid token add NAME [--role viewer|operator|admin] [--cameras ID,ID] "
           "[--days N] [--json]");
    expect("token add a --role", "usage: eyelid token add NAME [--role viewer|operator|admin] "
                                 "[--cameras ID,ID] [--days N] [--json]");
    expect("setup now", "usage: eyelid setup [--json]");
}

static void nouns_are_known(void **state)
{
    (void)state;
    assert_true(order_is_noun("user"));
    assert_true(order_is_noun("setup"));
    assert_false(order_is_noun("cameras"));
    assert_false(order_is_noun(""));
}

static void a_password_that_is_not_text_makes_no_body(void **state)
{
    (void)state;
    char error[ORDER_ERROR_MAX];
    struct order order;
    assert_int_equal(order_parse(3, (const char *[]){"user", "passwd", "ben"}, &order, error), 0);
    assert_null(order_body(&order, "\xff\xfe"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_verb_is_one_request),
        cmocka_unit_test(invalid_orders_say_what_is_expected),
        cmocka_unit_test(nouns_are_known),
        cmocka_unit_test(a_password_that_is_not_text_makes_no_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
