#include "access/policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const enum access_role N = ACCESS_NONE, V = ACCESS_VIEWER, O = ACCESS_OPERATOR,
                              A = ACCESS_ADMIN;

/* A principal and its role on the camera that its rights name ("porch"), on another one, and on the
 * server. */
struct row {
    enum access_role role;
    bool is_narrowed;
    enum access_role right; /* on porch; ACCESS_NONE: no such row */
    enum access_role on_porch, on_garden, on_server;
};

static struct principal principal_of(const struct row *row)
{
    return (struct principal){.kind = PRINCIPAL_ANYONE,
                              .role = row->role,
                              .is_narrowed = row->is_narrowed,
                              .rights = {{"porch", row->right}},
                              .n_rights = row->right != ACCESS_NONE};
}

static void every_role_right_and_camera(void **state)
{
    const struct row rows[] = {
        /* not narrowed: rights do not matter */
        {N, false, N, N, N, N},
        {N, false, A, N, N, N},
        {V, false, N, V, V, V},
        {V, false, A, V, V, V},
        {O, false, N, O, O, O},
        {O, false, V, O, O, O},
        {A, false, N, A, A, A},
        {A, false, V, A, A, A},
        /* narrowed: the lesser of role and right, on that camera alone */
        {N, true, N, N, N, N},
        {N, true, V, N, N, N},
        {N, true, A, N, N, N},
        {V, true, N, N, N, N},
        {V, true, V, V, N, N},
        {V, true, O, V, N, N},
        {V, true, A, V, N, N},
        {O, true, N, N, N, N},
        {O, true, V, V, N, N},
        {O, true, O, O, N, N},
        {O, true, A, O, N, N},
        {A, true, N, N, N, N},
        {A, true, V, V, N, N},
        {A, true, O, O, N, N},
        {A, true, A, A, N, N},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (unsigned need = V; need <= A; need++) {
            const struct principal p = principal_of(&rows[i]);
            const bool porch = access_allows(&p, need, ACCESS_CAMERA, "porch"),
                       garden = access_allows(&p, need, ACCESS_CAMERA, "garden"),
                       server = access_allows(&p, need, ACCESS_SERVER, NULL),
                       some = access_allows(&p, need, ACCESS_SOME, NULL);
            if (porch != (rows[i].on_porch >= need) || garden != (rows[i].on_garden >= need) ||
                server != (rows[i].on_server >= need) || some != (porch || garden))
                fail_msg("row %zu, need %u: porch %d garden %d server %d some %d", i, need, porch,
                         garden, server, some);
        }
}

static void several_rights_are_told_apart(void **state)
{
    const struct principal p = {
        .role = ACCESS_OPERATOR,
        .is_narrowed = true,
        .rights = {{"porch", ACCESS_VIEWER}, {"gate", ACCESS_ADMIN}, {"yard", ACCESS_OPERATOR}},
        .n_rights = 3};
    (void)state;
    assert_true(access_allows(&p, V, ACCESS_CAMERA, "porch"));
    assert_false(access_allows(&p, O, ACCESS_CAMERA, "porch"));
    assert_true(access_allows(&p, O, ACCESS_CAMERA, "gate"));
    assert_false(access_allows(&p, A, ACCESS_CAMERA, "gate"));
    assert_true(access_allows(&p, O, ACCESS_CAMERA, "yard"));
    assert_false(access_allows(&p, V, ACCESS_CAMERA, "yar"));
    assert_false(access_allows(&p, V, ACCESS_CAMERA, "yards"));
    assert_true(access_allows(&p, O, ACCESS_SOME, NULL));
    assert_false(access_allows(&p, A, ACCESS_SOME, NULL));
}

/* What asks for nothing in particular gets nothing. */
static void a_missing_declaration_denies(void **state)
{
    const struct principal admin = {.kind = PRINCIPAL_OWNER, .role = ACCESS_ADMIN};
    (void)state;
    assert_false(access_allows(&admin, ACCESS_NONE, ACCESS_SERVER, NULL));
    assert_false(access_allows(&admin, ACCESS_NONE, ACCESS_CAMERA, "porch"));
    assert_false(access_allows(&admin, ACCESS_NONE, ACCESS_SOME, NULL));
    assert_false(access_allows(&admin, ACCESS_VIEWER, ACCESS_CAMERA, NULL));
    assert_false(access_allows(&admin, ACCESS_ROLES, ACCESS_SERVER, NULL));
    assert_false(access_allows(&admin, ACCESS_VIEWER, (enum access_scope)9, "porch"));
    const struct principal nobody = {0};
    assert_true(access_allows(&nobody, ACCESS_NONE, ACCESS_UNLISTED, NULL));
    assert_false(access_allows(&nobody, ACCESS_VIEWER, ACCESS_UNLISTED, NULL));
}

static void roles_have_names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ACCESS_ROLES; i++) {
        enum access_role role;
        assert_int_equal(access_role_find(access_role_name(i), &role), 0);
        assert_int_equal(role, i);
    }
    enum access_role role = ACCESS_ADMIN;
    assert_int_equal(access_role_find("root", &role), -EINVAL);
    assert_int_equal(access_role_find("", &role), -EINVAL);
    assert_int_equal(role, ACCESS_ADMIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_right_and_camera),
        cmocka_unit_test(several_rights_are_told_apart),
        cmocka_unit_test(a_missing_declaration_denies),
        cmocka_unit_test(roles_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
