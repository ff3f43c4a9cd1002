#include "watch/settings_json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum field_kind { FIELD_BOOL, FIELD_UNSIGNED, FIELD_FLOAT, FIELD_PROFILE, FIELD_ZONES };

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
    double min, max;
};

#define AT(member) offsetof(struct watch_settings, member)

static const struct field FIELDS[] = {
    {"armed", FIELD_BOOL, AT(armed), 0, 1},
    {"sensitivity", FIELD_UNSIGNED, AT(sensitivity), 0, 100},
    {"min_area", FIELD_FLOAT, AT(min_area_percent), 0, 100},
    {"profile", FIELD_PROFILE, AT(profile), 0, 0},
    {"watch_fps", FIELD_FLOAT, AT(watch_fps), 0.5, WATCH_FPS_MAX},
    {"pre_s", FIELD_FLOAT, AT(pre_s), 0, 30},
    {"post_s", FIELD_FLOAT, AT(post_s), 0, 60},
    {"zones", FIELD_ZONES, AT(zones), 0, 0},
};

static const char *const PROFILES[] = {[WATCH_NORMAL] = "normal", [WATCH_BUSY] = "busy"};

static const struct field *field_of(const char *name)
{
    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++)
        if (strcmp(FIELDS[i].name, name) == 0)
            return &FIELDS[i];
    return NULL;
}

static int wrong(char *error, const char *name, const char *expected)
{
    snprintf(error, WATCH_ERROR_MAX, "%.40s: expected %s", name, expected);
    return -EINVAL;
}

static int read_number(const struct field *field, const json_t *value,
                       struct watch_settings *settings, char *error)
{
    const bool whole = field->kind == FIELD_UNSIGNED;
    const double number = json_number_value(value);
    char expected[64];
    snprintf(expected, sizeof(expected), "a %snumber from %g to %g", whole ? "whole " : "",
             field->min, field->max);
    if (!json_is_number(value) || !(number >= field->min && number <= field->max) ||
        (whole && number != floor(number)))
        return wrong(error, field->name, expected);
    char *at = (char *)settings + field->offset;
    if (whole)
        *(unsigned *)(void *)at = (unsigned)number;
    else
        *(float *)(void *)at = (float)number;
    return 0;
}

static int read_profile(const json_t *value, struct watch_settings *settings, char *error)
{
    const char *name = json_string_value(value);
    for (unsigned i = 0; name && i < sizeof(PROFILES) / sizeof(PROFILES[0]); i++)
        if (strcmp(name, PROFILES[i]) == 0) {
            settings->profile = (enum watch_profile)i;
            return 0;
        }
    return wrong(error, "profile", "\"normal\" or \"busy\"");
}

static bool read_coordinate(const json_t *value, float *ret)
{
    const double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= 0 && number <= 1))
        return false;
    *ret = (float)number;
    return true;
}

static int read_points(const json_t *points, struct watch_zone *zone, char *error)
{
    static const char EXPECTED[] = "3 to 32 points [x, y], each from 0 to 1";
    const size_t count = json_array_size(points);
    if (count < 3 || count > WATCH_ZONE_POINTS_MAX)
        return wrong(error, "zones: points", EXPECTED);
    for (size_t i = 0; i < count; i++) {
        const json_t *point = json_array_get(points, i);
        struct watch_point *to = &zone->points[i];
        if (json_array_size(point) != 2 || !read_coordinate(json_array_get(point, 0), &to->x) ||
            !read_coordinate(json_array_get(point, 1), &to->y))
            return wrong(error, "zones: points", EXPECTED);
    }
    zone->n_points = (unsigned)count;
    return 0;
}

static int read_zone(const json_t *value, struct watch_zone *zone, char *error)
{
    if (json_is_array(value))
        return read_points(value, zone, error);
    const json_t *mode = json_object_get(value, "mode"), *points = json_object_get(value, "points");
    const char *name = mode ? json_string_value(mode) : "include";
    if (!points || json_object_size(value) != 1 + (mode != NULL))
        return wrong(error, "zones", "objects with \"mode\" and \"points\"");
    if (!name || (strcmp(name, "include") != 0 && strcmp(name, "exclude") != 0))
        return wrong(error, "zones: mode", "\"include\" or \"exclude\"");
    zone->exclude = strcmp(name, "exclude") == 0;
    return read_points(points, zone, error);
}

static int read_zones(const json_t *value, struct watch_settings *settings, char *error)
{
    const size_t count = json_array_size(value);
    if (!json_is_array(value) || count > WATCH_ZONES_MAX)
        return wrong(error, "zones", "a list of at most 16 zones");
    for (size_t i = 0; i < count; i++) {
        const int r = read_zone(json_array_get(value, i), &settings->zones[i], error);
        if (r < 0)
            return r;
    }
    settings->n_zones = (unsigned)count;
    return 0;
}

static int read_field(const struct field *field, const json_t *value,
                      struct watch_settings *settings, char *error)
{
    switch (field->kind) {
    case FIELD_BOOL:
        if (!json_is_boolean(value))
            return wrong(error, field->name, "true or false");
        settings->armed = json_is_true(value);
        return 0;
    case FIELD_UNSIGNED:
    case FIELD_FLOAT:
        return read_number(field, value, settings, error);
    case FIELD_PROFILE:
        return read_profile(value, settings, error);
    case FIELD_ZONES:
        return read_zones(value, settings, error);
    }
    return -EINVAL;
}

int watch_settings_from_json(const json_t *json, struct watch_settings *ret_settings,
                             char error[WATCH_ERROR_MAX])
{
    struct watch_settings settings;
    watch_settings_init(&settings);
    if (!json_is_object(json))
        return wrong(error, "settings", "a JSON object");
    for (void *at = json_object_iter((json_t *)(uintptr_t)json); at;
         at = json_object_iter_next((json_t *)(uintptr_t)json, at)) {
        const struct field *field = field_of(json_object_iter_key(at));
        if (!field) {
            snprintf(error, WATCH_ERROR_MAX, "%.40s: no such setting", json_object_iter_key(at));
            return -EINVAL;
        }
        const int r = read_field(field, json_object_iter_value(at), &settings, error);
        if (r < 0)
            return r;
    }
    *ret_settings = settings;
    return 0;
}

int watch_settings_from_text(const char *text, size_t len_bytes,
                             struct watch_settings *ret_settings, char error[WATCH_ERROR_MAX])
{
    json_error_t where;
    json_t *json = json_loadb(text, len_bytes, JSON_REJECT_DUPLICATES, &where);
    if (!json) {
        snprintf(error, WATCH_ERROR_MAX, "line %d: %.100s", where.line, where.text);
        return -EINVAL;
    }
    const int r = watch_settings_from_json(json, ret_settings, error);
    json_decref(json);
    return r;
}

/* The shortest decimal: 0.05, not its exact value as a float. */
static double short_decimal(float value)
{
    return round((double)value * 1e6) / 1e6;
}

static json_t *zones_to_json(const struct watch_settings *settings)
{
    json_t *zones = json_array();
    for (unsigned i = 0; i < settings->n_zones; i++) {
        const struct watch_zone *zone = &settings->zones[i];
        json_t *points = json_array();
        for (unsigned j = 0; j < zone->n_points; j++)
            json_array_append_new(points, json_pack("[f,f]", short_decimal(zone->points[j].x),
                                                    short_decimal(zone->points[j].y)));
        json_array_append_new(zones,
                              json_pack("{s:s,s:o}", "mode", zone->exclude ? "exclude" : "include",
                                        "points", points));
    }
    return zones;
}

json_t *watch_settings_to_json(const struct watch_settings *settings)
{
    return json_pack("{s:b,s:i,s:f,s:s,s:f,s:f,s:f,s:o}", "armed", settings->armed, "sensitivity",
                     (int)settings->sensitivity, "min_area",
                     short_decimal(settings->min_area_percent), "profile",
                     PROFILES[settings->profile], "watch_fps", short_decimal(settings->watch_fps),
                     "pre_s", short_decimal(settings->pre_s), "post_s",
                     short_decimal(settings->post_s), "zones", zones_to_json(settings));
}
