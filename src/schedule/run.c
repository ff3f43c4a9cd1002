#include "schedule/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "schedule/stamp.h"

static const char *const NAMES[RUN_RESULTS] = {"running", "waiting", "done", "failed", "missed"};

const char *run_result_name(enum run_result result)
{
    return NAMES[result];
}

json_t *run_to_json(const struct run *run)
{
    char due[STAMP_MAX_BYTES], start[STAMP_MAX_BYTES], item[24];
    const bool did_start = run->result != RUN_MISSED;
    stamp_format(run->due_s * US_PER_S, 0, due);
    stamp_format(run->start_us, 0, start);
    snprintf(item, sizeof(item), "%lld", (long long)run->item);
    const int64_t ms = run->duration_us / US_PER_MS;
    return json_pack("{s:s, s:s?, s:f, s:s, s:s, s:s?, s:I}", "due", due, "start",
                     did_start ? start : NULL, "duration_s", (double)ms / 1000, "result",
                     NAMES[run->result], "detail", run->detail, "item", run->item ? item : NULL,
                     "count", (json_int_t)run->count);
}

static bool read_result(const char *name, enum run_result *ret_result)
{
    for (unsigned i = 0; name && i < RUN_RESULTS; i++)
        if (strcmp(name, NAMES[i]) == 0) {
            *ret_result = (enum run_result)i;
            return true;
        }
    return false;
}

int run_from_json(const json_t *json, struct run *ret_run)
{
    struct run run = {.count = (uint64_t)json_integer_value(json_object_get(json, "count"))};
    const char *due = json_string_value(json_object_get(json, "due"));
    const char *start = json_string_value(json_object_get(json, "start"));
    const char *detail = json_string_value(json_object_get(json, "detail"));
    const char *item = json_string_value(json_object_get(json, "item"));
    int64_t due_us;
    if (!due || !detail || stamp_parse(due, &due_us) < 0 ||
        (start && stamp_parse(start, &run.start_us) < 0) ||
        !read_result(json_string_value(json_object_get(json, "result")), &run.result))
        return -EINVAL;
    run.due_s = due_us / US_PER_S;
    run.duration_us =
        (int64_t)(json_number_value(json_object_get(json, "duration_s")) * (double)US_PER_S + 0.5);
    run.item = item ? strtoll(item, NULL, 10) : 0;
    snprintf(run.detail, sizeof(run.detail), "%s", detail);
    *ret_run = run;
    return 0;
}
