#include "access/token.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SIXTEEN "0123456789abcdef"
#define SIXTY_FOUR SIXTEEN SIXTEEN SIXTEEN SIXTEEN

static void the_hash_is_that_of_the_standard(void **state)
{
    (void)state;
    char hash[TOKEN_HASH_CHARS + 1];
    assert_int_equal(token_hash("Bearer " SIXTEEN, hash), 0);
    /* printf 0123456789abcdef | b2sum -l 256 */
    assert_string_equal(hash, "c783baf5fb1427e7d924c9fe93ee161169324bb139d9cd8d8b9602c412ec6cda");
}

static void one_token_has_one_hash(void **state)
{
    (void)state;
    char a[TOKEN_HASH_CHARS + 1], b[TOKEN_HASH_CHARS + 1];
    assert_int_equal(token_hash("Bearer " SIXTEEN, a), 0);
    assert_int_equal(token_hash("bearer   " SIXTEEN, b), 0);
    assert_string_equal(a, b);
    assert_int_equal(token_hash("Bearer " SIXTEEN "=", b), 0);
    assert_string_not_equal(a, b);
    assert_int_equal(token_hash("Bearer " SIXTY_FOUR, b), 0);
    assert_int_equal(token_hash("Bearer -._~+/ABCDEFGHIJ==", b), 0);
}

static void invalid_tokens_are_ignored(void **state)
{
    (void)state;
    static const struct {
        const char *authorization;
        int error;
    } rows[] = {
        {"", -ENOENT},
        {"Bearer", -ENOENT},
        {"Basic dXNlcjpwYXNzd29yZA==", -ENOENT},
        {"Bearer ", -EINVAL},
        {"Bearer 0123456789abcde", -EINVAL},
        {"Bearer " SIXTY_FOUR "0", -EINVAL},
        {"Bearer ================", -EINVAL},
        {"Bearer 0123456789=abcdef0", -EINVAL},
        {"Bearer 0123456789 abcdef0", -EINVAL},
        {"Bearer 0123456789abcdef\xc3\xa4", -EINVAL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char hash[TOKEN_HASH_CHARS + 1] = "untouched";
        assert_int_equal(token_hash(rows[i].authorization, hash), rows[i].error);
        assert_string_equal(hash, "untouched");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_that_of_the_standard),
        cmocka_unit_test(one_token_has_one_hash),
        cmocka_unit_test(invalid_tokens_are_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
