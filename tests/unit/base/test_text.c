#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

static void test_fixed(void **state)
{
    (void)state;
    char bytes[8];
    struct text text = text_over(bytes, sizeof(bytes));
    assert_string_equal(bytes, "");
    text_add(&text, "%s-%d", "ab", 42);
    assert_string_equal(bytes, "ab-42");
    text_add(&text, "xy"); /* exactly full: seven and the NUL */
    assert_string_equal(bytes, "ab-42xy");
    assert_int_equal(text.len, 7);
    assert_false(text.cut);
    text_add(&text, "%s", "");
    assert_false(text.cut);
    text_add(&text, "z");
    assert_true(text.cut);
    assert_string_equal(bytes, "ab-42xy");
    assert_int_equal(text.len, 7);
}

static void test_fixed_cut(void **state)
{
    (void)state;
    char bytes[8];
    struct text text = text_over(bytes, sizeof(bytes));
    text_add(&text, "0123456789");
    assert_true(text.cut);
    assert_int_equal(text.len, 7);
    assert_string_equal(bytes, "0123456");
    text_add(&text, "%s", "");
    assert_string_equal(bytes, "0123456");
    /* The smallest text there is. */
    text = text_over(bytes, 1);
    text_add(&text, "a");
    assert_true(text.cut);
    assert_int_equal(text.len, 0);
    assert_string_equal(bytes, "");
    text_finish(&text); /* harmless for a text over an array */
}

static void test_cut_keeps_characters_whole(void **state)
{
    (void)state;
    static const struct {
        size_t cap;
        const char *added, *kept;
    } rows[] = {
        {4, "abcd", "abc"},
        {4, "ab\xc3\xa4", "ab"}, /* a-umlaut, two bytes */
        {5, "ab\xc3\xa4x", "ab\xc3\xa4"},
        {4, "a\xe2\x82\xac", "a"}, /* the euro, three */
        {3, "a\xe2\x82\xac", "a"},
        {5, "a\xf0\x9f\x98\x80", "a"}, /* a smile, four */
        {3, "a\xf0\x9f\x98\x80", "a"},
        {6, "a\xf0\x9f\x98\x80z", "a\xf0\x9f\x98\x80"},
        {4, "\x80\x80\x80\x80", "\x80\x80\x80"}, /* no UTF-8 at all: as it is */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char bytes[16];
        struct text text = text_over(bytes, rows[i].cap);
        text_add(&text, "%s", rows[i].added);
        assert_true(text.cut);
        assert_string_equal(bytes, rows[i].kept);
        assert_int_equal(text.len, strlen(rows[i].kept));
    }
}

/* At every limit: exactly limit bytes fit, one more is cut, and nothing follows a cut. */
static void test_growing_limits(void **state)
{
    (void)state;
    static const size_t limits[] = {0, 1, 2, 254, 255, 256, 257, 300, 511, 512, 513, 1000, 5000};
    static char big[6000];
    memset(big, 'x', sizeof(big) - 1);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        size_t limit = limits[i];
        /* In one piece. */
        struct text text = text_growing(limit);
        text_add(&text, "%.*s", (int)limit, big);
        assert_int_equal(text.len, limit);
        assert_false(text.cut);
        text_add(&text, "y");
        assert_true(text.cut);
        assert_int_equal(text.len, limit);
        assert_int_equal(strlen(text.bytes), limit);
        text_finish(&text);
        assert_null(text.bytes);
        /* Byte by byte. */
        text = text_growing(limit);
        for (size_t k = 0; k < limit; k++)
            text_add(&text, "x");
        assert_int_equal(text.len, limit);
        assert_false(text.cut);
        text_add(&text, "x");
        assert_true(text.cut);
        assert_int_equal(text.len, limit);
        text_finish(&text);
        /* One piece that is too long. */
        text = text_growing(limit);
        text_add(&text, "%.*s", (int)limit + 1, big);
        assert_true(text.cut);
        assert_int_equal(text.len, limit);
        assert_int_equal(strlen(text.bytes), limit);
        text_finish(&text);
    }
}

static void test_nothing_behind_a_cut(void **state)
{
    (void)state;
    struct text text = text_growing(10);
    text_add(&text, "12345678");
    text_add(&text, "\xe2\x82\xac"); /* three bytes where two are left */
    assert_true(text.cut);
    text_add(&text, "9");
    assert_string_equal(text.bytes, "12345678");
    text_finish(&text);
}

static void test_json(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"", "\"\""},
        {"porch", "\"porch\""},
        {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
        {"\n\t\r\x01\x1f\x7f", "\"\\u000a\\u0009\\u000d\\u0001\\u001f\\u007f\""},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"\xc2\x9b", "\"\xc2\x9b\""}, /* C1: legal in JSON */
        {"\x80", "\"\\ufffd\""},      /* a continuation alone */
        {"\xc3", "\"\\ufffd\""},      /* cut off */
        {"\xe2\x82", "\"\\ufffd\\ufffd\""},
        {"\xf0\x9f\x98", "\"\\ufffd\\ufffd\\ufffd\""},
        {"\xc0\xaf", "\"\\ufffd\\ufffd\""}, /* overlong */
        {"\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\""},
        {"\xf0\x80\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},            /* a surrogate */
        {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* beyond U+10FFFF */
        {"\xf5\x80", "\"\\ufffd\\ufffd\""},
        {"\xff\xfe", "\"\\ufffd\\ufffd\""},
        {"\xf4\x8f\xbf\xbf\xed\x9f\xbf", "\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\""}, /* the last of each */
        {"a\xc3(", "\"a\\ufffd(\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct text text = text_growing(1000);
        text_add_json(&text, rows[i].in);
        assert_string_equal(text.bytes, rows[i].out);
        assert_false(text.cut);
        text_finish(&text);
    }
}

static void test_json_cut(void **state)
{
    (void)state;
    char bytes[8];
    struct text text = text_over(bytes, 8);
    text_add_json(&text, "12345");
    assert_string_equal(bytes, "\"12345\"");
    assert_false(text.cut);
    text = text_over(bytes, 7);
    text_add_json(&text, "12345");
    assert_true(text.cut);
    assert_string_equal(bytes, "\"12345");
}

static void test_plain(void **state)
{
    (void)state;
    char bytes[64];
    struct text text = text_over(bytes, sizeof(bytes));
    text_add_plain(&text, "a\x1b[31m\n\xc3\xa4\xff\x7f");
    assert_string_equal(bytes, "a?[31m?\xc3\xa4??");
}

static void test_id(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        bool is_id;
    } rows[] = {
        {"a", true},
        {"porch-2", true},
        {"-", true},
        {"0123456789abcdef0123456789abcdef", true},
        {"0123456789abcdef0123456789abcdef0", false},
        {"", false},
        {"Porch", false},
        {"a b", false},
        {"a_b", false},
        {"a/b", false},
        {"..", false},
        {"a\n", false},
        {"\xc3\xa4", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (text_is_id(rows[i].s) != rows[i].is_id)
            fail_msg("\"%s\"", rows[i].s);
}

static void test_name(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        size_t max_bytes;
        bool is_name;
    } rows[] = {
        {"Front door", 10, true},
        {"Front door", 9, false},
        {"", 10, false},
        {"T\xc3\xbcr", 4, true},
        {"T\xc3\xbcr", 3, false},
        {"a\nb", 10, false},
        {"a\x7f", 10, false},
        {"a\xc2\x9b", 10, false}, /* C1 */
        {"a\xc2\xa0", 10, true},
        {"a\xff", 10, false},
        {"  ", 10, false},
        {" a", 10, true},
        {"\u202aa", 10, false},
        {"\u202ea", 10, false},
        {"\u2066a", 10, false},
        {"a\u2069", 10, false},
        {"a\u2026", 10, true}, /* an ellipsis */
        {"\u200b", 10, false},
        {"\u3000 \u00a0", 10, false},
        {"\u200d\ufe0f", 10, false},
        {"\u3000a", 10, true},
        {"\U0001f408", 10, true},
        {"\u2060\u00ad", 10, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (text_is_name(rows[i].s, rows[i].max_bytes) != rows[i].is_name)
            fail_msg("\"%s\" in %zu", rows[i].s, rows[i].max_bytes);
}

static void test_to_int(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        int64_t min, max;
        int result;
        int64_t value;
    } rows[] = {
        {"0", 0, 10, 0, 0},
        {"10", 0, 10, 0, 10},
        {"11", 0, 10, -EINVAL, 0},
        {"-1", 0, 10, -EINVAL, 0},
        {"-5", -5, 10, 0, -5},
        {"007", 0, 10, 0, 7},
        {"9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX},
        {"-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN},
        {"9223372036854775808", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"-9223372036854775809", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"-", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"--1", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"+1", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {" 1", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"- 1", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"1 ", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"1\n", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"1.5", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"0x10", INT64_MIN, INT64_MAX, -EINVAL, 0},
        {"1e3", INT64_MIN, INT64_MAX, -EINVAL, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t value = 77;
        int result = text_to_int(rows[i].s, rows[i].min, rows[i].max, &value);
        if (result != rows[i].result || value != (result ? 77 : rows[i].value))
            fail_msg("\"%s\"", rows[i].s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_fixed_cut),
        cmocka_unit_test(test_cut_keeps_characters_whole),
        cmocka_unit_test(test_growing_limits),
        cmocka_unit_test(test_nothing_behind_a_cut),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_cut),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_id),
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_to_int),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
