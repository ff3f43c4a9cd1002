/* Movement by place and time, from the minutes of watching. */
#include <stdio.h>
#include <string.h>

#include "api/json_in.h"
#include "api/reply.h"
#include "archive/item.h"
#include "base/alloc.h"
#include "base/text.h"
#include "service/motion.h"

enum { MINUTE_US = 60 * 1000 * 1000, HOUR_MINUTES = 60, DAYS_MAX = 400, DEFAULT_LIMIT = 100 };

/* A request that waits for the disk. */
struct asked {
    struct http_stream *stream; /* NULL: the connection is closed */
    bool is_done;
    struct maps_query query;
};

static void release(struct asked *asked)
{
    if (!asked->stream && asked->is_done)
        mem_free(asked);
}

static void on_closed(void *ctx)
{
    struct asked *asked = ctx;
    asked->stream = NULL;
    release(asked);
}

static json_t *time_json(uint32_t minute)
{
    char text[ARCHIVE_TIME_MAX_BYTES];
    archive_time_format((int64_t)minute * MINUTE_US, text);
    return json_string(text);
}

static json_t *describe(const struct maps_query *query, const struct maps_answer *answer)
{
    json_t *rows = json_array(), *minutes = json_array();
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++) {
        json_t *row = json_array();
        for (unsigned x = 0; x < WATCH_MAP_WIDTH; x++)
            json_array_append_new(row, json_integer(answer->fields[y][x]));
        json_array_append_new(rows, row);
    }
    for (unsigned i = 0; i < answer->n_minutes; i++)
        json_array_append_new(minutes, time_json(answer->minutes[i]));
    return json_pack("{s:o, s:o, s:I, s:I, s:o, s:o}", "from", time_json(query->from_minute), "to",
                     time_json(query->until_minute), "watched", (json_int_t)answer->watched,
                     "moved", (json_int_t)answer->moved, "fields", rows, "minutes", minutes);
}

static void on_answer(void *ctx, int error, const struct maps_answer *answer)
{
    struct asked *asked = ctx;
    struct problem problem;
    asked->is_done = true;
    if (!asked->stream) {
        release(asked);
    } else if (error) { /* closed() follows and releases it */
        (void)problem_set(&problem, PROBLEM_FAILED, NULL, "the maps cannot be read: %s",
                          strerror(-error));
        reply_problem_late(asked->stream, true, &problem);
    } else {
        reply_json_late(asked->stream, &(struct http_response){.status = 200},
                        describe(&asked->query, answer));
    }
}

/* --- The query. --- */

static bool read_minute(struct http_request *request, const char *name, uint32_t *minute)
{
    char text[64];
    int64_t wall_us;
    if (!http_query(request, name, text, sizeof(text)))
        return true;
    if (archive_time_parse(text, &wall_us) < 0 || wall_us < 0)
        return false;
    const int64_t rounded = wall_us / MINUTE_US;
    *minute = rounded > UINT32_MAX ? UINT32_MAX : (uint32_t)rounded;
    return true;
}

static bool read_box(struct http_request *request, struct watch_map *area)
{
    char text[96], rest;
    struct watch_box box;
    if (!http_query(request, "box", text, sizeof(text)))
        return true;
    if (sscanf(text, "%f,%f,%f,%f%c", &box.x, &box.y, &box.width, &box.height, &rest) != 4 ||
        !(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0 &&
          box.x + box.width <= 1.001f && box.y + box.height <= 1.001f))
        return false;
    *area = maps_area(&box);
    return true;
}

static bool read_limit(struct http_request *request, unsigned *limit)
{
    char text[16];
    int64_t value;
    if (!http_query(request, "limit", text, sizeof(text)))
        return true;
    if (text_to_int(text, 0, MAPS_MINUTES_MAX, &value) < 0)
        return false;
    *limit = (unsigned)value;
    return true;
}

/* NULL, or what is wrong. */
static const char *read_query(const struct call *call, struct http_request *request,
                              struct maps_query *query)
{
    const uint32_t now = (uint32_t)(clock_wall_us(call->api->params.clock) / MINUTE_US);
    *query = (struct maps_query){.until_minute = now + 1, .max_minutes = DEFAULT_LIMIT};
    memset(query->area.rows, 0xff, sizeof(query->area.rows));
    if (!read_minute(request, "to", &query->until_minute))
        return "to: expected a time of RFC 3339, or a date";
    query->from_minute =
        query->until_minute > MAPS_DAY_MINUTES ? query->until_minute - MAPS_DAY_MINUTES : 0;
    if (!read_minute(request, "from", &query->from_minute))
        return "from: expected a time of RFC 3339, or a date";
    if (query->from_minute > query->until_minute ||
        query->until_minute - query->from_minute > DAYS_MAX * MAPS_DAY_MINUTES)
        return "from and to: expected a span of at most 400 days";
    if (!read_box(request, &query->area))
        return "box: expected left,top,width,height in parts of the picture, like "
               "0.5,0.5,0.25,0.25";
    if (!read_limit(request, &query->max_minutes))
        return "limit: expected 0 to 1000";
    return NULL;
}

static void ask(const struct call *call, struct http_request *request,
                const struct maps_query *query)
{
    static const struct http_stream_ops OPS = {.closed = on_closed};
    struct problem problem;
    struct asked *asked = mem_new(struct asked);
    asked->query = *query;
    if (service_motion_ask(&call->permit, query, on_answer, asked, &problem) < 0) {
        mem_free(asked);
        reply_problem(request, &problem);
        return;
    }
    asked->stream = http_hold(request, &OPS, asked);
}

void motion_map_get(const struct call *call, struct http_request *request)
{
    struct maps_query query;
    struct problem problem;
    const char *wrong = read_query(call, request, &query);
    if (wrong) {
        (void)problem_set(&problem, PROBLEM_INVALID, call->id, "%s", wrong);
        reply_problem(request, &problem);
        return;
    }
    ask(call, request, &query);
}

/* The last hour as other settings would have seen it. */
void motion_try(const struct call *call, struct http_request *request)
{
    const uint32_t now = (uint32_t)(clock_wall_us(call->api->params.clock) / MINUTE_US);
    struct maps_query query = {.from_minute = now > HOUR_MINUTES ? now - HOUR_MINUTES : 0,
                               .until_minute = now + 1,
                               .max_minutes = DEFAULT_LIMIT};
    struct problem problem;
    json_t *body = json_in_body(request);
    if (!body)
        return;
    if (service_motion_try(&call->permit, body, &query, &problem) < 0)
        reply_problem(request, &problem);
    else
        ask(call, request, &query);
    json_decref(body);
}
