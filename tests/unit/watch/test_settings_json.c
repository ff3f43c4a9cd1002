#include "watch/settings_json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

static int read_text(const char *text, struct watch_settings *settings, char *error)
{
    return watch_settings_from_text(text, strlen(text), settings, error);
}

static void nothing_means_the_defaults(void **state)
{
    (void)state;
    struct watch_settings settings, defaults;
    char error[WATCH_ERROR_MAX];
    watch_settings_init(&defaults);
    assert_int_equal(read_text("{}", &settings, error), 0);
    assert_int_equal(settings.armed, false);
    assert_int_equal(settings.sensitivity, 50);
    assert_true(settings.min_area_percent == defaults.min_area_percent);
    assert_true(settings.watch_fps == 2);
    assert_int_equal(settings.profile, WATCH_NORMAL);
    assert_int_equal(settings.n_zones, 0);
}

static void values_round_trip(void **state)
{
    (void)state;
    static const char TEXT[] =
        "{\"armed\": true, \"sensitivity\": 70, \"min_area\": 0.05, \"profile\": \"busy\","
        " \"watch_fps\": 2.5, \"pre_s\": 3.0, \"post_s\": 0.0, \"zones\": ["
        "{\"mode\": \"include\", \"points\": [[0.1, 0.2], [0.9, 0.2], [0.5, 1.0]]}, "
        "{\"mode\": \"exclude\", \"points\": [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]}]}";
    struct watch_settings settings;
    char error[WATCH_ERROR_MAX] = "";
    assert_int_equal(read_text(TEXT, &settings, error), 0);
    json_t *json = watch_settings_to_json(&settings);
    char *text = json_dumps(json, JSON_REAL_PRECISION(6));
    assert_string_equal(text, TEXT);
    mem_free(text);
    json_decref(json);
}

static void a_zone_may_be_its_points(void **state)
{
    (void)state;
    struct watch_settings settings;
    char error[WATCH_ERROR_MAX] = "";
    assert_int_equal(read_text("{\"zones\": [[[0,0],[1,0],[1,1]]]}", &settings, error), 0);
    assert_int_equal(settings.n_zones, 1);
    assert_int_equal(settings.zones[0].n_points, 3);
    assert_false(settings.zones[0].exclude);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } CASES[] = {
        {"", "line 1"},
        {"[1]", "settings: expected a JSON object"},
        {"{\"sensitive\": 1}", "sensitive: no such setting"},
        {"{\"sensitivity\": 101}", "sensitivity: expected a whole number from 0 to 100"},
        {"{\"sensitivity\": 1.5}", "sensitivity: expected a whole number from 0 to 100"},
        {"{\"sensitivity\": \"high\"}", "sensitivity: expected"},
        {"{\"min_area\": -1}", "min_area: expected a number from 0 to 100"},
        {"{\"watch_fps\": 0}", "watch_fps: expected a number from 0.5 to 10"},
        {"{\"armed\": 1}", "armed: expected true or false"},
        {"{\"profile\": \"calm\"}", "profile: expected \"normal\" or \"busy\""},
        {"{\"zones\": {}}", "zones: expected a list"},
        {"{\"zones\": [1]}", "zones: expected objects"},
        {"{\"zones\": [{\"points\": [[0,0],[1,1]]}]}", "zones: points: expected 3 to 32"},
        {"{\"zones\": [[[0,0],[1,1],[0,2]]]}", "zones: points: expected 3 to 32"},
        {"{\"zones\": [[[0,0],[1,1],[0]]]}", "zones: points: expected 3 to 32"},
        {"{\"zones\": [{\"mode\": \"all\", \"points\": [[0,0],[1,1],[0,1]]}]}", "zones: mode"},
        {"{\"zones\": [{\"mode\": 5, \"points\": [[0,0],[1,1],[0,1]]}]}", "zones: mode"},
        {"{\"armed\": true, \"armed\": false}", "line 1"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct watch_settings settings;
        char error[WATCH_ERROR_MAX] = "";
        assert_int_equal(read_text(CASES[i].text, &settings, error), -EINVAL);
        if (!strstr(error, CASES[i].says))
            fail_msg("%s: \"%s\" does not say \"%s\"", CASES[i].text, error, CASES[i].says);
    }
}

static void there_is_a_limit_of_zones_and_points(void **state)
{
    (void)state;
    struct watch_settings settings;
    char error[WATCH_ERROR_MAX], text[4096];
    for (int zones = WATCH_ZONES_MAX; zones <= WATCH_ZONES_MAX + 1; zones++) {
        int len = snprintf(text, sizeof(text), "{\"zones\": [");
        for (int i = 0; i < zones; i++)
            len += snprintf(text + len, sizeof(text) - (size_t)len, "%s[[0,0],[1,0],[1,1]]",
                            i ? "," : "");
        snprintf(text + len, sizeof(text) - (size_t)len, "]}");
        assert_int_equal(read_text(text, &settings, error), zones > WATCH_ZONES_MAX ? -EINVAL : 0);
    }
    for (int points = WATCH_ZONE_POINTS_MAX; points <= WATCH_ZONE_POINTS_MAX + 1; points++) {
        int len = snprintf(text, sizeof(text), "{\"zones\": [[");
        for (int i = 0; i < points; i++)
            len += snprintf(text + len, sizeof(text) - (size_t)len, "%s[0,0.%d]", i ? "," : "", i);
        snprintf(text + len, sizeof(text) - (size_t)len, "]]}");
        assert_int_equal(read_text(text, &settings, error),
                         points > WATCH_ZONE_POINTS_MAX ? -EINVAL : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_means_the_defaults),
        cmocka_unit_test(values_round_trip),
        cmocka_unit_test(a_zone_may_be_its_points),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(there_is_a_limit_of_zones_and_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
