/* Motion detection of a camera: settings and state. */
#include "service/motion.h"
#include "api/held.h"
#include "api/json_in.h"
#include "api/reply.h"

void motion_get(const struct call *call, struct http_request *request)
{
    reply_json(request, 200, service_motion(&call->permit));
}

void motion_put(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    const int error = service_motion_set(&call->permit, body, held_waiter(held), &problem);
    held_settle(held, request, error ? &problem : NULL, NULL);
    json_decref(body);
}

void motion_patch(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    struct problem problem;
    struct held *held = held_create(call, HELD_NOTHING);
    const int error = service_motion_merge(&call->permit, body, held_waiter(held), &problem);
    held_settle(held, request, error ? &problem : NULL, NULL);
    json_decref(body);
}

/* Arms or disarms all cameras. */
void motion_patch_all(const struct call *call, struct http_request *request)
{
    json_t *body = json_in_body(request);
    if (!body)
        return;
    const json_t *armed = json_object_get(body, "armed");
    if (json_is_boolean(armed) && json_object_size(body) == 1) {
        struct held *held = held_create(call, HELD_NOTHING);
        service_motion_arm(&call->permit, json_is_true(armed), held_waiter(held));
        held_settle(held, request, NULL, NULL);
    } else {
        static const struct problem WRONG = {PROBLEM_INVALID, "",
                                             "expected {\"armed\": true} or false"};
        reply_problem(request, &WRONG);
    }
    json_decref(body);
}

/* Rows from the top, 16 characters each: '#' for fields in the map, '.' for the others. */
static json_t *map_json(const struct watch_map *map)
{
    json_t *rows = json_array();
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++) {
        char row[WATCH_MAP_WIDTH + 1] = "";
        for (unsigned x = 0; x < WATCH_MAP_WIDTH; x++)
            row[x] = map->rows[y] >> x & 1 ? '#' : '.';
        json_array_append_new(rows, json_string(row));
    }
    return rows;
}

void motion_list(const struct call *call, struct http_request *request)
{
    json_t *list = json_array();
    for (struct camera *camera = NULL; (camera = service_next(&call->permit, camera));) {
        const struct guard_view view = service_motion_view(call->permit.service, camera_id(camera));
        json_array_append_new(list,
                              json_pack("{s:s, s:b, s:b, s:b, s:I}", "camera", camera_id(camera),
                                        "armed", view.armed, "watching", view.watching, "moving",
                                        view.moving, "events", (json_int_t)view.events));
    }
    reply_json(request, 200, json_pack("{s:o}", "cameras", list));
}

/* null: nothing moves. */
static json_t *seen_json(const struct detector_verdict *seen)
{
    const struct watch_box *box = &seen->box;
    if (!seen->moved)
        return json_null();
    return json_pack("{s:[f,f,f,f], s:f, s:o}", "box", (double)box->x, (double)box->y,
                     (double)box->width, (double)box->height, "score", (double)seen->score,
                     "fields", map_json(&seen->map));
}

void motion_state_get(const struct call *call, struct http_request *request)
{
    const struct guard_view view = service_motion_view(call->permit.service, call->id);
    reply_json(request, 200,
               json_pack("{s:b, s:b, s:b, s:I, s:o, s:o}", "armed", view.armed, "watching",
                         view.watching, "moving", view.moving, "events", (json_int_t)view.events,
                         "muted", map_json(&view.muted), "seen", seen_json(&view.seen)));
}
