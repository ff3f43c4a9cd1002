/* The watch over a camera: its settings, and how it goes. */
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

/* Rows from the top, of 16 characters each: '#' where the field is part of it, else '.'. */
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

void motion_state_get(const struct call *call, struct http_request *request)
{
    const struct guard_view view = service_motion_view(call->permit.service, call->id);
    reply_json(request, 200,
               json_pack("{s:b, s:b, s:b, s:I, s:o}", "armed", view.armed, "watching",
                         view.watching, "moving", view.moving, "events", (json_int_t)view.events,
                         "muted", map_json(&view.muted)));
}
