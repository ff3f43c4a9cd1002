#include "api/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static const char *found(enum api_door_kind door, const char *method, const char *path,
                         bool websocket)
{
    struct routes_match match;
    if (routes_find(door, method, path, websocket, &match) != ROUTES_FOUND)
        return NULL;
    return match.route->pattern;
}

static void every_address_of_the_contract_has_its_route(void **state)
{
    static const struct {
        const char *method, *path;
        bool websocket;
        const char *pattern;
    } ROWS[] = {
        {"GET", "/", false, "/*"},
        {"GET", "/index.html", false, "/*"},
        {"HEAD", "/assets/a.js", false, "/*"},
        {"GET", "/healthz", false, "/healthz"},
        {"GET", "/metrics", false, "/metrics"},
        {"GET", "/api/v1/openapi.json", false, "/api/v1/openapi.json"},
        {"GET", "/api/v1/cameras", false, "/api/v1/cameras"},
        {"HEAD", "/api/v1/cameras", false, "/api/v1/cameras"},
        {"GET", "/api/v1/cameras/porch", false, "/api/v1/cameras/:id"},
        {"PATCH", "/api/v1/cameras/porch", false, "/api/v1/cameras/:id"},
        {"GET", "/api/v1/cameras/porch/awake", false, "/api/v1/cameras/:id/awake"},
        {"GET", "/api/v1/cameras/porch/controls", false, "/api/v1/cameras/:id/controls"},
        {"PUT", "/api/v1/cameras/porch/settings", false, "/api/v1/cameras/:id/settings"},
        {"PATCH", "/api/v1/cameras/porch/settings", false, "/api/v1/cameras/:id/settings"},
        {"POST", "/api/v1/cameras/porch/capture", false, "/api/v1/cameras/:id/capture"},
        {"GET", "/api/v1/live", true, "/api/v1/live"},
        {"GET", "/stream/porch.mp4", false, "/stream/:id.mp4"},
        {"GET", "/stream/porch.mjpg", false, "/stream/:id.mjpg"},
        {"GET", "/snapshot/a-1.jpg", false, "/snapshot/:id.jpg"},
        {"GET", "/files/porch/latest.jpg", false, "/files/:id/*"},
        {"GET", "/files/api/2026/11/30/x.jpg", false, "/files/:id/*"},
        {"GET", "/device", true, "/device"},
        {"GET", "/device/porch", true, "/device/:id"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        const char *pattern = found(API_DOOR_PAGE, ROWS[i].method, ROWS[i].path, ROWS[i].websocket);
        assert_non_null(pattern);
        assert_string_equal(pattern, ROWS[i].pattern);
    }
    assert_string_equal(found(API_DOOR_DEVICE, "GET", "/", true), "/");
    assert_string_equal(found(API_DOOR_DEVICE, "GET", "/porch", true), "/:id");
}

static void missing_routes_say_why(void **state)
{
    static const struct {
        enum api_door_kind door;
        const char *method, *path;
        bool websocket;
        enum routes_result result;
        const char *allow;
    } ROWS[] = {
        {API_DOOR_PAGE, "GET", "/api/v1/nothing", false, ROUTES_NOT_FOUND, ""},
        {API_DOOR_PAGE, "POST", "/api/v1/nothing", false, ROUTES_NOT_FOUND, ""},
        {API_DOOR_PAGE, "POST", "/healthz", false, ROUTES_NOT_ALLOWED, "GET, HEAD"},
        {API_DOOR_PAGE, "POST", "/", false, ROUTES_NOT_ALLOWED, "GET, HEAD"},
        {API_DOOR_PAGE, "PUT", "/api/v1/cameras/a", false, ROUTES_NOT_ALLOWED,
         "GET, HEAD, PATCH, DELETE"},
        {API_DOOR_PAGE, "POST", "/api/v1/cameras/a/settings", false, ROUTES_NOT_ALLOWED,
         "GET, HEAD, PUT, PATCH, DELETE"},
        {API_DOOR_PAGE, "HEAD", "/api/v1/cameras/a/capture", false, ROUTES_NOT_ALLOWED, "POST"},
        {API_DOOR_PAGE, "GET", "/api/v1/live", false, ROUTES_WEBSOCKET_ONLY, ""},
        {API_DOOR_PAGE, "GET", "/device/a", false, ROUTES_WEBSOCKET_ONLY, ""},
        {API_DOOR_PAGE, "GET", "/healthz", true, ROUTES_NOT_FOUND, ""},
        {API_DOOR_PAGE, "GET", "/", true, ROUTES_NOT_FOUND, ""},
        {API_DOOR_DEVICE, "GET", "/healthz", false, ROUTES_WEBSOCKET_ONLY, ""},
        {API_DOOR_DEVICE, "GET", "/api/v1/cameras", false, ROUTES_NOT_FOUND, ""},
        {API_DOOR_DEVICE, "GET", "/a/b", true, ROUTES_NOT_FOUND, ""},
        /* No ids. */
        {API_DOOR_PAGE, "GET", "/api/v1/cameras/", false, ROUTES_NOT_FOUND, ""},
        {API_DOOR_PAGE, "GET", "/api/v1/cameras/Porch", false, ROUTES_NOT_FOUND, ""},
        {API_DOOR_PAGE, "GET", "/api/v1/cameras/a_b", false, ROUTES_NOT_FOUND, ""},
        {API_DOOR_PAGE, "GET", "/api/v1/cameras/a/awake/", false, ROUTES_NOT_FOUND, ""},
        {API_DOOR_PAGE, "GET", "/api/v1/cameras/123456789012345678901234567890123", false,
         ROUTES_NOT_FOUND, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct routes_match match;
        enum routes_result result =
            routes_find(ROWS[i].door, ROWS[i].method, ROWS[i].path, ROWS[i].websocket, &match);
        assert_int_equal(result, ROWS[i].result);
        if (result == ROUTES_NOT_ALLOWED)
            assert_string_equal(match.allow, ROWS[i].allow);
        assert_null(match.route);
    }
}

static void the_id_is_from_the_path(void **state)
{
    struct routes_match match;
    (void)state;
    assert_int_equal(routes_find(API_DOOR_PAGE, "GET",
                                 "/stream/12345678901234567890123456789012.mp4", false, &match),
                     ROUTES_FOUND);
    assert_string_equal(match.id, "12345678901234567890123456789012");
    assert_int_equal(routes_find(API_DOOR_PAGE, "GET", "/metrics", false, &match), ROUTES_FOUND);
    assert_string_equal(match.id, "");
}

/* --- The policy is asked for every route. --- */

/* The pattern as a path of the camera "porch". */
static void path_of(const struct route *route, char *out, size_t cap)
{
    const char *id = strstr(route->pattern, ":id");
    if (strcmp(route->pattern, "/*") == 0)
        snprintf(out, cap, "/index.html");
    else if (id)
        snprintf(out, cap, "%.*sporch%s", (int)(id - route->pattern), route->pattern, id + 3);
    else
        snprintf(out, cap, "%s", route->pattern);
}

/* The status that the route answers with; 0: it holds the request, 101: it takes the WebSocket. */
static int knock(struct world *world, const struct route *route, struct fake_request what)
{
    char path[128];
    path_of(route, path, sizeof(path));
    what.method = route->method;
    what.path = path;
    what.body = "{}";
    struct api_door door = {world->api, route->door, true};
    struct http_request *request = fake_request_create(world->net, &what);
    int status;
    if (route->upgrade) {
        struct ws_accept accept;
        status = api_upgrade(&door, request, &accept);
        if (status == 0) {
            accept.ops->closed(accept.session);
            status = 101;
        }
    } else {
        api_request(&door, request);
        status = fake_answer(request)->status;
    }
    fake_request_destroy(request);
    fake_net_turn(world->net);
    return status;
}

static void every_route_is_denied_to_a_rebound_name(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);
    struct device *porch = world_device(&world, "porch");
    for (size_t i = 0; i < routes_count; i++) {
        int status =
            knock(&world, &routes_table[i], (struct fake_request){.host = "evil.example:8080"});
        /* A device may know us by any name; a browser's WebSocket says its Origin, see below. */
        if (routes_table[i].action != ACTION_CONNECT)
            assert_int_equal(status, 403);
    }
    assert_int_equal(porch->starts, 0);
    world_device_free(porch);
    world_finish(&world);
}

static void every_route_but_the_public_ones_is_denied_to_another_site(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);
    struct device *porch = world_device(&world, "porch");
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *route = &routes_table[i];
        int status = knock(&world, route,
                           (struct fake_request){.origin = "https://evil.example",
                                                 .subprotocol = "eyelid.live.v1"});
        if (route->action != ACTION_PUBLIC)
            assert_int_equal(status, 403);
        if (route->action == ACTION_PUBLIC || route->action == ACTION_CONNECT)
            continue; /* a device is no browser, which would say an origin there */
        assert_int_equal(knock(&world, route,
                               (struct fake_request){.referer = "http://evil.example/",
                                                     .subprotocol = "eyelid.live.v1"}),
                         403);
    }
    assert_int_equal(porch->starts, 0);
    world_device_free(porch);
    world_finish(&world);
}

static void every_route_is_open_to_the_page_itself(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);
    struct device *porch = world_device(&world, "porch");
    for (size_t i = 0; i < routes_count; i++)
        if (routes_table[i].action != ACTION_SHARED) /* for visitors with a share link */
            assert_int_not_equal(knock(&world, &routes_table[i],
                                       (struct fake_request){.origin = "http://localhost:8080",
                                                             .subprotocol = "eyelid.live.v1"}),
                                 403);
    world_device_free(porch);
    world_finish(&world);
}

static void addresses_that_are_not_there_ask_the_policy_too(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);
    struct http_request *request = world_ask(
        &world, &(struct fake_request){.path = "/api/v1/nothing", .host = "evil.example"});
    assert_int_equal(fake_answer(request)->status, 403);
    fake_request_destroy(request);
    world_finish(&world);
}

static int ask(struct world *world, struct fake_request what, char *ret_fields)
{
    what.subprotocol = "eyelid.live.v1";
    struct http_request *request = world_ask(world, &what);
    int status = fake_answer(request)->status;
    strcpy(ret_fields, fake_answer(request)->fields);
    fake_request_destroy(request);
    return status;
}

static void pages_that_may_embed_read_answers_and_change_nothing(void **state)
{
    static const char *const EMBEDS[] = {"same-host", "https://dash.example.org", NULL};
    char fields[2048];
    struct world world;
    (void)state;
    world_init(&world);
    world.api->params.embeds = EMBEDS;
    struct device *porch = world_device(&world, "porch");
    struct fake_request what = {.path = "/poster/porch.jpg", .origin = "http://localhost:3000"};
    assert_int_equal(ask(&world, what, fields), 404); /* no picture yet, which the page may know */
    assert_non_null(strstr(fields, "access-control-allow-origin: http://localhost:3000\n"));
    assert_non_null(strstr(fields, "vary: origin\n"));
    what.origin = "https://dash.example.org";
    what.path = "/api/v1/cameras";
    assert_int_equal(ask(&world, what, fields), 200);
    assert_non_null(strstr(fields, "access-control-allow-origin: https://dash.example.org\n"));
    assert_non_null(strstr(fields, "cross-origin-resource-policy: cross-origin\n"));
    what.origin = "https://evil.example";
    assert_int_equal(ask(&world, what, fields), 403);
    assert_null(strstr(fields, "access-control"));
    what.origin = "http://localhost:3000";
    what.method = "PATCH";
    what.path = "/api/v1/cameras/porch/settings";
    what.body = "{}";
    assert_int_equal(ask(&world, what, fields), 403);
    /* The preflight of a player that shows a token. */
    what = (struct fake_request){
        .method = "OPTIONS", .path = "/hls/porch/index.m3u8", .origin = "http://localhost:3000"};
    assert_int_equal(ask(&world, what, fields), 204);
    assert_non_null(strstr(fields, "access-control-allow-headers: authorization, range\n"));
    assert_non_null(strstr(fields, "access-control-allow-origin: http://localhost:3000\n"));
    what.path = "/api/v1/layout";
    assert_int_equal(ask(&world, what, fields), 405);
    assert_null(strstr(fields, "access-control"));
    what.path = "/hls/porch/index.m3u8";
    what.origin = "https://evil.example";
    assert_int_equal(ask(&world, what, fields), 405);
    assert_null(strstr(fields, "access-control"));
    assert_int_equal(porch->starts, 0);
    world_device_free(porch);
    world_finish(&world);
}

static void addresses_without_an_id_mean_the_first_camera_of_the_wall(void **state)
{
    char fields[2048];
    struct world world;
    (void)state;
    world_init(&world);
    assert_int_equal(ask(&world, (struct fake_request){.path = "/snapshot"}, fields), 404);
    struct device *porch = world_device(&world, "porch"), *yard = world_device(&world, "yard");
    struct http_request *request =
        world_ask(&world, &(struct fake_request){.path = "/", .query = "action=stream"});
    fake_net_turn(world.net);
    assert_int_equal(porch->starts, 1);
    assert_int_equal(yard->starts, 0);
    fake_request_destroy(request);
    service_load_layout(world.service,
                        "{\"order\":[\"gone\",\"yard\"],\"hidden\":[],\"groups\":[]}");
    request = world_ask(&world, &(struct fake_request){.path = "/webcam/snapshot"});
    fake_net_turn(world.net);
    assert_int_equal(yard->starts, 1);
    fake_request_destroy(request);
    assert_int_equal(ask(&world, (struct fake_request){.path = "/webcam3/"}, fields), 404);
    world_device_free(porch);
    world_device_free(yard);
    world_finish(&world);
}

static void a_websocket_to_nowhere_is_refused(void **state)
{
    struct world world;
    struct ws_accept accept;
    (void)state;
    world_init(&world);
    struct http_request *request =
        fake_request_create(world.net, &(struct fake_request){.path = "/api/v1/cameras"});
    assert_int_equal(api_upgrade(&world.page, request, &accept), 404);
    fake_request_destroy(request);
    world_finish(&world);
}

static void refusals_come_in_the_form_of_their_address(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);

    struct http_request *request = world_get(&world, "/api/v1/nothing");
    assert_int_equal(fake_answer(request)->status, 404);
    assert_string_equal(fake_answer(request)->body,
                        "{\"type\":\"urn:eyelid:problem:not-found\",\"title\":\"Not found\","
                        "\"status\":404,\"detail\":\"there is nothing at this address\"}");
    fake_request_destroy(request);

    request = world_get(&world, "/snapshot/garden.jpg");
    assert_int_equal(fake_answer(request)->status, 404);
    assert_string_equal(fake_answer(request)->content_type, "text/plain; charset=utf-8");
    assert_string_equal(fake_answer(request)->body, "there is no camera \"garden\"\n");
    fake_request_destroy(request);

    request = world_get(&world, "/api/v1/cameras/garden");
    assert_string_equal(fake_answer(request)->body,
                        "{\"type\":\"urn:eyelid:problem:no-such-camera\","
                        "\"title\":\"No such camera\",\"status\":404,"
                        "\"detail\":\"there is no camera \\\"garden\\\"\",\"camera\":\"garden\"}");
    fake_request_destroy(request);

    request = world_ask(&world, &(struct fake_request){.path = "/api/v1/cameras", .method = "PUT"});
    assert_int_equal(fake_answer(request)->status, 405);
    assert_string_equal(fake_field(request, "allow"), "GET, HEAD, POST");
    json_decref(world_json(request));
    fake_request_destroy(request);

    request = world_get(&world, "/api/v1/live");
    assert_int_equal(fake_answer(request)->status, 426);
    assert_string_equal(fake_field(request, "upgrade"), "websocket");
    json_decref(world_json(request));
    fake_request_destroy(request);
    world_finish(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_address_of_the_contract_has_its_route),
        cmocka_unit_test(missing_routes_say_why),
        cmocka_unit_test(the_id_is_from_the_path),
        cmocka_unit_test(every_route_is_denied_to_a_rebound_name),
        cmocka_unit_test(every_route_but_the_public_ones_is_denied_to_another_site),
        cmocka_unit_test(every_route_is_open_to_the_page_itself),
        cmocka_unit_test(addresses_that_are_not_there_ask_the_policy_too),
        cmocka_unit_test(pages_that_may_embed_read_answers_and_change_nothing),
        cmocka_unit_test(addresses_without_an_id_mean_the_first_camera_of_the_wall),
        cmocka_unit_test(a_websocket_to_nowhere_is_refused),
        cmocka_unit_test(refusals_come_in_the_form_of_their_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
