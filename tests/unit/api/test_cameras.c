#include "api/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "world.h"

static json_t *ask_json(struct world *world, const char *method, const char *path, const char *body,
                        int status)
{
    struct http_request *request =
        world_ask(world, &(struct fake_request){.method = method, .path = path, .body = body});
    if (fake_answer(request)->status != status)
        fail_msg("%s %s %s: %d %s", method, path, body, fake_answer(request)->status,
                 fake_answer(request)->body);
    assert_string_equal(fake_field(request, "cache-control"), "private, no-store");
    json_t *json = world_json(request);
    fake_request_destroy(request);
    return json;
}

static void expect_error(struct world *world, const char *method, const char *path,
                         const char *body, int status, const char *code)
{
    json_t *json = ask_json(world, method, path, body, status);
    char type[64];
    snprintf(type, sizeof(type), "urn:eyelid:problem:%s", code);
    assert_string_equal(json_string_value(json_object_get(json, "type")), type);
    assert_int_equal(json_integer_value(json_object_get(json, "status")), status);
    assert_true(strlen(json_string_value(json_object_get(json, "title"))) > 0);
    assert_true(strlen(json_string_value(json_object_get(json, "detail"))) > 0);
    json_decref(json);
}

static const char *name_of(json_t *camera)
{
    return json_string_value(json_object_get(camera, "name"));
}

static void names_that_cannot_be_are_refused(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    const char *path = "/api/v1/cameras/porch";
    expect_error(world, "PATCH", path, "", 400, "bad-message");
    expect_error(world, "PATCH", path, "[]", 400, "bad-message");
    expect_error(world, "PATCH", path, "{}", 400, "bad-message");
    expect_error(world, "PATCH", path, "{\"name\":1}", 400, "bad-message");
    expect_error(world, "PATCH", path, "{\"name\":\"a\",\"id\":\"b\"}", 400, "bad-message");
    expect_error(world, "PATCH", path, "{\"name\":\"a\\u0000b\"}", 400, "bad-message");
    expect_error(world, "PATCH", path, "{\"name\":{\"a\":[[[[[[[[[1]]]]]]]]]}}", 400,
                 "bad-message");
    expect_error(world, "PATCH", path, "{\"name\":\"\"}", 422, "invalid");
    expect_error(world, "PATCH", path, "{\"name\":\"a\\nb\"}", 422, "invalid");
    expect_error(world, "PATCH", path,
                 "{\"name\":\"123456789 123456789 123456789 123456789 123456789 123456789 12345\"}",
                 422, "invalid");
    expect_error(world, "PATCH", "/api/v1/cameras/garden", "{\"name\":\"a\"}", 404,
                 "no-such-camera");
    assert_string_equal(camera_view(porch->camera).name, "porch");
    world_device_free(porch);
}

/* Answered without a body. */
static void ask_nothing(struct world *world, const char *method, const char *path)
{
    struct http_request *request =
        world_ask(world, &(struct fake_request){.method = method, .path = path});
    assert_int_equal(fake_answer(request)->status, 204);
    assert_int_equal(fake_answer(request)->len_bytes, 0);
    fake_request_destroy(request);
}

static json_int_t brightness_of(struct world *world)
{
    json_t *json = ask_json(world, "GET", "/api/v1/cameras/porch/settings", NULL, 200);
    json_int_t value = json_integer_value(json_object_get(json, "brightness"));
    json_decref(json);
    return value;
}

static void a_body_that_a_form_could_send_is_refused(void **state)
{
    static const char *const TYPES[] = {"text/plain",
                                        "application/x-www-form-urlencoded",
                                        "",
                                        "multipart/form-data; boundary=application/json",
                                        "application/jsonp",
                                        "text/plain;application/json"};
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
        struct http_request *request =
            world_ask(world, &(struct fake_request){.method = "PATCH",
                                                    .path = "/api/v1/cameras/porch",
                                                    .content_type = TYPES[i],
                                                    .body = "{\"name\":\"Evil\"}"});
        assert_int_equal(fake_answer(request)->status, 415);
        fake_request_destroy(request);
    }
    assert_string_equal(camera_view(porch->camera).name, "porch");
    struct http_request *request =
        world_ask(world, &(struct fake_request){.method = "PATCH",
                                                .path = "/api/v1/cameras/porch",
                                                .content_type = "Application/JSON; charset=utf-8",
                                                .body = "{\"name\":\"Porch\"}"});
    assert_int_equal(fake_answer(request)->status, 200);
    fake_request_destroy(request);
    world_device_free(porch);
}

static void put_replaces_patch_merges_and_delete_resets(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    const char *path = "/api/v1/cameras/porch/settings";
    json_decref(ask_json(world, "PUT", path, "{\"brightness\":2}", 202));
    json_decref(ask_json(world, "PATCH", path, "{\"mirror\":true}", 202));
    json_t *json = ask_json(world, "GET", path, NULL, 200);
    char *read = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(read, "{\"brightness\":2,\"mirror\":true}");
    json_decref(json);
    /* What is read can be written back. */
    json_decref(ask_json(world, "PUT", path, read, 202));
    assert_int_equal(brightness_of(world), 2);
    mem_free(read);
    json_decref(ask_json(world, "PUT", path, "{\"mirror\":true}", 202));
    assert_int_equal(brightness_of(world), 0);
    json_decref(ask_json(world, "PATCH", path, "{\"brightness\":1}", 202));
    ask_nothing(world, "DELETE", path);
    assert_int_equal(brightness_of(world), 0);
    json = ask_json(world, "GET", "/api/v1/cameras/porch/controls", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(json, "controls")), 2);
    json_decref(json);
    assert_int_equal(porch->sets, 6);
    world_device_gone(porch);
    ask_nothing(world, "DELETE", path);
    world_device_free(porch);
}

static void a_new_camera_waits_for_the_owners_word(void **state)
{
    struct world *world = *state;
    registry_load_camera(
        world->registry,
        &(struct store_camera){.id = "porch", .name = "porch", .source = "push", .adopted = false});
    struct device *porch = world_device(world, "porch");
    static const struct {
        const char *method, *path, *body;
    } ROWS[] = {
        {"PATCH", "/api/v1/cameras/porch", "{\"name\":\"Front door\"}"},
        {"PUT", "/api/v1/cameras/porch/settings", "{\"brightness\":1}"},
        {"DELETE", "/api/v1/cameras/porch/settings", NULL},
        {"POST", "/api/v1/cameras/porch/capture", NULL},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        expect_error(world, ROWS[i].method, ROWS[i].path, ROWS[i].body, 409, "not-adopted");
    static const char *const PLAIN[] = {"/snapshot/porch.jpg", "/stream/porch.mjpg",
                                        "/stream/porch.mp4", "/hls/porch/index.m3u8"};
    for (size_t i = 0; i < sizeof(PLAIN) / sizeof(PLAIN[0]); i++) {
        struct http_request *request = world_get(world, PLAIN[i]);
        assert_int_equal(fake_answer(request)->status, 409);
        fake_request_destroy(request);
    }
    struct ws *page = world_page(world);
    world_say(world, page, START("porch", "h264"));
    world_expect_error(page, "not-adopted", "porch");
    assert_int_equal(porch->starts, 0);

    const char *adopt = "/api/v1/cameras/porch/adopt";
    expect_error(world, "POST", adopt, "{\"name\":\"\"}", 422, "invalid");
    expect_error(world, "POST", adopt, "{\"colour\":\"red\"}", 400, "bad-message");
    assert_false(camera_view(porch->camera).adopted);
    json_t *json = ask_json(world, "POST", adopt, "{\"name\":\"Porch\"}", 200);
    assert_string_equal(name_of(json), "Porch");
    assert_true(json_is_true(json_object_get(json, "adopted")));
    json_decref(json);
    json_decref(ask_json(world, "POST", adopt, NULL, 200)); /* twice is no harm */
    world_drain(world, page);
    world_say(world, page, START("porch", "h264"));
    world_expect_event(page, "started");
    fake_ws_destroy(page);
    world_device_free(porch);
}

static void a_layout_has_limits(void **state)
{
    struct world *world = *state;
    json_t *layout = json_pack("{s:[],s:[],s:[]}", "order", "hidden", "groups");
    for (unsigned i = 0; i < 1025; i++)
        json_array_append_new(json_object_get(layout, "hidden"), json_string("porch"));
    char *text = json_dumps(layout, JSON_COMPACT);
    expect_error(world, "PUT", "/api/v1/layout", text, 422, "invalid");
    mem_free(text);
    json_decref(layout);
}

static void the_server_tells_how_it_is(void **state)
{
    struct world *world = *state;
    fake_clock_advance(90 * US_PER_S);
    json_t *json = ask_json(world, "GET", "/api/v1/system", NULL, 200);
    assert_string_equal(json_string_value(json_object_get(json, "version")), "0.0.0-\"test\"");
    assert_int_equal(json_integer_value(json_object_get(json, "uptime_s")), 90);
    assert_int_equal(json_array_size(json_object_get(json, "load")), 3);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(names_that_cannot_be_are_refused),
        WORLD_TEST(a_body_that_a_form_could_send_is_refused),
        WORLD_TEST(put_replaces_patch_merges_and_delete_resets),
        WORLD_TEST(a_new_camera_waits_for_the_owners_word),
        WORLD_TEST(the_server_tells_how_it_is),
        WORLD_TEST(a_layout_has_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
