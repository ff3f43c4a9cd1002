#include "access/factor.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NOW_S = 1800000000 };

struct fixture {
    struct factor factor;
    char codes[FACTOR_CODES][FACTOR_CODE_CHARS + 1];
    char now[TOTP_DIGITS + 1];
};

static int setup(void **state)
{
    static struct fixture fixture;
    factor_create(&fixture.factor, fixture.codes);
    totp_code(fixture.factor.secret, NOW_S / TOTP_STEP_S, fixture.now);
    *state = &fixture;
    return 0;
}

static void a_time_code_works_once(void **state)
{
    struct fixture *f = *state;
    char typed[16];
    snprintf(typed, sizeof(typed), " %.3s %s ", f->now, f->now + 3);
    assert_true(factor_takes(&f->factor, typed, NOW_S));
    assert_false(factor_takes(&f->factor, f->now, NOW_S));
    assert_false(factor_takes(&f->factor, f->now, NOW_S + TOTP_STEP_S));
    totp_code(f->factor.secret, NOW_S / TOTP_STEP_S - 1, f->now);
    assert_false(factor_takes(&f->factor, f->now, NOW_S)); /* earlier than one that was taken */
}

static void a_recovery_code_works_once_however_it_is_typed(void **state)
{
    struct fixture *f = *state;
    char typed[FACTOR_TYPED_MAX_BYTES];
    snprintf(typed, sizeof(typed), "%.4s-%.4s %.4s-%s", f->codes[3], f->codes[3] + 4,
             f->codes[3] + 8, f->codes[3] + 12);
    for (char *p = typed; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p |= 0x20;
    assert_false(factor_takes_time_code(&f->factor, typed, NOW_S));
    assert_true(factor_takes(&f->factor, typed, NOW_S));
    assert_false(factor_takes(&f->factor, typed, NOW_S));
    assert_int_equal(factor_codes_left(&f->factor), FACTOR_CODES - 1);
    assert_true(factor_takes(&f->factor, f->codes[4], NOW_S));
    assert_false(factor_takes(&f->factor, "", NOW_S));
    assert_false(factor_takes(&f->factor, "AAAAAAAAAAAAAAAAAAAAAAAA", NOW_S));
}

static void it_comes_back_from_its_text(void **state)
{
    struct fixture *f = *state;
    char text[FACTOR_TEXT_MAX], again[FACTOR_TEXT_MAX];
    struct factor back;
    f->factor.last_step = INT64_MAX;
    factor_format(&f->factor, text);
    assert_true(strlen(text) < FACTOR_TEXT_MAX);
    assert_null(strstr(text, f->codes[0]));
    assert_int_equal(factor_parse(text, &back), 0);
    factor_format(&back, again);
    assert_string_equal(text, again);
    f->factor.last_step = -1;
    assert_true(factor_takes(&f->factor, f->codes[0], NOW_S));
    factor_format(&f->factor, text);
    assert_int_equal(factor_parse(text, &back), 0);
    assert_true(back.is_on);
    assert_int_equal(back.last_step, -1);
    assert_int_equal(factor_codes_left(&back), FACTOR_CODES - 1);
    assert_false(factor_takes(&back, f->codes[0], NOW_S));
    assert_true(factor_takes(&back, f->now, NOW_S));
}

static void damaged_text_is_refused(void **state)
{
    struct fixture *f = *state;
    char text[FACTOR_TEXT_MAX + 80];
    struct factor back;
    factor_format(&f->factor, text);
    for (size_t len = 0; len < strlen(text); len++) {
        char cut[FACTOR_TEXT_MAX];
        snprintf(cut, sizeof(cut), "%.*s", (int)len, text);
        const int error = factor_parse(cut, &back);
        assert_true(error == -EINVAL || error == 0);
        /* A cut is seen unless it falls behind a word. */
        assert_true(error == -EINVAL || text[len] == ' ' || len == strlen(text));
    }
    snprintf(text + strlen(text), 80, " %s", f->factor.codes[0]); /* one more than there can be */
    assert_int_equal(factor_parse(text, &back), -EINVAL);
    assert_int_equal(factor_parse("zz 1", &back), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_time_code_works_once, setup),
        cmocka_unit_test_setup(a_recovery_code_works_once_however_it_is_typed, setup),
        cmocka_unit_test_setup(it_comes_back_from_its_text, setup),
        cmocka_unit_test_setup(damaged_text_is_refused, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
