/* Accepted, and later applied, corrected or refused. */
#include "service/service.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "camera/source.h"
#include "world.h"

static const struct principal OWNER = {.kind = PRINCIPAL_OWNER, .role = ACCESS_ADMIN};

struct scene {
    struct world world;
    struct device *porch;
    struct event_subscriber subscriber;
    struct service_waiter waiter;
    unsigned told, done;
    uint64_t change; /* of the last event */
    enum setting_result result;
    char values[128], detail[200];
};

static void on_event(void *ctx, const struct event *event)
{
    struct scene *scene = ctx;
    if (event->type != EVENT_SETTING)
        return;
    scene->told++;
    scene->change = event->setting.change;
    scene->result = event->setting.result;
    snprintf(scene->detail, sizeof(scene->detail), "%s", event->setting.detail);
    char *text = json_dumps(event->setting.values, JSON_COMPACT | JSON_SORT_KEYS);
    snprintf(scene->values, sizeof(scene->values), "%s", text);
    mem_free(text);
}

static void on_done(struct service_waiter *waiter, const char *camera,
                    const struct problem *problem)
{
    struct scene *scene = list_entry(waiter, struct scene, waiter);
    assert_string_equal(camera, "porch");
    assert_null(problem);
    assert_int_equal(scene->told, 0); /* acceptance is reported before the result */
    scene->done++;
}

static int setup(void **state)
{
    struct scene *scene = mem_new(struct scene);
    world_init(&scene->world);
    scene->porch = world_device(&scene->world, "porch");
    scene->waiter.done = on_done;
    scene->subscriber = (struct event_subscriber){.on_event = on_event, .ctx = scene};
    event_subscribe(service_events(scene->world.service), &scene->subscriber);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    event_unsubscribe(&scene->subscriber);
    world_device_free(scene->porch);
    world_finish(&scene->world);
    mem_free(scene);
    return 0;
}

static uint64_t set(struct scene *scene, const char *values, enum service_set_mode mode)
{
    struct permit permit;
    struct problem problem;
    uint64_t change = 0;
    json_t *json = json_loads(values, 0, NULL);
    scene->told = scene->done = 0;
    assert_int_equal(
        service_permit(scene->world.service, &OWNER, ACTION_SET, "porch", &permit, &problem), 0);
    assert_int_equal(service_set(&permit, json, mode, &scene->waiter, &change, &problem), 0);
    json_decref(json);
    return change;
}

static void report(struct scene *scene, const char *values)
{
    world_report(scene->porch, values);
}

static void expect(struct scene *scene, uint64_t change, enum setting_result result,
                   const char *values)
{
    assert_int_equal(scene->told, 1);
    assert_int_equal(scene->change, change);
    assert_int_equal(scene->result, result);
    assert_string_equal(scene->values, values);
}

static void confirmed_values_are_applied(void **state)
{
    struct scene *scene = *state;
    uint64_t change = set(scene, "{\"brightness\":1,\"mirror\":true}", SERVICE_MERGE);
    report(scene, "{\"brightness\":1}");
    fake_net_turn(scene->world.net);
    assert_int_equal(scene->done, 1);
    assert_int_equal(scene->told, 0); /* one value is still open */
    report(scene, "{\"mirror\":true}");
    expect(scene, change, SETTING_APPLIED, "{\"brightness\":1,\"mirror\":true}");
}

/* The camera is quicker than the disk. */
static void the_end_is_told_after_acceptance(void **state)
{
    struct scene *scene = *state;
    uint64_t change = set(scene, "{\"brightness\":1}", SERVICE_MERGE);
    report(scene, "{\"brightness\":1}");
    assert_int_equal(scene->told, 0);
    fake_net_turn(scene->world.net);
    assert_int_equal(scene->done, 1);
    expect(scene, change, SETTING_APPLIED, "{\"brightness\":1}");
}

static void other_values_are_corrections(void **state)
{
    struct scene *scene = *state;
    uint64_t change = set(scene, "{\"brightness\":2}", SERVICE_MERGE);
    fake_net_turn(scene->world.net);
    report(scene, "{\"brightness\":1}");
    expect(scene, change, SETTING_CORRECTED, "{\"brightness\":1}");
}

static void a_refusal_names_the_control_and_the_reason(void **state)
{
    struct scene *scene = *state;
    uint64_t change = set(scene, "{\"brightness\":2,\"mirror\":true}", SERVICE_MERGE);
    fake_net_turn(scene->world.net);
    const int control = controls_find(camera_schema(scene->porch->camera), "brightness");
    camera_refused(scene->porch->camera, (unsigned)control, "Input/output error");
    assert_int_equal(scene->told, 0);
    report(scene, "{\"mirror\":true}");
    expect(scene, change, SETTING_REFUSED, "{\"mirror\":true}");
    assert_string_equal(scene->detail, "brightness: Input/output error");
}

static void silence_is_a_refusal(void **state)
{
    struct scene *scene = *state;
    uint64_t change = set(scene, "{\"brightness\":2}", SERVICE_MERGE);
    fake_clock_advance(9 * US_PER_S);
    fake_net_turn(scene->world.net);
    assert_int_equal(scene->told, 0);
    fake_clock_advance(2 * US_PER_S);
    fake_net_turn(scene->world.net);
    expect(scene, change, SETTING_REFUSED, "{}");
}

static void a_camera_that_is_away_has_all_the_time(void **state)
{
    struct scene *scene = *state;
    world_device_gone(scene->porch);
    uint64_t change = set(scene, "{\"brightness\":2}", SERVICE_MERGE);
    fake_clock_advance(3600 * US_PER_S);
    fake_net_turn(scene->world.net);
    assert_int_equal(scene->done, 1);
    assert_int_equal(scene->told, 0);
    world_device_free(scene->porch);
    scene->porch = world_device(&scene->world, "porch");
    assert_int_equal(scene->porch->sets, 1); /* it is set again */
    assert_int_equal(scene->told, 0);
    report(scene, "{\"brightness\":2}");
    expect(scene, change, SETTING_APPLIED, "{\"brightness\":2}");
}

/* The state and detail of the change, as one who asks later sees them. */
static void expect_listed(struct scene *scene, size_t place, uint64_t change, const char *state,
                          const char *detail)
{
    struct permit permit;
    struct problem problem;
    assert_int_equal(
        service_permit(scene->world.service, &OWNER, ACTION_SEE, "porch", &permit, &problem), 0);
    json_t *list = service_changes(&permit), *one = json_array_get(list, place);
    assert_int_equal(json_integer_value(json_object_get(one, "change")), change);
    assert_string_equal(json_string_value(json_object_get(one, "state")), state);
    assert_string_equal(json_string_value(json_object_get(one, "detail")), detail);
    json_decref(list);
}

static void who_asks_later_is_told_the_end(void **state)
{
    struct scene *scene = *state;
    uint64_t first = set(scene, "{\"brightness\":2}", SERVICE_MERGE);
    fake_net_turn(scene->world.net);
    expect_listed(scene, 0, first, "accepted", "");
    report(scene, "{\"brightness\":1}");
    expect_listed(scene, 0, first, "corrected", "");
    uint64_t second = set(scene, "{\"mirror\":true}", SERVICE_MERGE);
    expect_listed(scene, 0, first, "corrected", ""); /* not on disk yet */
    fake_net_turn(scene->world.net);
    expect_listed(scene, 0, second, "accepted", "");
    fake_clock_advance(11 * US_PER_S);
    fake_net_turn(scene->world.net);
    expect_listed(scene, 0, second, "refused", "the camera did not confirm the values");
    expect_listed(scene, 1, first, "corrected", "");
}

static void ended_changes_are_limited(void **state)
{
    struct scene *scene = *state;
    uint64_t change = 0;
    for (int i = 0; i < 100; i++) {
        change = set(scene, i % 2 ? "{\"brightness\":2}" : "{\"brightness\":1}", SERVICE_MERGE);
        fake_net_turn(scene->world.net);
        report(scene, i % 2 ? "{\"brightness\":2}" : "{\"brightness\":1}");
    }
    expect_listed(scene, 0, change, "applied", "");
    expect_listed(scene, 31, change - 31, "applied", "");
    struct permit permit;
    struct problem problem;
    assert_int_equal(
        service_permit(scene->world.service, &OWNER, ACTION_SEE, "porch", &permit, &problem), 0);
    json_t *list = service_changes(&permit);
    assert_int_equal(json_array_size(list), 32);
    json_decref(list);
}

static void the_newer_change_decides(void **state)
{
    struct scene *scene = *state;
    uint64_t first = set(scene, "{\"brightness\":1}", SERVICE_MERGE);
    fake_net_turn(scene->world.net);
    uint64_t second = set(scene, "{\"brightness\":2}", SERVICE_MERGE);
    assert_int_equal(scene->told, 1);
    assert_int_equal(scene->change, first);
    scene->told = 0;
    fake_net_turn(scene->world.net);
    report(scene, "{\"brightness\":2}");
    expect(scene, second, SETTING_APPLIED, "{\"brightness\":2}");
}

static void replacing_asks_for_the_defaults_too(void **state)
{
    struct scene *scene = *state;
    (void)set(scene, "{\"brightness\":1,\"mirror\":true}", SERVICE_MERGE);
    report(scene, "{\"brightness\":1,\"mirror\":true}");
    fake_net_turn(scene->world.net);
    uint64_t change = set(scene, "{\"mirror\":true}", SERVICE_REPLACE);
    fake_net_turn(scene->world.net);
    report(scene, "{\"brightness\":0,\"mirror\":true}");
    expect(scene, change, SETTING_APPLIED, "{\"brightness\":0,\"mirror\":true}");
}

static void open_changes_are_limited(void **state)
{
    struct scene *scene = *state;
    world_device_gone(scene->porch);
    unsigned refused = 0;
    for (int i = 0; i < 100; i++) {
        (void)set(scene, i % 2 ? "{\"brightness\":2}" : "{\"mirror\":true}", SERVICE_MERGE);
        refused += scene->told;
        scene->told = 0;
        fake_net_turn(scene->world.net);
    }
    assert_true(refused >= 98); /* each newer one ends the older */
}

static void a_waiter_may_go(void **state)
{
    struct scene *scene = *state;
    uint64_t change = set(scene, "{\"brightness\":1}", SERVICE_MERGE);
    service_forget(&scene->waiter);
    service_forget(&scene->waiter);
    fake_net_turn(scene->world.net);
    assert_int_equal(scene->done, 0);
    report(scene, "{\"brightness\":1}");
    expect(scene, change, SETTING_APPLIED, "{\"brightness\":1}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(confirmed_values_are_applied),   TEST(the_end_is_told_after_acceptance),
        TEST(other_values_are_corrections),   TEST(a_refusal_names_the_control_and_the_reason),
        TEST(silence_is_a_refusal),           TEST(a_camera_that_is_away_has_all_the_time),
        TEST(the_newer_change_decides),       TEST(replacing_asks_for_the_defaults_too),
        TEST(open_changes_are_limited),       TEST(a_waiter_may_go),
        TEST(who_asks_later_is_told_the_end), TEST(ended_changes_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
