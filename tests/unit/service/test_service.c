#include "service/service.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static const struct principal PRINCIPALS[] = {
    {.role = ACCESS_NONE},
    {.role = ACCESS_VIEWER},
    {.role = ACCESS_OPERATOR},
    {.role = ACCESS_ADMIN},
    {.role = ACCESS_ADMIN,
     .is_narrowed = true,
     .rights = {{"porch", ACCESS_OPERATOR}},
     .n_rights = 1},
    {.kind = PRINCIPAL_SHARE,
     .role = ACCESS_VIEWER,
     .is_narrowed = true,
     .rights = {{"porch", ACCESS_VIEWER}},
     .n_rights = 1},
};

/* What each action answers to each principal above, asked for the camera "porch" and then for
 * "yard": y = permitted, a = not allowed, c = no such camera. */
static const struct {
    enum service_action action;
    const char *porch, *yard;
} MATRIX[] = {
    {ACTION_UNDECLARED, "aaaaaa", "aaaaaa"}, {ACTION_PUBLIC, "yyyyyy", "yyyyyy"},
    {ACTION_CONNECT, "yyyyyy", "yyyyyy"},    {ACTION_METRICS, "ayyyaa", "ayyyaa"},
    {ACTION_LIST, "ayyyya", "ayyyya"},       {ACTION_SEE, "ayyyya", "ayyyca"},
    {ACTION_WATCH, "ayyyya", "ayyyca"},      {ACTION_STILL, "ayyyya", "ayyyca"},
    {ACTION_SET, "aayyya", "aayyca"},        {ACTION_RENAME, "aayyya", "aayyca"},
    {ACTION_ADD, "aaayaa", "aaayaa"},        {ACTION_ADOPT, "aaayaa", "aaayca"},
    {ACTION_REMOVE, "aaayaa", "aaayca"},     {ACTION_KEEP, "aayyya", "aayyca"},
    {ACTION_ARCHIVE, "ayyyya", "ayyyya"},    {ACTION_ARCHIVE_CHANGE, "aayyya", "aayyya"},
    {ACTION_SEE_LAYOUT, "ayyyya", "ayyyya"}, {ACTION_ARRANGE, "aayyaa", "aayyaa"},
    {ACTION_LOGIN, "yyyyyy", "yyyyyy"},      {ACTION_OWN, "ayyyya", "ayyyya"},
    {ACTION_ACCOUNTS, "aaayaa", "aaayaa"},   {ACTION_RECORD, "aayyya", "aayyca"},
    {ACTION_FILMS, "ayyyya", "ayyyya"},      {ACTION_FILM_CHANGE, "aayyya", "aayyya"},
    {ACTION_MOVE, "aaayaa", "aaayca"},       {ACTION_LOG, "aaayaa", "aaayaa"},
    {ACTION_SCHEDULES, "ayyyya", "ayyyya"},  {ACTION_SCHEDULE_CHANGE, "aayyya", "aayyya"},
    {ACTION_REVOKE, "aaayaa", "aaayca"},     {ACTION_ARM, "aayyya", "aayyca"},
    {ACTION_ARM_ALL, "aayyya", "aayyya"},    {ACTION_RECEIVERS, "aaayaa", "aaayaa"},
    {ACTION_FILES, "ayyyya", "ayyyya"},      {ACTION_QUOTAS, "aaayaa", "aaayaa"},
    {ACTION_SHARES, "aaayaa", "aaayaa"},     {ACTION_SHARED, "aaaaay", "aaaaay"},
};
_Static_assert(sizeof(MATRIX) / sizeof(MATRIX[0]) == SERVICE_ACTIONS, "each action has its row");

static char verdict(struct world *world, const struct principal *principal,
                    enum service_action action, const char *camera)
{
    struct permit permit;
    struct problem problem;
    const int error = service_permit(world->service, principal, action, camera, &permit, &problem);
    if (error == 0)
        return 'y';
    return problem.type == PROBLEM_NOT_ALLOWED      ? 'a'
           : problem.type == PROBLEM_NO_SUCH_CAMERA ? 'c'
                                                    : '?';
}

static void every_action_role_and_camera(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);
    struct device *porch = world_device(&world, "porch"), *yard = world_device(&world, "yard");
    for (size_t i = 0; i < SERVICE_ACTIONS; i++) {
        char on_porch[8] = "", on_yard[8] = "";
        for (size_t k = 0; k < sizeof(PRINCIPALS) / sizeof(PRINCIPALS[0]); k++) {
            on_porch[k] = verdict(&world, &PRINCIPALS[k], MATRIX[i].action, "porch");
            on_yard[k] = verdict(&world, &PRINCIPALS[k], MATRIX[i].action, "yard");
        }
        if (strcmp(on_porch, MATRIX[i].porch) != 0 || strcmp(on_yard, MATRIX[i].yard) != 0)
            fail_msg("action %d: porch %s, yard %s", MATRIX[i].action, on_porch, on_yard);
    }
    world_device_free(porch);
    world_device_free(yard);
    world_finish(&world);
}

static void missing_and_unadopted_cameras(void **state)
{
    struct world world;
    struct permit permit;
    struct problem problem;
    (void)state;
    world_init(&world);
    registry_load_camera(world.registry,
                         &(struct store_camera){.id = "new", .name = "new", .source = "push"});
    for (unsigned action = 0; action < SERVICE_ACTIONS; action++) {
        const struct action_rule *rule = action_rule(action);
        if (rule->scope != ACCESS_CAMERA)
            continue;
        assert_int_equal(verdict(&world, &PRINCIPALS[3], action, "garden"), 'c');
        const int error =
            service_permit(world.service, &PRINCIPALS[3], action, "new", &permit, &problem);
        assert_int_equal(error, rule->needs_adopted ? -EPERM : 0);
    }
    world_finish(&world);
}

static void lists_hold_what_may_be_seen(void **state)
{
    struct world world;
    struct permit permit;
    struct problem problem;
    (void)state;
    world_init(&world);
    struct device *yard = world_device(&world, "yard"), *porch = world_device(&world, "porch");
    assert_int_equal(
        service_permit(world.service, &PRINCIPALS[1], ACTION_LIST, NULL, &permit, &problem), 0);
    assert_ptr_equal(service_next(&permit, NULL), yard->camera);
    assert_ptr_equal(service_next(&permit, yard->camera), porch->camera);
    assert_null(service_next(&permit, porch->camera));
    assert_int_equal(
        service_permit(world.service, &PRINCIPALS[4], ACTION_LIST, NULL, &permit, &problem), 0);
    assert_ptr_equal(service_next(&permit, NULL), porch->camera);
    assert_null(service_next(&permit, porch->camera));
    world_device_free(porch);
    world_device_free(yard);
    world_finish(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_role_and_camera),
        cmocka_unit_test(missing_and_unadopted_cameras),
        cmocka_unit_test(lists_hold_what_may_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
