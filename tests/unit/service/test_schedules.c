#include "service/schedules.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "world.h"

enum { NOON_S = 1800000000 };

static int setup(void **state)
{
    struct world *world = mem_new(struct world);
    fake_clock_set_wall(NOON_S * US_PER_S);
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

static void ask_nothing(struct world *world, const char *method, const char *path, const char *body,
                        int status)
{
    json_decref(ask(world, method, path, body, status));
}

#define AWAKE(every)                                                                               \
    "{\"name\":\"A\",\"camera\":\"porch\",\"job\":\"awake\",\"seconds\":5,"                        \
    "\"when\":{\"every_s\":" every "},\"zone\":\"UTC\"}"
#define PHOTO "{\"name\":\"P\",\"camera\":\"porch\",\"job\":\"photo\",\"when\":{\"every_s\":60}}"

static void pass(struct world *world, int64_t seconds)
{
    fake_clock_advance(seconds * US_PER_S);
    fake_net_turn(world->net);
}

static json_t *running(struct world *world)
{
    json_t *schedule = ask(world, "GET", "/api/v1/schedules/1", NULL, 200);
    json_t *run = json_incref(json_object_get(schedule, "running"));
    json_decref(schedule);
    return run;
}

static void expect_last(struct world *world, const char *result, const char *detail)
{
    json_t *runs = ask(world, "GET", "/api/v1/schedules/1/runs", NULL, 200);
    json_t *run = json_array_get(json_object_get(runs, "runs"), 0);
    assert_string_equal(json_string_value(json_object_get(run, "result")), result);
    assert_string_equal(json_string_value(json_object_get(run, "detail")), detail);
    json_decref(runs);
}

static void a_schedule_is_made_read_replaced_and_removed(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_ask(
        world,
        &(struct fake_request){.method = "POST", .path = "/api/v1/schedules", .body = AWAKE("60")});
    assert_int_equal(fake_answer(request)->status, 201);
    assert_string_equal(fake_field(request, "location"), "/api/v1/schedules/1");
    json_t *made = world_json(request);
    fake_request_destroy(request);
    json_t *read = ask(world, "GET", "/api/v1/schedules/1", NULL, 200);
    assert_true(json_equal(made, read));
    assert_string_equal(json_string_value(json_object_get(read, "next")), "2027-01-15T08:01:00Z");

    /* What is read can be written back. */
    char *text = json_dumps(read, 0);
    json_t *again = ask(world, "PUT", "/api/v1/schedules/1", text, 200);
    assert_true(json_equal(again, read));
    mem_free(text);
    json_decref(made);
    json_decref(again);
    json_decref(read);

    json_t *next = ask(world, "GET", "/api/v1/schedules/1/next", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(next, "next")), 10);
    json_decref(next);
    ask_nothing(world, "DELETE", "/api/v1/schedules/1", NULL, 204);
    ask_nothing(world, "GET", "/api/v1/schedules/1", NULL, 404);
    ask_nothing(world, "PUT", "/api/v1/schedules/1", AWAKE("60"), 404);
    json_t *none = ask(world, "GET", "/api/v1/schedules", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(none, "schedules")), 0);
    json_decref(none);
    world_device_free(porch);
}

static void mistakes_are_said(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    ask_nothing(world, "POST", "/api/v1/schedules", "{\"name\":\"A\"}", 422);
    ask_nothing(world, "POST", "/api/v1/schedules", "[]", 400);
    ask_nothing(world, "POST", "/api/v1/schedules",
                "{\"name\":\"A\",\"camera\":\"none\",\"job\":\"photo\",\"when\":{\"every_s\":9}}",
                404);
    ask_nothing(world, "POST", "/api/v1/schedules",
                "{\"name\":\"A\",\"job\":\"photo\",\"when\":{\"every_s\":9}}", 422);
    ask_nothing(world, "POST", "/api/v1/schedules/preview", "{\"name\":\"A\"}", 422);
    json_t *next = ask(world, "POST", "/api/v1/schedules/preview", AWAKE("60"), 200);
    assert_int_equal(json_array_size(json_object_get(next, "next")), 10);
    json_decref(next);
    world_device_free(porch);
}

static bool is_armed(struct world *world, const char *path)
{
    json_t *motion = ask(world, "GET", path, NULL, 200);
    const bool armed = json_is_true(json_object_get(motion, "armed"));
    json_decref(motion);
    return armed;
}

static void cameras_are_armed_and_disarmed(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch"), *yard = world_device(world, "yard");
    ask_nothing(world, "POST", "/api/v1/schedules",
                "{\"name\":\"A\",\"job\":\"arm\",\"when\":{\"every_s\":60}}", 201);
    ask_nothing(world, "POST", "/api/v1/schedules",
                "{\"name\":\"D\",\"job\":\"disarm\",\"camera\":\"yard\","
                "\"when\":{\"every_s\":90}}",
                201);
    pass(world, 60);
    assert_true(is_armed(world, "/api/v1/cameras/porch/motion"));
    assert_true(is_armed(world, "/api/v1/cameras/yard/motion"));
    expect_last(world, "done", "");
    pass(world, 30);
    assert_true(is_armed(world, "/api/v1/cameras/porch/motion"));
    assert_false(is_armed(world, "/api/v1/cameras/yard/motion"));
    world_device_free(porch);
    world_device_free(yard);
}

static void there_is_a_limit(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    for (int i = 0; i < SERVICE_SCHEDULES_MAX; i++)
        ask_nothing(world, "POST", "/api/v1/schedules", AWAKE("86400"), 201);
    ask_nothing(world, "POST", "/api/v1/schedules", AWAKE("86400"), 409);
    world_device_free(porch);
}

static void a_camera_is_awake_for_its_moment_only(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    ask_nothing(world, "POST", "/api/v1/schedules", AWAKE("60"), 201);
    pass(world, 59);
    assert_int_equal(porch->starts, 0);
    pass(world, 1);
    assert_int_equal(porch->starts, 1);
    json_t *run = running(world);
    assert_string_equal(json_string_value(json_object_get(run, "result")), "running");
    json_decref(run);
    assert_int_equal(camera_view(porch->camera).leases_by_reason[LEASE_SCHEDULE], 1);
    world_jpeg(porch, "jpeg", 640, 480);
    pass(world, 5);
    assert_int_equal(camera_view(porch->camera).leases, 0);
    run = running(world);
    assert_true(json_is_null(run));
    json_decref(run);
    expect_last(world, "done", "");
    assert_int_equal(service_schedule_count(world->service, RUN_DONE), 1);
    camera_account(porch->camera, clock_now_us(&fake_clock));
    assert_int_equal(camera_awake_us(porch->camera, LEASE_SCHEDULE), 5 * US_PER_S);
    pass(world, 55);
    assert_int_equal(camera_view(porch->camera).leases_by_reason[LEASE_SCHEDULE], 1);
    world_device_free(porch);
}

static void what_cannot_run_says_why(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    ask_nothing(world, "POST", "/api/v1/schedules", PHOTO, 201);
    pass(world, 60);
    world_still(porch, "jpeg", 640, 480);
    fake_net_turn(world->net);
    expect_last(world, "failed", "the archive is not open"); /* this world has none */
    world_device_gone(porch);
    pass(world, 60);
    expect_last(world, "failed", "the camera is offline");
    assert_int_equal(service_schedule_count(world->service, RUN_FAILED), 2);
    world_device_free(porch);
}

static void a_sleeping_device_gets_its_order_when_it_wakes(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    ask_nothing(world, "POST", "/api/v1/schedules", AWAKE("600"), 201);
    pass(world, 590);
    camera_sleeps(porch->camera, 300);
    world_device_gone(porch);
    pass(world, 10);
    json_t *run = running(world);
    assert_string_equal(json_string_value(json_object_get(run, "result")), "waiting");
    assert_string_equal(json_string_value(json_object_get(run, "detail")),
                        "the camera sleeps until 2027-01-15T08:14:50Z");
    json_decref(run);
    pass(world, 290);
    world_device_back(porch);
    fake_net_turn(world->net);
    run = running(world);
    assert_string_equal(json_string_value(json_object_get(run, "result")), "running");
    json_decref(run);
    pass(world, 5);
    expect_last(world, "done", "");

    /* One that never wakes is given up. */
    camera_sleeps(porch->camera, 400);
    world_device_gone(porch);
    pass(world, 305);
    run = running(world);
    assert_string_equal(json_string_value(json_object_get(run, "result")), "waiting");
    json_decref(run);
    pass(world, 400);
    expect_last(world, "failed", "the camera is offline");
    world_device_free(porch);
}

/* Without a battery for its clock a machine starts in 1970. */
static void nothing_runs_before_the_clock_is_set(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    fake_clock_set_wall(1000 * US_PER_S);
    ask_nothing(world, "POST", "/api/v1/schedules", AWAKE("60"), 201);
    for (int i = 0; i < 10; i++)
        pass(world, 30);
    assert_int_equal(porch->starts, 0);
    fake_clock_set_wall(NOON_S * US_PER_S);
    for (int i = 0; i < 4; i++)
        pass(world, 30);
    assert_true(porch->starts > 0);
    world_device_free(porch);
}

static void pages_are_told(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *page = world_page(world);
    ask_nothing(world, "POST", "/api/v1/schedules", AWAKE("60"), 201);
    json_t *event = world_event(page, "schedule");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(event, "schedule"), "id")), "1");
    json_decref(event);
    ask_nothing(world, "DELETE", "/api/v1/schedules/1", NULL, 204);
    event = world_event(page, "schedule-removed");
    assert_string_equal(world_string(event, "schedule"), "1");
    json_decref(event);
    fake_ws_destroy(page);
    world_device_free(porch);
}

static void others_cameras_have_no_schedules(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch"), *yard = world_device(world, "yard");
    static const struct principal NARROW = {.role = ACCESS_OPERATOR,
                                            .is_narrowed = true,
                                            .rights = {{"yard", ACCESS_OPERATOR}},
                                            .n_rights = 1};
    static const struct principal VIEWER = {.role = ACCESS_VIEWER};
    struct service_waiter waiter = {0};
    struct problem problem;
    struct permit permit;
    json_t *json;
    ask_nothing(world, "POST", "/api/v1/schedules", AWAKE("60"), 201);
    assert_int_equal(
        service_permit(world->service, &NARROW, ACTION_SCHEDULES, NULL, &permit, &problem), 0);
    json = service_schedules(&permit);
    assert_int_equal(json_array_size(json), 0);
    json_decref(json);
    assert_true(service_schedule_get(&permit, "1", &json, &problem) < 0);
    assert_int_equal(problem.type, PROBLEM_NO_SUCH);
    assert_int_equal(
        service_permit(world->service, &NARROW, ACTION_SCHEDULE_CHANGE, NULL, &permit, &problem),
        0);
    assert_true(service_schedule_remove(&permit, "1", &waiter, &problem) < 0);
    json = json_loads(AWAKE("60"), 0, NULL);
    assert_true(service_schedule_add(&permit, json, &waiter, &problem) < 0);
    assert_int_equal(problem.type, PROBLEM_NO_SUCH_CAMERA);
    assert_int_equal(
        service_permit(world->service, &VIEWER, ACTION_SCHEDULES, NULL, &permit, &problem), 0);
    permit.action =
        ACTION_SCHEDULE_CHANGE; /* the policy would refuse it: the camera's counts too */
    assert_true(service_schedule_replace(&permit, "1", json, &waiter, &problem) < 0);
    assert_int_equal(problem.type, PROBLEM_NOT_ALLOWED);
    json_decref(json);
    world_device_free(yard);
    world_device_free(porch);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_schedule_is_made_read_replaced_and_removed),
        TEST(mistakes_are_said),
        TEST(cameras_are_armed_and_disarmed),
        TEST(there_is_a_limit),
        TEST(a_camera_is_awake_for_its_moment_only),
        TEST(what_cannot_run_says_why),
        TEST(a_sleeping_device_gets_its_order_when_it_wakes),
        TEST(nothing_runs_before_the_clock_is_set),
        TEST(pages_are_told),
        TEST(others_cameras_have_no_schedules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
