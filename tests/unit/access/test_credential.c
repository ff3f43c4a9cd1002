#include "access/credential.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SECRET "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void tokens_are_read_from_bearer_and_basic(void **state)
{
    static const struct {
        const char *header;
        int result;
    } ROWS[] = {
        {"Bearer " SECRET, 0},
        {"bearer   " SECRET, 0},
        {"Bearer" SECRET, -ENOENT},
        {"Bearer ", -EINVAL},
        {"Bearer " SECRET "0", -EINVAL},
        {"Bearer " SECRET " ", -EINVAL},
        {"Bearer 0011", -EINVAL},
        {"Bearer 00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff", -EINVAL},
        {"Digest x", -ENOENT},
        {"", -ENOENT},
        {"Basic", -ENOENT},
        {"Basic ", -EINVAL},
        {"Basic !!!", -EINVAL},
        /* "any:SECRET", ":SECRET", "SECRET" */
        {"Basic YW55OjAwMTEyMjMzNDQ1NTY2Nzc4ODk5YWFiYmNjZGRlZWZmMDAxMTIyMzM0NDU1NjY3Nzg4OTlhYWJiY2N"
         "kZGVlZmY=",
         0},
        {"Basic OjAwMTEyMjMzNDQ1NTY2Nzc4ODk5YWFiYmNjZGRlZWZmMDAxMTIyMzM0NDU1NjY3Nzg4OTlhYWJiY2NkZGV"
         "lZmY=",
         0},
        {"Basic MDAxMTIyMzM0NDU1NjY3Nzg4OTlhYWJiY2NkZGVlZmYwMDExMjIzMzQ0NTU2Njc3ODg5OWFhYmJjY2RkZWV"
         "mZg==",
         -EINVAL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        char secret[SECRET_CHARS + 1] = "";
        const int result = credential_token(ROWS[i].header, secret);
        if (result != ROWS[i].result)
            fail_msg("%s: %d", ROWS[i].header, result);
        assert_string_equal(secret, result == 0 ? SECRET : "");
    }
}

static void cookies_are_read_by_their_whole_name(void **state)
{
    static const struct {
        const char *header;
        int result;
    } ROWS[] = {
        {"s=" SECRET, 0},
        {"a=b; s=" SECRET "; c=d", 0},
        {"a=b;s=" SECRET, 0},
        {"s=short; s=" SECRET, 0},
        {"xs=" SECRET, -ENOENT},
        {"s =" SECRET, -ENOENT},
        {"s=\"" SECRET "\"", -ENOENT},
        {"s=" SECRET "0", -ENOENT},
        {"s=", -ENOENT},
        {"s", -ENOENT},
        {";;; ;", -ENOENT},
        {"", -ENOENT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        char secret[SECRET_CHARS + 1] = "";
        if (credential_cookie(ROWS[i].header, "s", secret) != ROWS[i].result)
            fail_msg("%s", ROWS[i].header);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_read_from_bearer_and_basic),
        cmocka_unit_test(cookies_are_read_by_their_whole_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
