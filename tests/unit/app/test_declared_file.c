#include "app/declared_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_a_file(void **state)
{
    static const char TEXT[] =
        "# the gate\n name = Front garden \nurl=http://u:p@192.0.2.7/a;b\n\n";
    char error[DECLARED_ERROR_MAX];
    struct declared declared;
    (void)state;
    assert_int_equal(declared_parse("gate.conf", TEXT, strlen(TEXT), &declared, error), 0);
    assert_string_equal(declared.name, "Front garden");
    assert_string_equal(declared.url, "http://u:p@192.0.2.7/a;b");
    declared_finish(&declared);
    assert_int_equal(declared_parse("gate.conf", "", 0, &declared, error), 0);
    assert_null(declared.name);
    assert_null(declared.url);
}

static void test_errors_name_file_and_line(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"name = a\nname = b\n", "gate.conf:2: this was set before: keep one of the two"},
        {"url =\n", "gate.conf:1: the value is missing"},
        {"\n[gate]\nurl = http://a/\n",
         "gate.conf:3: there are no sections: remove the line in brackets"},
        {"adress = http://a/\n", "gate.conf:1: the keys are `name` and `url`"},
        {"just words\n", "gate.conf:1: this line is not `key = value`"},
    };
    char error[DECLARED_ERROR_MAX];
    struct declared declared;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(
            declared_parse("gate.conf", rows[i].text, strlen(rows[i].text), &declared, error),
            -EINVAL);
        assert_string_equal(error, rows[i].error);
    }
    assert_int_equal(declared_parse("gate.conf", "name = a\0b", 10, &declared, error), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file),
        cmocka_unit_test(test_errors_name_file_and_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
