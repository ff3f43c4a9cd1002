#include "schedule/schedule.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

enum { NOW_S = 1800000000 };

static int read_text(const char *text, struct schedule *schedule, char *error)
{
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    const int r = schedule_from_json(json, NOW_S, schedule, error);
    json_decref(json);
    return r;
}

static void values_read_can_be_written_back(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {
        "{\"name\": \"A\", \"enabled\": true, \"camera\": \"yard\", \"job\": \"photo\", \"when\": "
        "{\"every_s\": 600, \"from\": \"2026-12-01T00:20:34Z\"}, \"zone\": \"\", \"missed\": "
        "\"skip\"}",
        "{\"name\": \"B\", \"enabled\": false, \"camera\": \"yard\", \"job\": \"clip\", \"when\": "
        "{\"times\": [\"07:30\", \"19:00:30\"], \"days\": [\"sat\", \"sun\"]}, \"zone\": "
        "\"Europe/Berlin\", \"missed\": \"once\", \"seconds\": 30}",
        "{\"name\": \"F\", \"enabled\": true, \"camera\": \"yard\", \"job\": \"film\", \"when\": "
        "{\"cron\": \"0 0 * * *\"}, \"zone\": \"\", \"missed\": \"once\", \"seconds\": 604800}",
        "{\"name\": \"C\", \"enabled\": true, \"job\": \"arm\", \"when\": "
        "{\"cron\": \"30 2 * * 1-5\"}, \"zone\": \"UTC\", \"missed\": \"all\", "
        "\"missed_within_s\": 3600}",
        "{\"name\": \"D\", \"enabled\": true, \"camera\": \"a-1\", \"job\": \"awake\", \"when\": "
        "{\"sun\": \"dusk\", \"offset_s\": -600, \"days\": [\"mon\", \"fri\"], \"latitude\": 52.5, "
        "\"longitude\": -13.25}, \"zone\": \"\", \"missed\": \"skip\", \"seconds\": 3600}",
    };
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct schedule schedule;
        char error[SCHEDULE_ERROR_MAX] = "";
        if (read_text(TEXTS[i], &schedule, error) < 0)
            fail_msg("%s", error);
        json_t *json = schedule_to_json(&schedule);
        char *text = json_dumps(json, 0);
        assert_string_equal(text, TEXTS[i]);
        mem_free(text);
        json_decref(json);
    }
}

static void what_is_missing_has_defaults(void **state)
{
    (void)state;
    struct schedule schedule;
    char error[SCHEDULE_ERROR_MAX] = "";
    assert_int_equal(read_text("{\"name\": \"A\", \"job\": \"photo\", \"camera\": \"x\", "
                               "\"when\": {\"times\": [\"19:00\", \"7:05\", \"19:00\"]}}",
                               &schedule, error),
                     0);
    assert_true(schedule.enabled);
    assert_int_equal(schedule.rule.weekdays, 0x7f);
    assert_int_equal(schedule.rule.n_times, 2); /* sorted, and each once */
    assert_int_equal(schedule.rule.times[0], 7 * HOUR_S + 5 * MINUTE_S);
    assert_int_equal(schedule.rule.times[1], 19 * HOUR_S);
    assert_int_equal(schedule.policy.missed, DUE_SKIP);
    assert_int_equal(read_text("{\"name\": \"A\", \"job\": \"photo\", \"camera\": \"x\", "
                               "\"when\": {\"every_s\": 60}}",
                               &schedule, error),
                     0);
    assert_int_equal(schedule.rule.anchor_s, NOW_S);
}

static void mistakes_are_named(void **state)
{
    (void)state;
#define WHEN(when) "{\"name\": \"A\", \"job\": \"photo\", \"camera\": \"x\", \"when\": " when "}"
#define JOB(rest) "{\"name\": \"A\", \"when\": {\"every_s\": 60}, " rest "}"
    static const struct {
        const char *text, *says;
    } CASES[] = {
        {"[]", "schedule: expected a JSON object"},
        {"{}", "name: expected"},
        {"{\"name\": \"\\n\"}", "name: expected"},
        {"{\"name\": \"A\", \"nmae\": 1}", "nmae: no such field"},
        {JOB("\"job\": \"film-noir\""), "job: expected \"photo\""},
        {JOB("\"job\": \"photo\""), "camera: expected the id of a camera"},
        {JOB("\"job\": \"photo\", \"camera\": \"../x\""), "camera: expected the id of a camera"},
        {JOB("\"job\": \"clip\", \"camera\": \"x\""), "seconds: expected a whole number"},
        {JOB("\"job\": \"clip\", \"camera\": \"x\", \"seconds\": 86401"), "from 1 to 86400"},
        {JOB("\"job\": \"film\", \"camera\": \"x\", \"seconds\": 31622401"), "from 1 to 31622400"},
        {JOB("\"job\": \"arm\", \"enabled\": 1"), "enabled: expected true or false"},
        {JOB("\"job\": \"arm\", \"zone\": \"Mars\""), "zone: expected a time zone"},
        {JOB("\"job\": \"arm\", \"missed\": \"never\""), "missed: expected"},
        {JOB("\"job\": \"arm\", \"missed\": \"all\""), "missed_within_s: expected"},
        {WHEN("{}"), "when: expected one of"},
        {WHEN("1"), "when: expected one of"},
        {WHEN("{\"every_s\": 1, \"cron\": \"* * * * *\"}"), "when: expected one of"},
        {WHEN("{\"every_s\": 0}"), "every_s: expected a whole number from 1"},
        {WHEN("{\"every_s\": 60, \"each\": 1}"), "each: no such field"},
        {WHEN("{\"times\": []}"), "times: expected a list"},
        {WHEN("{\"times\": [\"24:00\"]}"), "times: expected times"},
        {WHEN("{\"times\": [\"7\"]}"), "times: expected times"},
        {WHEN("{\"times\": [\"07:30:\"]}"), "times: expected times"},
        {WHEN("{\"times\": [\"07:305\"]}"), "times: expected times"},
        {WHEN("{\"times\": [\"07:30\"], \"days\": []}"), "days: expected"},
        {WHEN("{\"times\": [\"07:30\"], \"days\": [\"monday\"]}"), "days: expected"},
        {WHEN("{\"cron\": \"* * *\"}"), "cron: expected five fields"},
        {WHEN("{\"cron\": \"* 25 * * *\"}"), "cron: field 2"},
        {WHEN("{\"cron\": 5}"), "cron: expected five fields"},
        {WHEN("{\"sun\": \"noon\"}"), "sun: expected"},
        {WHEN("{\"sun\": \"dawn\"}"), "latitude: expected a number from -90 to 90"},
        {WHEN("{\"sun\": \"dawn\", \"offset_s\": 99999}"), "offset_s: expected"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct schedule schedule;
        char error[SCHEDULE_ERROR_MAX] = "";
        assert_int_equal(read_text(CASES[i].text, &schedule, error), -EINVAL);
        if (!strstr(error, CASES[i].says))
            fail_msg("%s: \"%s\" does not say \"%s\"", CASES[i].text, error, CASES[i].says);
    }
}

static void there_is_a_limit_of_times(void **state)
{
    (void)state;
    struct schedule schedule;
    char error[SCHEDULE_ERROR_MAX];
    for (int count = RULE_TIMES_MAX; count <= RULE_TIMES_MAX + 1; count++) {
        json_t *times = json_array();
        for (int i = 0; i < count; i++)
            json_array_append_new(times, json_sprintf("%02d:%02d", i / 2 % 24, i % 2));
        json_t *json = json_pack("{s:s,s:s,s:s,s:{s:o}}", "name", "A", "job", "photo", "camera",
                                 "x", "when", "times", times);
        assert_int_equal(schedule_from_json(json, NOW_S, &schedule, error),
                         count > RULE_TIMES_MAX ? -EINVAL : 0);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_read_can_be_written_back),
        cmocka_unit_test(what_is_missing_has_defaults),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(there_is_a_limit_of_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
