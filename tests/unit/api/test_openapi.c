#include "api/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

/* What the route's action needs, in the words of the file. */
static const char *role_of(const struct route *route)
{
    return route->action == ACTION_PUBLIC || route->action == ACTION_LOGIN ? "public"
           : route->action == ACTION_CONNECT                               ? "device"
           : route->action == ACTION_SHARED                                ? "share"
                                            : access_role_name(action_rule(route->action)->needs);
}

/* "/stream/:id.mp4" as "/stream/{id}.mp4", "/hls/:id/" and a star as "/hls/{id}/{file}". */
static void openapi_path(const char *pattern, char *out, size_t cap)
{
    const char *id = strstr(pattern, ":id");
    const size_t len = strlen(pattern);
    const bool is_open = pattern[len - 1] == '*';
    if (id)
        snprintf(out, cap, "%.*s{id}%.*s%s", (int)(id - pattern), pattern,
                 (int)(len - is_open - (size_t)(id + 3 - pattern)), id + 3,
                 is_open ? "{file}" : "");
    else
        snprintf(out, cap, "%s", pattern);
}

static void lower(const char *method, char *out)
{
    for (; *method; method++)
        *out++ = (char)(*method | 0x20);
    *out = '\0';
}

/* The page's files are no API, and the devices' own port is described in words. */
static bool is_described(const struct route *route)
{
    return route->door == API_DOOR_PAGE && strcmp(route->pattern, "/*") != 0;
}

static void every_route_is_described_with_its_role(void **state)
{
    struct world *world = *state;
    struct http_request *request = world_get(world, "/api/v1/openapi.json");
    json_t *root = world_json(request), *paths = json_object_get(root, "paths");
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *route = &routes_table[i];
        char path[96], method[16];
        if (!is_described(route))
            continue;
        openapi_path(route->pattern, path, sizeof(path));
        lower(route->method, method);
        json_t *operation = json_object_get(json_object_get(paths, path), method);
        if (!operation)
            fail_msg("%s %s is not described", method, path);
        assert_string_equal(json_string_value(json_object_get(operation, "x-eyelid-role")),
                            role_of(route));
        assert_int_equal(json_is_true(json_object_get(operation, "x-eyelid-websocket")),
                         route->upgrade != NULL);
    }
    json_decref(root);
    fake_request_destroy(request);
}

static bool has_route(const char *path, const char *method)
{
    for (size_t i = 0; i < routes_count; i++) {
        char other[96], name[16];
        openapi_path(routes_table[i].pattern, other, sizeof(other));
        lower(routes_table[i].method, name);
        if (is_described(&routes_table[i]) && strcmp(other, path) == 0 && strcmp(name, method) == 0)
            return true;
    }
    return false;
}

static void nothing_else_is_described(void **state)
{
    struct world *world = *state;
    struct http_request *request = world_get(world, "/api/v1/openapi.json");
    json_t *root = world_json(request), *item, *operation;
    const char *path, *method;
    json_object_foreach(json_object_get(root, "paths"), path, item) json_object_foreach(
        item, method, operation) if (strcmp(method, "parameters") != 0 && !has_route(path, method))
        fail_msg("%s %s is described and not there", method, path);
    json_decref(root);
    fake_request_destroy(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(every_route_is_described_with_its_role),
        WORLD_TEST(nothing_else_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
