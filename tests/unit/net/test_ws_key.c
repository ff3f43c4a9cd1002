/* The handshake's key and its answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/ws_key.h"

static void answers_as_the_standard_does(void **state)
{
    (void)state;
    char answer[WS_ANSWER_CHARS + 1];
    ws_key_answer("dGhlIHNhbXBsZSBub25jZQ==", answer); /* RFC 6455 section 1.3 */
    assert_string_equal(answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void only_sixteen_bytes_are_a_key(void **state)
{
    (void)state;
    assert_true(ws_key_is_valid("dGhlIHNhbXBsZSBub25jZQ=="));
    assert_false(ws_key_is_valid(NULL));
    assert_false(ws_key_is_valid(""));
    assert_false(ws_key_is_valid("dGhlIHNhbXBsZSBub25jZQ"));
    assert_false(ws_key_is_valid("dGhlIHNhbXBsZSBub25jZQ==="));
    assert_false(ws_key_is_valid("dGhlIHNhbXBsZSBub25jZQQ="));
    assert_false(ws_key_is_valid("dGhlIHNhbXBsZSBub25j Q=="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_as_the_standard_does),
        cmocka_unit_test(only_sixteen_bytes_are_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
