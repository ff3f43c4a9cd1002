#include "service/motion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "world.h"

static int setup(void **state)
{
    struct world *world = mem_new(struct world);
    world_init(world);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    world_finish(*state);
    mem_free(*state);
    return 0;
}

static json_t *ask(struct world *world, const char *method, const char *path, const char *body,
                   int status)
{
    struct http_request *request =
        world_ask(world, &(struct fake_request){.method = method, .path = path, .body = body});
    if (fake_answer(request)->status != status)
        fail_msg("%s %s: %d, %s", method, path, fake_answer(request)->status,
                 fake_answer(request)->body);
    json_t *json = fake_answer(request)->len_bytes > 0 ? world_json(request) : NULL;
    fake_request_destroy(request);
    return json;
}

#define PORCH "/api/v1/cameras/porch/motion"

static void values_read_can_be_written_back(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    json_decref(ask(world, "PUT", PORCH,
                    "{\"armed\":true,\"sensitivity\":70,"
                    "\"zones\":[{\"points\":[[0,0],[1,0],[0,1]]}]}",
                    204));
    json_t *read = ask(world, "GET", PORCH, NULL, 200);
    char *text = json_dumps(read, 0);
    json_decref(ask(world, "PUT", PORCH, text, 204));
    json_t *again = ask(world, "GET", PORCH, NULL, 200);
    assert_true(json_equal(read, again));
    assert_int_equal(porch->starts, 1);
    mem_free(text);
    json_decref(read);
    json_decref(again);
    world_device_free(porch);
}

static void put_replaces_and_patch_merges(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    json_decref(ask(world, "PATCH", PORCH, "{\"sensitivity\":70}", 204));
    json_decref(ask(world, "PATCH", PORCH, "{\"armed\":true}", 204));
    json_t *merged = ask(world, "GET", PORCH, NULL, 200);
    assert_true(json_is_true(json_object_get(merged, "armed")));
    assert_int_equal(json_integer_value(json_object_get(merged, "sensitivity")), 70);
    json_decref(ask(world, "PATCH", PORCH, "{\"sensitivity\":101}", 422));
    json_decref(ask(world, "PUT", PORCH, "{}", 204));
    json_t *replaced = ask(world, "GET", PORCH, NULL, 200);
    assert_false(json_is_true(json_object_get(replaced, "armed")));
    assert_int_equal(json_integer_value(json_object_get(replaced, "sensitivity")), 50);
    json_decref(merged);
    json_decref(replaced);
    world_device_free(porch);
}

static unsigned armed(struct world *world)
{
    json_t *list = ask(world, "GET", "/api/v1/motion", NULL, 200), *camera;
    size_t i;
    unsigned n = 0;
    json_array_foreach(json_object_get(list, "cameras"), i, camera)
    {
        n += json_is_true(json_object_get(camera, "armed"));
    }
    json_decref(list);
    return n;
}

static void all_are_armed_at_once(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch"), *yard = world_device(world, "yard");
    registry_load_camera(world->registry,
                         &(struct store_camera){.id = "new", .name = "new", .source = "push"});
    json_decref(ask(world, "PATCH", "/api/v1/motion", "{\"armed\":1}", 422));
    json_decref(ask(world, "PATCH", "/api/v1/motion", "{\"armed\":true}", 204));
    assert_int_equal(armed(world), 2); /* not the one that waits for its owner */
    json_decref(ask(world, "PATCH", "/api/v1/motion", "{\"armed\":false}", 204));
    assert_int_equal(armed(world), 0);
    world_device_free(porch);
    world_device_free(yard);
}

static void who_may_some_arms_these(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch"), *yard = world_device(world, "yard");
    const struct principal narrowed = {
        .role = ACCESS_OPERATOR,
        .is_narrowed = true,
        .rights = {{"porch", ACCESS_OPERATOR}, {"yard", ACCESS_VIEWER}},
        .n_rights = 2};
    struct permit permit;
    struct problem problem;
    struct service_waiter waiter = {.job = NULL};
    assert_int_equal(
        service_permit(world->service, &narrowed, ACTION_ARM_ALL, NULL, &permit, &problem), 0);
    service_motion_arm(&permit, true, &waiter);
    service_forget(&waiter);
    fake_net_turn(world->net);
    assert_true(service_motion_view(world->service, "porch").armed);
    assert_false(service_motion_view(world->service, "yard").armed);
    world_device_free(porch);
    world_device_free(yard);
}

static void stored_settings_are_used_and_broken_ones_ignored(void **state)
{
    struct world *world = *state;
    service_load_motion(world->service,
                        "{\"porch\":{\"armed\":true},\"yard\":{\"armed\":\"yes\"}}");
    service_load_motion(world->service, "no JSON");
    assert_true(service_motion_view(world->service, "porch").armed);
    assert_false(service_motion_view(world->service, "yard").armed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_read_can_be_written_back),
        TEST(put_replaces_and_patch_merges),
        TEST(all_are_armed_at_once),
        TEST(who_may_some_arms_these),
        TEST(stored_settings_are_used_and_broken_ones_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
