#include "access/accounts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

static struct user *add(struct accounts *accounts, const char *name, const char *role,
                        const char *cameras)
{
    struct grant grant;
    struct user *user;
    assert_int_equal(grant_read(role, cameras, &grant), 0);
    assert_int_equal(accounts_put_user(accounts, name, "$argon2id$x", &grant, &user), 0);
    return user;
}

static void grants_are_read_and_written(void **state)
{
    static const char *const GOOD[] = {"*", "", "porch", "porch gate yard-2"};
    static const char *const BAD[] = {"Porch", "porch,gate", "*, porch", "a/../b",
                                      "123456789012345678901234567890123"};
    struct grant grant;
    char text[GRANT_CAMERAS_MAX_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        assert_int_equal(grant_read("viewer", GOOD[i], &grant), 0);
        grant_cameras(&grant, text);
        assert_string_equal(text, GOOD[i]);
    }
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_int_equal(grant_read("viewer", BAD[i], &grant), -EINVAL);
    assert_int_equal(grant_read("none", "*", &grant), -EINVAL);
    assert_int_equal(grant_read("root", "*", &grant), -EINVAL);
    char many[256] = "";
    for (int i = 0; i <= ACCESS_RIGHTS_MAX; i++)
        strcat(many, "c ");
    assert_int_equal(grant_read("viewer", many, &grant), -E2BIG);
}

static void a_session_is_found_by_its_secret_alone(void **state)
{
    struct accounts accounts;
    struct principal principal;
    char secret[SECRET_CHARS + 1];
    (void)state;
    accounts_init(&accounts);
    struct user *ben = add(&accounts, "ben", "operator", "porch gate");
    struct session *session = accounts_add_session(&accounts, ben, "Firefox", 1000, secret);
    assert_int_equal(accounts_by_session(&accounts, secret, 1000, &principal), 0);
    assert_int_equal(principal.kind, PRINCIPAL_USER);
    assert_string_equal(principal.name, "ben");
    assert_true(access_allows(&principal, ACCESS_OPERATOR, ACCESS_CAMERA, "gate"));
    assert_false(access_allows(&principal, ACCESS_VIEWER, ACCESS_CAMERA, "yard"));
    assert_true(accounts_is_current(&accounts, &principal, 1000));
    /* What is stored of it is no credential, and neither is its id. */
    char hash[SECRET_HASH_CHARS + 1];
    memcpy(hash, session->hash, sizeof(hash));
    assert_int_equal(accounts_by_session(&accounts, hash, 1000, &principal), -ENOENT);
    assert_int_equal(accounts_by_session(&accounts, session->id, 1000, &principal), -ENOENT);
    assert_int_equal(accounts_by_session(&accounts, "", 1000, &principal), -ENOENT);
    assert_int_equal(accounts_by_token(&accounts, secret, 1000, &principal), -ENOENT);
    accounts_finish(&accounts);
}

static void sessions_end_unused_and_when_their_user_changes(void **state)
{
    struct accounts accounts;
    struct principal first, principal;
    char secret[SECRET_CHARS + 1];
    (void)state;
    accounts_init(&accounts);
    struct user *ben = add(&accounts, "ben", "admin", "*");
    (void)accounts_add_session(&accounts, ben, "", 1000, secret);
    int64_t now_s = 1000 + ACCOUNTS_SESSION_IDLE_S;
    assert_int_equal(accounts_by_session(&accounts, secret, now_s, &first), 0);
    now_s += ACCOUNTS_SESSION_IDLE_S; /* it was used in between */
    assert_true(accounts_is_current(&accounts, &first, now_s));
    assert_false(accounts_is_current(&accounts, &first, now_s + 1));
    assert_int_equal(accounts_by_session(&accounts, secret, now_s + 1, &principal), -ENOENT);
    assert_int_equal(accounts.n_sessions, 0);

    (void)accounts_add_session(&accounts, ben, "", now_s, secret);
    (void)add(&accounts, "ben", "admin", "*"); /* nothing changed */
    assert_int_equal(accounts_by_session(&accounts, secret, now_s, &principal), 0);
    (void)add(&accounts, "ben", "viewer", "*");
    assert_int_equal(accounts_by_session(&accounts, secret, now_s, &principal), -ENOENT);
    (void)accounts_add_session(&accounts, ben, "", now_s, secret);
    struct grant grant = ben->grant;
    assert_int_equal(accounts_put_user(&accounts, "ben", "$argon2id$other", &grant, &ben), 0);
    assert_int_equal(accounts_by_session(&accounts, secret, now_s, &principal), -ENOENT);
    (void)accounts_add_session(&accounts, ben, "", now_s, secret);
    accounts_remove_user(&accounts, ben);
    assert_int_equal(accounts_by_session(&accounts, secret, now_s, &principal), -ENOENT);
    accounts_finish(&accounts);
}

static void tokens_expire_and_are_removed(void **state)
{
    struct accounts accounts;
    struct principal principal;
    struct grant grant;
    struct token *token;
    char secret[SECRET_CHARS + 1];
    (void)state;
    accounts_init(&accounts);
    assert_int_equal(grant_read("viewer", "porch", &grant), 0);
    assert_int_equal(accounts_add_token(&accounts, "hass", &grant, 2000, 1000, secret, &token), 0);
    assert_int_equal(accounts_by_token(&accounts, secret, 1999, &principal), 0);
    assert_int_equal(principal.kind, PRINCIPAL_TOKEN);
    assert_true(accounts_is_current(&accounts, &principal, 1999));
    assert_false(accounts_is_current(&accounts, &principal, 2000));
    assert_int_equal(accounts_by_token(&accounts, secret, 2000, &principal), -ENOENT);
    assert_int_equal(accounts_by_token(&accounts, token->hash, 1000, &principal), -ENOENT);
    accounts_remove_token(&accounts, token);
    assert_int_equal(accounts_by_token(&accounts, secret, 1999, &principal), -ENOENT);
    accounts_finish(&accounts);
}

static void everything_has_a_limit(void **state)
{
    struct accounts accounts;
    struct grant grant;
    struct token *token;
    struct user *user = NULL;
    char secret[SECRET_CHARS + 1], first[SECRET_CHARS + 1], name[16];
    (void)state;
    accounts_init(&accounts);
    assert_int_equal(grant_read("viewer", "*", &grant), 0);
    for (int i = 0; i < ACCOUNTS_USERS_MAX; i++) {
        snprintf(name, sizeof(name), "u%d", i);
        user = add(&accounts, name, "viewer", "*");
    }
    assert_int_equal(accounts_put_user(&accounts, "more", "x", &grant, &user), -ENOSPC);
    for (int i = 0; i < ACCOUNTS_TOKENS_MAX; i++)
        assert_int_equal(accounts_add_token(&accounts, "t", &grant, 0, 1, secret, &token), 0);
    assert_int_equal(accounts_add_token(&accounts, "t", &grant, 0, 1, secret, &token), -ENOSPC);
    for (int i = 0; i < ACCOUNTS_SESSIONS_MAX + 10; i++)
        (void)accounts_add_session(&accounts, user, "", 1000 + i, i ? secret : first);
    assert_int_equal(accounts.n_sessions, ACCOUNTS_SESSIONS_MAX);
    struct principal principal;
    assert_int_equal(accounts_by_session(&accounts, first, 1000, &principal), -ENOENT);
    assert_int_equal(accounts_by_session(&accounts, secret, 1300, &principal), 0);
    accounts_finish(&accounts);
}

static void an_administrator_of_some_cameras_does_not_administer_the_server(void **state)
{
    struct accounts accounts;
    (void)state;
    accounts_init(&accounts);
    (void)add(&accounts, "ben", "operator", "*");
    (void)add(&accounts, "carl", "admin", "porch");
    assert_false(accounts_has_admin(&accounts));
    struct user *anna = add(&accounts, "anna", "admin", "*");
    assert_true(accounts_has_admin(&accounts));
    assert_true(accounts_is_last_admin(&accounts, anna));
    assert_false(accounts_is_last_admin(&accounts, accounts_user(&accounts, "carl")));
    (void)add(&accounts, "dora", "admin", "*");
    assert_false(accounts_is_last_admin(&accounts, anna));
    accounts_finish(&accounts);
}

static void passwords_are_verified(void **state)
{
    char hash[PASSWORD_HASH_MAX_BYTES];
    (void)state;
    assert_int_equal(password_hash("correct horse", hash), 0);
    assert_non_null(strstr(hash, "$argon2id$"));
    assert_true(password_is("correct horse", hash));
    assert_false(password_is("correct hors", hash));
    assert_false(password_is("", hash));
    assert_false(password_is(hash, hash)); /* the stored hash is invalid */
    assert_false(password_is("correct horse", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grants_are_read_and_written),
        cmocka_unit_test(a_session_is_found_by_its_secret_alone),
        cmocka_unit_test(sessions_end_unused_and_when_their_user_changes),
        cmocka_unit_test(tokens_expire_and_are_removed),
        cmocka_unit_test(everything_has_a_limit),
        cmocka_unit_test(an_administrator_of_some_cameras_does_not_administer_the_server),
        cmocka_unit_test(passwords_are_verified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
