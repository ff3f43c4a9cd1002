#include "access/share.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { NOW_S = 1800000000 };

static int setup(void **state)
{
    static struct shares shares;
    shares_init(&shares);
    *state = &shares;
    return 0;
}

static int teardown(void **state)
{
    shares_finish(*state);
    return 0;
}

static void its_principal_may_view_its_camera_until_it_expires(void **state)
{
    struct shares *shares = *state;
    char secret[SECRET_CHARS + 1];
    struct share *share;
    struct principal principal;
    assert_int_equal(shares_add(shares, "porch", 0, NOW_S + 60, NOW_S, secret, &share), 0);
    assert_string_not_equal(share->hash, secret);
    assert_int_equal(shares_by_secret(shares, secret, NOW_S + 59, &principal), 0);
    assert_int_equal(principal.kind, PRINCIPAL_SHARE);
    assert_true(access_allows(&principal, ACCESS_VIEWER, ACCESS_CAMERA, "porch"));
    assert_false(access_allows(&principal, ACCESS_OPERATOR, ACCESS_CAMERA, "porch"));
    assert_false(access_allows(&principal, ACCESS_VIEWER, ACCESS_CAMERA, "yard"));
    assert_false(access_allows(&principal, ACCESS_VIEWER, ACCESS_SERVER, NULL));
    assert_true(shares_is_current(shares, &principal, NOW_S + 59));
    assert_false(shares_is_current(shares, &principal, NOW_S + 60));
    assert_int_equal(shares_by_secret(shares, secret, NOW_S + 60, &principal), -ENOENT);
    assert_int_equal(shares_by_secret(shares, share->hash, NOW_S, &principal), -ENOENT);
    shares_remove(shares, share);
    assert_int_equal(shares_by_secret(shares, secret, NOW_S, &principal), -ENOENT);
    assert_false(shares_is_current(shares, &principal, NOW_S));
}

static void the_expired_are_swept_and_the_next_is_told(void **state)
{
    struct shares *shares = *state;
    char secret[SECRET_CHARS + 1];
    struct share *share;
    for (int i = 1; i <= 3; i++)
        assert_int_equal(shares_add(shares, "porch", i, NOW_S + 10 * i, NOW_S, secret, &share), 0);
    assert_int_equal(shares_sweep(shares, NOW_S), NOW_S + 10);
    assert_int_equal(shares_sweep(shares, NOW_S + 10), NOW_S + 20);
    assert_int_equal(shares->count, 2);
    assert_int_equal(shares_sweep(shares, NOW_S + 30), 0);
    assert_int_equal(shares->count, 0);
}

static void there_is_a_limit(void **state)
{
    struct shares *shares = *state;
    char secret[SECRET_CHARS + 1];
    struct share *share;
    for (unsigned i = 0; i < SHARES_MAX; i++)
        assert_int_equal(shares_add(shares, "porch", 0, NOW_S + 1, NOW_S, secret, &share), 0);
    assert_int_equal(shares_add(shares, "porch", 0, NOW_S + 1, NOW_S, secret, &share), -ENOSPC);
}

static void invalid_rows_are_skipped(void **state)
{
    struct shares *shares = *state;
    char hash[SECRET_HASH_CHARS + 1];
    secret_hash("x", hash);
    struct store_share row = {.id = "0011223344556677", .hash = hash, .camera = "porch"};
    shares_load(shares, &row);
    assert_int_equal(shares->count, 1);
    row.item = -1;
    shares_load(shares, &row);
    row.item = 0;
    row.camera = "../porch";
    shares_load(shares, &row);
    row.camera = "porch";
    row.hash = "short";
    shares_load(shares, &row);
    assert_int_equal(shares->count, 1);
}

static void uses_are_counted(void **state)
{
    struct shares *shares = *state;
    char secret[SECRET_CHARS + 1];
    struct share *share;
    assert_int_equal(shares_add(shares, "porch", 0, NOW_S + 999, NOW_S, secret, &share), 0);
    shares_used(shares, share, NOW_S + 1);
    assert_int_equal(share->written_s, NOW_S + 1); /* the first one at once */
    shares_used(shares, share, NOW_S + 2);
    assert_int_equal(share->written_s, NOW_S + 1); /* then a visitor makes no more writes */
    shares_used(shares, share, NOW_S + 61);
    assert_int_equal(share->written_s, NOW_S + 61);
    assert_int_equal(share->n_uses, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(its_principal_may_view_its_camera_until_it_expires),
        TEST(the_expired_are_swept_and_the_next_is_told),
        TEST(there_is_a_limit),
        TEST(invalid_rows_are_skipped),
        TEST(uses_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
