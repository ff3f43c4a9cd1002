#include "schedule/schedule.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "schedule/stamp.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const JOBS[] = {
    [JOB_PHOTO] = "photo",   [JOB_CLIP] = "clip",   [JOB_ARM] = "arm",
    [JOB_DISARM] = "disarm", [JOB_AWAKE] = "awake", [JOB_FILM] = "film"};
static const char *const DAYS[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
static const char *const EVENTS[] = {
    [SUN_DAWN] = "dawn", [SUN_RISE] = "sunrise", [SUN_SET] = "sunset", [SUN_DUSK] = "dusk"};
static const char *const MISSED[] = {[DUE_SKIP] = "skip", [DUE_ONCE] = "once", [DUE_ALL] = "all"};

static const char *const FIELDS[] = {"name", "enabled", "camera",         "job", "seconds", "when",
                                     "zone", "missed",  "missed_within_s"};
static const char *const WHEN_FIELDS[] = {"every_s", "from",     "times",    "days",     "cron",
                                          "sun",     "offset_s", "latitude", "longitude"};

static int wrong(char *error, const char *name, const char *expected)
{
    snprintf(error, SCHEDULE_ERROR_MAX, "%.40s: expected %s", name, expected);
    return -EINVAL;
}

static int index_of(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; name && i < count; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -1;
}

static int check_fields(const json_t *json, const char *const *names, size_t count, char *error)
{
    for (void *at = json_object_iter((json_t *)(uintptr_t)json); at;
         at = json_object_iter_next((json_t *)(uintptr_t)json, at))
        if (index_of(names, count, json_object_iter_key(at)) < 0) {
            snprintf(error, SCHEDULE_ERROR_MAX, "%.40s: no such field", json_object_iter_key(at));
            return -EINVAL;
        }
    return 0;
}

static int read_number(const json_t *json, const char *name, double min, double max, bool whole,
                       double *ret, char *error)
{
    const json_t *value = json_object_get(json, name);
    const double number = json_number_value(value);
    char expected[64];
    snprintf(expected, sizeof(expected), "a %snumber from %.10g to %.10g", whole ? "whole " : "",
             min, max);
    if (!json_is_number(value) || !(number >= min && number <= max) ||
        (whole && number != floor(number)))
        return wrong(error, name, expected);
    *ret = number;
    return 0;
}

/* "07:30" or "07:30:15". */
static bool read_time(const char *text, int32_t *ret_s)
{
    unsigned hour, minute, second = 0;
    int end = 0;
    if (!text || strspn(text, "0123456789:") != strlen(text) ||
        sscanf(text, "%2u:%2u%n", &hour, &minute, &end) < 2)
        return false;
    if (text[end] == ':') {
        int more = 0;
        if (sscanf(text + end, ":%2u%n", &second, &more) < 1)
            return false;
        end += more;
    }
    *ret_s = (int32_t)(hour * HOUR_S + minute * MINUTE_S + second);
    return text[end] == 0 && hour < 24 && minute < 60 && second < 60;
}

static void insert_time(struct rule *rule, int32_t time_s)
{
    unsigned at = rule->n_times;
    for (; at > 0 && rule->times[at - 1] > time_s; at--)
        rule->times[at] = rule->times[at - 1];
    if (at > 0 && rule->times[at - 1] == time_s) { /* twice: once */
        memmove(&rule->times[at], &rule->times[at + 1], (rule->n_times - at) * sizeof(int32_t));
        return;
    }
    rule->times[at] = time_s;
    rule->n_times++;
}

static int read_times(const json_t *times, struct rule *rule, char *error)
{
    const size_t count = json_array_size(times);
    rule->kind = RULE_WEEKLY;
    if (count < 1 || count > RULE_TIMES_MAX)
        return wrong(error, "times", "a list of 1 to 48 times like \"07:30\"");
    for (size_t i = 0; i < count; i++) {
        int32_t time_s;
        if (!read_time(json_string_value(json_array_get(times, i)), &time_s))
            return wrong(error, "times", "times like \"07:30\" or \"07:30:15\"");
        insert_time(rule, time_s);
    }
    return 0;
}

static int read_days(const json_t *when, struct rule *rule, char *error)
{
    const json_t *days = json_object_get(when, "days");
    rule->weekdays = days ? 0 : 0x7f;
    if (days && json_array_size(days) == 0)
        return wrong(error, "days", "a list of \"mon\", \"tue\", … \"sun\"");
    for (size_t i = 0; i < json_array_size(days); i++) {
        const int day = index_of(DAYS, COUNT(DAYS), json_string_value(json_array_get(days, i)));
        if (day < 0)
            return wrong(error, "days", "a list of \"mon\", \"tue\", … \"sun\"");
        rule->weekdays |= (uint8_t)(1U << day);
    }
    return 0;
}

static int read_sun(const json_t *when, struct rule *rule, char *error)
{
    const int event =
        index_of(EVENTS, COUNT(EVENTS), json_string_value(json_object_get(when, "sun")));
    double offset_s = 0;
    if (event < 0)
        return wrong(error, "sun", "\"dawn\", \"sunrise\", \"sunset\" or \"dusk\"");
    if (json_object_get(when, "offset_s") &&
        read_number(when, "offset_s", -RULE_OFFSET_MAX_S, RULE_OFFSET_MAX_S, true, &offset_s,
                    error) < 0)
        return -EINVAL;
    if (read_number(when, "latitude", -90, 90, false, &rule->place.latitude, error) < 0 ||
        read_number(when, "longitude", -180, 180, false, &rule->place.longitude, error) < 0)
        return -EINVAL;
    rule->kind = RULE_SUN;
    rule->event = (enum sun_event)event;
    rule->offset_s = (int32_t)offset_s;
    return 0;
}

static int read_interval(const json_t *when, int64_t now_s, struct rule *rule, char *error)
{
    const json_t *from = json_object_get(when, "from");
    const char *text = json_string_value(from);
    int64_t from_us = now_s * US_PER_S;
    double every_s;
    if (read_number(when, "every_s", RULE_INTERVAL_MIN_S, 366.0 * DAY_S, true, &every_s, error) < 0)
        return -EINVAL;
    if (from && (!text || stamp_parse(text, &from_us) < 0))
        return wrong(error, "from", "a time like \"2026-12-01T00:00:00Z\"");
    rule->kind = RULE_INTERVAL;
    rule->every_s = (int64_t)every_s;
    rule->anchor_s = from_us / US_PER_S;
    return 0;
}

static int read_cron(const char *text, struct schedule *schedule, char *error)
{
    unsigned field = 0;
    schedule->rule.kind = RULE_CRON;
    if (!text || strlen(text) > SCHEDULE_CRON_MAX)
        return wrong(error, "cron", "five fields, at most 128 characters");
    if (cron_parse(text, &schedule->rule.cron, &field) < 0) {
        if (field == 0)
            return wrong(error, "cron", "five fields: minute hour day month weekday");
        snprintf(error, SCHEDULE_ERROR_MAX, "cron: field %u is invalid", field);
        return -EINVAL;
    }
    snprintf(schedule->cron, sizeof(schedule->cron), "%s", text);
    return 0;
}

static int read_when(const json_t *when, int64_t now_s, struct schedule *schedule, char *error)
{
    const json_t *times = json_object_get(when, "times"), *cron = json_object_get(when, "cron");
    const json_t *every = json_object_get(when, "every_s"), *sun = json_object_get(when, "sun");
    if (!times + !cron + !every + !sun != 3)
        return wrong(error, "when", "one of \"every_s\", \"times\", \"cron\" and \"sun\"");
    if (check_fields(when, WHEN_FIELDS, COUNT(WHEN_FIELDS), error) < 0 ||
        read_days(when, &schedule->rule, error) < 0)
        return -EINVAL;
    if (every)
        return read_interval(when, now_s, &schedule->rule, error);
    if (times)
        return read_times(times, &schedule->rule, error);
    if (sun)
        return read_sun(when, &schedule->rule, error);
    return read_cron(json_string_value(cron), schedule, error);
}

static bool has_seconds(const struct schedule *schedule)
{
    return schedule->job == JOB_CLIP || schedule->job == JOB_AWAKE || schedule->job == JOB_FILM;
}

static int read_job(const json_t *json, struct schedule *schedule, char *error)
{
    const int job = index_of(JOBS, COUNT(JOBS), json_string_value(json_object_get(json, "job")));
    double seconds;
    if (job < 0)
        return wrong(error, "job",
                     "\"photo\", \"clip\", \"arm\", \"disarm\", \"awake\" or \"film\"");
    schedule->job = (enum schedule_job)job;
    if (!has_seconds(schedule))
        return 0;
    const double max = job == JOB_FILM ? SCHEDULE_FILM_SECONDS_MAX : SCHEDULE_SECONDS_MAX;
    if (read_number(json, "seconds", 1, max, true, &seconds, error) < 0)
        return -EINVAL;
    schedule->seconds = (uint32_t)seconds;
    return 0;
}

static int read_camera(const json_t *json, struct schedule *schedule, char *error)
{
    const json_t *camera = json_object_get(json, "camera");
    const char *id = json_string_value(camera);
    const bool all = schedule->job == JOB_ARM || schedule->job == JOB_DISARM;
    if (all && (!camera || json_is_null(camera)))
        return 0;
    if (!id || !text_is_id(id))
        return wrong(error, "camera", "the id of a camera");
    snprintf(schedule->camera, sizeof(schedule->camera), "%s", id);
    return 0;
}

static int read_zone(const json_t *json, struct schedule *schedule, char *error)
{
    const json_t *value = json_object_get(json, "zone");
    const char *name = value ? json_string_value(value) : "";
    struct zone zone = {0};
    if (!name || zone_load(name, &zone) < 0)
        return wrong(error, "zone", "a time zone of this machine, like \"Europe/Berlin\"");
    zone_finish(&zone);
    snprintf(schedule->zone, sizeof(schedule->zone), "%s", name);
    return 0;
}

static int read_missed(const json_t *json, struct schedule *schedule, char *error)
{
    const json_t *value = json_object_get(json, "missed");
    const int missed = value ? index_of(MISSED, COUNT(MISSED), json_string_value(value)) : DUE_SKIP;
    double within_s = 0;
    if (missed < 0)
        return wrong(error, "missed", "\"skip\", \"once\" or \"all\"");
    if (missed == DUE_ALL &&
        read_number(json, "missed_within_s", 1, 7 * DAY_S, true, &within_s, error) < 0)
        return -EINVAL;
    schedule->policy = (struct due_policy){(enum due_missed)missed, (int64_t)within_s};
    return 0;
}

int schedule_from_json(const json_t *json, int64_t now_s, struct schedule *ret_schedule,
                       char error[SCHEDULE_ERROR_MAX])
{
    struct schedule schedule = {.enabled = true};
    if (!json_is_object(json))
        return wrong(error, "schedule", "a JSON object");
    const json_t *enabled = json_object_get(json, "enabled");
    const char *name = json_string_value(json_object_get(json, "name"));
    if (check_fields(json, FIELDS, COUNT(FIELDS), error) < 0)
        return -EINVAL;
    if (!name || !text_is_name(name, SCHEDULE_NAME_MAX))
        return wrong(error, "name", "1 to 64 bytes of text");
    if (enabled && !json_is_boolean(enabled))
        return wrong(error, "enabled", "true or false");
    snprintf(schedule.name, sizeof(schedule.name), "%s", name);
    schedule.enabled = !enabled || json_is_true(enabled);
    if (read_job(json, &schedule, error) < 0 || read_camera(json, &schedule, error) < 0 ||
        read_when(json_object_get(json, "when"), now_s, &schedule, error) < 0 ||
        read_zone(json, &schedule, error) < 0 || read_missed(json, &schedule, error) < 0)
        return -EINVAL;
    *ret_schedule = schedule;
    return 0;
}

static json_t *days_to_json(uint8_t weekdays)
{
    json_t *days = json_array();
    for (unsigned i = 1; i <= 7; i++)
        if (weekdays >> i % 7 & 1)
            json_array_append_new(days, json_string(DAYS[i % 7]));
    return days;
}

static json_t *times_to_json(const struct rule *rule)
{
    json_t *times = json_array();
    for (unsigned i = 0; i < rule->n_times; i++) {
        const int32_t t = rule->times[i];
        char text[16];
        snprintf(text, sizeof(text), t % MINUTE_S ? "%02d:%02d:%02d" : "%02d:%02d", t / HOUR_S,
                 t / MINUTE_S % 60, t % MINUTE_S);
        json_array_append_new(times, json_string(text));
    }
    return times;
}

static json_t *when_to_json(const struct schedule *schedule)
{
    const struct rule *rule = &schedule->rule;
    char from[STAMP_MAX_BYTES];
    switch (rule->kind) {
    case RULE_INTERVAL:
        stamp_format(rule->anchor_s * US_PER_S, 0, from);
        return json_pack("{s:I,s:s}", "every_s", (json_int_t)rule->every_s, "from", from);
    case RULE_WEEKLY:
        return json_pack("{s:o,s:o}", "times", times_to_json(rule), "days",
                         days_to_json(rule->weekdays));
    case RULE_CRON:
        return json_pack("{s:s}", "cron", schedule->cron);
    case RULE_SUN:
        break;
    }
    return json_pack("{s:s,s:i,s:o,s:f,s:f}", "sun", EVENTS[rule->event], "offset_s",
                     (int)rule->offset_s, "days", days_to_json(rule->weekdays), "latitude",
                     rule->place.latitude, "longitude", rule->place.longitude);
}

json_t *schedule_to_json(const struct schedule *schedule)
{
    json_t *json = json_pack(
        "{s:s,s:b,s:s*,s:s,s:o,s:s,s:s}", "name", schedule->name, "enabled", schedule->enabled,
        "camera", *schedule->camera ? schedule->camera : NULL, "job", JOBS[schedule->job], "when",
        when_to_json(schedule), "zone", schedule->zone, "missed", MISSED[schedule->policy.missed]);
    if (has_seconds(schedule))
        json_object_set_new(json, "seconds", json_integer(schedule->seconds));
    if (schedule->policy.missed == DUE_ALL)
        json_object_set_new(json, "missed_within_s", json_integer(schedule->policy.within_s));
    return json;
}
