/* Base64 as devices send it. The vectors are those of RFC 4648 section 10. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "push/base64.h"

static void decodes(const char *text, const char *expected)
{
    char bytes[256];
    size_t len = 12345;
    strcpy(bytes, text);
    int r = base64_decode_in_place(bytes, strlen(text), &len);
    if (!expected) {
        assert_int_equal(r, -EINVAL);
        assert_int_equal(len, 12345);
        return;
    }
    assert_int_equal(r, 0);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(bytes, expected, len);
}

static void test_vectors(void **state)
{
    (void)state;
    decodes("", "");
    decodes("Zg==", "f");
    decodes("Zm8=", "fo");
    decodes("Zm9v", "foo");
    decodes("Zm9vYg==", "foob");
    decodes("Zm9vYmE=", "fooba");
    decodes("Zm9vYmFy", "foobar");
}

static void test_typical_devices(void **state)
{
    (void)state;
    decodes("Zg", "f"); /* no padding */
    decodes("Zm8", "fo");
    decodes("Zm9v\r\nYmFy\n", "foobar"); /* lines */
    decodes("Zg=\n=\n", "f");
    decodes("data:image/jpeg;base64,Zm9v", "foo");
    decodes("data:image/jpeg;base64,", "");
}

static void test_invalid_input(void **state)
{
    (void)state;
    decodes("Z", NULL);
    decodes("Zm9vY", NULL);
    decodes("Zg==Zg==", NULL);
    decodes("Zm 9v", NULL);
    decodes("Zm-_", NULL);
    decodes("hello, world", NULL);
    decodes("data:image/jpeg", NULL);
    decodes("{\"type\":\"hello\"}", NULL);
}

static void test_every_byte(void **state)
{
    (void)state;
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (unsigned value = 0; value < 256; value++) {
        char text[] = {DIGITS[value >> 2], DIGITS[(value & 3) << 4 | value >> 4],
                       DIGITS[(value & 15) << 2 | value >> 6], DIGITS[value & 63]};
        size_t len;
        assert_int_equal(base64_decode_in_place(text, 4, &len), 0);
        assert_int_equal(len, 3);
        for (int i = 0; i < 3; i++)
            assert_int_equal((uint8_t)text[i], value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_typical_devices),
        cmocka_unit_test(test_invalid_input),
        cmocka_unit_test(test_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
