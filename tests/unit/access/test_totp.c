#include "access/totp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t SECRET[] = "12345678901234567890"; /* RFC 6238 appendix B */

static void codes_are_those_of_the_rfc(void **state)
{
    static const struct {
        int64_t now_s;
        const char *code; /* the last six of its eight digits */
    } VECTORS[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                   {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    (void)state;
    for (size_t i = 0; i < sizeof(VECTORS) / sizeof(VECTORS[0]); i++) {
        char code[TOTP_DIGITS + 1];
        totp_code(SECRET, VECTORS[i].now_s / TOTP_STEP_S, code);
        assert_string_equal(code, VECTORS[i].code);
        assert_int_equal(totp_step_of(SECRET, code, VECTORS[i].now_s, -1),
                         VECTORS[i].now_s / TOTP_STEP_S);
    }
}

static void the_steps_before_and_after_are_taken_each_once(void **state)
{
    const int64_t now_s = 1111111110, now = now_s / TOTP_STEP_S;
    char code[TOTP_DIGITS + 1];
    (void)state;
    for (int64_t step = now - 3; step <= now + 3; step++) {
        const bool is_near = step >= now - 1 && step <= now + 1;
        totp_code(SECRET, step, code);
        assert_int_equal(totp_step_of(SECRET, code, now_s, -1), is_near ? step : -1);
        assert_int_equal(totp_step_of(SECRET, code, now_s, step - 1), is_near ? step : -1);
        assert_int_equal(totp_step_of(SECRET, code, now_s, step), -1);
    }
    assert_int_equal(totp_step_of(SECRET, "", now_s, -1), -1);
    assert_int_equal(totp_step_of(SECRET, "05047", now_s, -1), -1);
    assert_int_equal(totp_step_of(SECRET, "0504711", now_s, -1), -1);
}

static void base32_is_that_of_the_rfc(void **state)
{
    char text[33];
    (void)state;
    totp_base32((const uint8_t *)"fooba", 5, text); /* RFC 4648 section 10 */
    assert_string_equal(text, "MZXW6YTB");
    totp_base32(SECRET, TOTP_SECRET_BYTES, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    totp_base32((const uint8_t *)"\xff\xff\xff\xff\xff", 5, text);
    assert_string_equal(text, "77777777");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_the_rfc),
        cmocka_unit_test(the_steps_before_and_after_are_taken_each_once),
        cmocka_unit_test(base32_is_that_of_the_rfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
