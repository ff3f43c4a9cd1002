#include "admin/show.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect(enum order_show show, const char *body, const char *wanted)
{
    char out[4096] = "";
    struct text text = text_over(out, sizeof(out));
    assert_int_equal(show_answer(show, body, &text), wanted ? 0 : -EINVAL);
    if (wanted)
        assert_string_equal(out, wanted);
}

static void lists_are_tables(void **state)
{
    (void)state;
    expect(ORDER_USERS,
           "{\"users\":[{\"name\":\"anna\",\"role\":\"admin\",\"cameras\":null},"
           "{\"name\":\"ben\",\"role\":\"viewer\",\"cameras\":[\"porch\",\"yard\"]}]}",
           "NAME  ROLE    CAMERAS\n"
           "anna  admin   all\n"
           "ben   viewer  porch,yard\n");
    expect(ORDER_USERS, "{\"users\":[]}", "NAME  ROLE  CAMERAS\n");
    expect(ORDER_CAMERAS,
           "{\"cameras\":[{\"id\":\"gate\",\"state\":\"asleep\",\"source\":\"push\","
           "\"name\":\"T\xc3\xbcr\"},{\"id\":\"a\"}]}",
           "ID    STATE   SOURCE  NAME\n"
           "gate  asleep  push    T\xc3\xbcr\n"
           "a                     \n");
}

static void a_user_agent_cannot_control_the_terminal(void **state)
{
    (void)state;
    expect(ORDER_SESSIONS,
           "{\"sessions\":[{\"id\":\"1\",\"user\":\"anna\",\"created\":\"then\",\"used\":\"now\","
           "\"agent\":\"a\\u001b[2J\\u009b\\nb\"}]}",
           "ID  USER  CREATED  USED  BROWSER\n"
           "1   anna  then     now   a?[2J??b\n");
}

static void links_and_tokens_are_lines(void **state)
{
    (void)state;
    expect(ORDER_SETUP, "{\"token\":\"t\",\"links\":[\"http://127.0.0.1/#setup=t\",\"x\"]}",
           "http://127.0.0.1/#setup=t\nx\n");
    expect(ORDER_TOKEN, "{\"id\":\"1\",\"name\":\"a\",\"token\":\"secret\"}", "secret\n");
    expect(ORDER_SAYS, "", "");
}

static void another_answer_is_an_error(void **state)
{
    (void)state;
    expect(ORDER_USERS, "{}", NULL);
    expect(ORDER_USERS, "<html>", NULL);
    expect(ORDER_TOKEN, "{\"token\":1}", NULL);
    expect(ORDER_SETUP, "[]", NULL);
}

static void problems_are_sentences(void **state)
{
    (void)state;
    char out[128] = "";
    struct text text = text_over(out, sizeof(out));
    show_problem(404, "{\"type\":\"about:blank\",\"detail\":\"there is no user \\\"x\\\"\"}",
                 &text);
    assert_string_equal(out, "there is no user \"x\"");
    text = text_over(out, sizeof(out));
    show_problem(502, "<html>", &text);
    assert_string_equal(out, "the server answered 502");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_tables),
        cmocka_unit_test(a_user_agent_cannot_control_the_terminal),
        cmocka_unit_test(links_and_tokens_are_lines),
        cmocka_unit_test(another_answer_is_an_error),
        cmocka_unit_test(problems_are_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
