#include "device/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

static struct json parsed(const char *text)
{
    struct json json;
    assert_int_equal(json_parse(&json, text, strlen(text)), 0);
    return json;
}

static void members_are_walked_past_what_they_hold(void **state)
{
    (void)state;
    struct json json = parsed("{\"a\":{\"b\":[1,{\"c\":2}]},\"d\":\"e\",\"f\":[],\"g\":{}}");
    static const char *const names[] = {"a", "d", "f", "g"};
    int at = 0, name, value;
    for (int i = 0; i < 4; i++) {
        assert_true(json_next(&json, 0, &at, &name, &value));
        assert_true(json_equals(&json, name, names[i]));
    }
    assert_false(json_next(&json, 0, &at, &name, &value));
    int inner = json_find(&json, 0, "a");
    assert_true(json_is_object(&json, inner));
    assert_true(json_find(&json, inner, "b") > 0);
    assert_int_equal(json_find(&json, inner, "c"), -1);
    assert_int_equal(json_find(&json, inner, "d"), -1);
    assert_int_equal(json_find(&json, 0, "b"), -1);
    assert_int_equal(json_find(&json, json_find(&json, 0, "g"), "a"), -1);
}

static void the_last_of_two_members_counts(void **state)
{
    (void)state;
    struct json json = parsed("{\"a\":1,\"a\":2}");
    int64_t value;
    assert_int_equal(json_to_int(&json, json_find(&json, 0, "a"), &value), 0);
    assert_int_equal(value, 2);
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
        bool ok;
    } table[] = {
        {"{\"n\":0}", 0, true},
        {"{\"n\":-0}", 0, true},
        {"{\"n\":-7}", -7, true},
        {"{\"n\":9223372036854775807}", INT64_MAX, true},
        {"{\"n\":-9223372036854775808}", INT64_MIN, true},
        {"{\"n\":9223372036854775808}", 0, false},
        {"{\"n\":-9223372036854775809}", 0, false},
        {"{\"n\":92233720368547758070}", 0, false},
        {"{\"n\":1.0}", 0, false},
        {"{\"n\":1e3}", 0, false},
        {"{\"n\":-}", 0, false},
        {"{\"n\":1-}", 0, false},
        {"{\"n\":true}", 0, false},
        {"{\"n\":\"1\"}", 0, false},
        {"{\"n\":[1]}", 0, false},
        {"{\"m\":1}", 0, false},
    };
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct json json = parsed(table[i].text);
        int64_t value = 4711;
        int result = json_to_int(&json, json_find(&json, 0, "n"), &value);
        assert_int_equal(result, table[i].ok ? 0 : -EINVAL);
        assert_int_equal(value, table[i].ok ? table[i].value : 4711);
    }
}

static void bools(void **state)
{
    (void)state;
    struct json json = parsed("{\"t\":true,\"f\":false,\"n\":null,\"x\":tru,\"s\":\"true\"}");
    bool value = false;
    assert_int_equal(json_to_bool(&json, json_find(&json, 0, "t"), &value), 0);
    assert_true(value);
    assert_int_equal(json_to_bool(&json, json_find(&json, 0, "f"), &value), 0);
    assert_false(value);
    assert_int_equal(json_to_bool(&json, json_find(&json, 0, "n"), &value), -EINVAL);
    assert_int_equal(json_to_bool(&json, json_find(&json, 0, "x"), &value), -EINVAL);
    assert_int_equal(json_to_bool(&json, json_find(&json, 0, "s"), &value), -EINVAL);
    assert_int_equal(json_to_bool(&json, json_find(&json, 0, "?"), &value), -EINVAL);
}

static void too_many_parts_are_told_apart(void **state)
{
    (void)state;
    struct json json;
    char text[4 * JSON_MAX_TOKENS + 8] = "{\"a\":[";
    for (int i = 0; i < JSON_MAX_TOKENS; i++)
        strcat(text, i ? ",1" : "1");
    strcat(text, "]}");
    assert_int_equal(json_parse(&json, text, strlen(text)), -E2BIG);
    assert_int_equal(json_parse(&json, "{\"a\":", 5), -EINVAL);
}

static void it_reads_only_the_given_length(void **state)
{
    (void)state;
    static const char text[] = {'{', '"', 'a', '"', ':', '1', '}'}; /* ASan guards its end */
    struct json json;
    assert_int_equal(json_parse(&json, text, sizeof(text)), 0);
    for (size_t n = 0; n < sizeof(text); n++)
        assert_int_equal(json_parse(&json, text, n), -EINVAL);
}

static void strings_are_escaped(void **state)
{
    (void)state;
    char bytes[64];
    struct json_writer writer = json_write_over(bytes, sizeof(bytes));
    json_write_string(&writer, "a\"\\\n\x01/\xc3\xa4");
    assert_false(writer.cut);
    assert_string_equal(bytes, "\"a\\\"\\\\\\u000a\\u0001/\xc3\xa4\"");
}

static void integers_are_written_whole(void **state)
{
    (void)state;
    static const int64_t values[] = {0, -1, 10, INT64_MAX, INT64_MIN};
    static const char *const texts[] = {"0", "-1", "10", "9223372036854775807",
                                        "-9223372036854775808"};
    for (unsigned i = 0; i < 5; i++) {
        char bytes[32];
        struct json_writer writer = json_write_over(bytes, sizeof(bytes));
        json_write_int(&writer, values[i]);
        assert_string_equal(bytes, texts[i]);
    }
}

static void overlong_text_is_cut_and_marked(void **state)
{
    (void)state;
    char bytes[5];
    struct json_writer writer = json_write_over(bytes, sizeof(bytes));
    json_write(&writer, "1234");
    assert_false(writer.cut);
    json_write(&writer, "5");
    assert_true(writer.cut);
    json_write(&writer, "");
    assert_true(writer.cut);
    assert_string_equal(bytes, "1234");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_walked_past_what_they_hold),
        cmocka_unit_test(the_last_of_two_members_counts),
        cmocka_unit_test(numbers),
        cmocka_unit_test(bools),
        cmocka_unit_test(too_many_parts_are_told_apart),
        cmocka_unit_test(it_reads_only_the_given_length),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(integers_are_written_whole),
        cmocka_unit_test(overlong_text_is_cut_and_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
